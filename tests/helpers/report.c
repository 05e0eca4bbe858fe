/* SPDX-License-Identifier: ISC */
/*
 * Prints what it was given, as one JSON object that stands beside the log's
 * exec record: argv, env, cwd, path as hexadecimal strings, and its ids.
 *
 *	report ARG...		to standard output
 *	REPORT_FILE=f report	appended to f
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;

static void print_hex(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++)
		fprintf(out, "%02x", (unsigned char)*s);
	fputc('"', out);
}

static void print_vector(FILE *out, const char *key, char **vector)
{
	char **s;

	fprintf(out, ",\"%s\":[", key);
	for (s = vector; *s; s++) {
		if (s != vector)
			fputc(',', out);
		print_hex(out, *s);
	}
	fputc(']', out);
}

static void print_string(FILE *out, const char *key, const char *s)
{
	if (!s)
		return;
	fprintf(out, ",\"%s\":", key);
	print_hex(out, s);
}

int main(int argc, char **argv)
{
	const char *name = getenv("REPORT_FILE");
	FILE *out = name ? fopen(name, "ae") : stdout;
	char *cwd = getcwd(NULL, 0);

	(void)argc;
	if (!out) {
		perror(name);
		return 1;
	}
	fprintf(out, "{\"pid\":%d,\"ppid\":%d,\"uid\":%u,\"euid\":%u,\"gid\":%u,\"egid\":%u",
		getpid(), getppid(), getuid(), geteuid(), getgid(), getegid());
	print_string(out, "cwd", cwd);
	print_string(out, "path", (const char *)getauxval(AT_EXECFN));
	print_vector(out, "argv", argv);
	print_vector(out, "env", environ);
	fputs("}\n", out);
	free(cwd);
	return fclose(out) != 0;
}
