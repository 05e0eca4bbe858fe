/* SPDX-License-Identifier: ISC */
/*
 * Prints what it was given, as one JSON object that stands beside the log's
 * exec record: argv, env, cwd, path, exe as hexadecimal strings, and its ids.
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

#if defined(__x86_64__) && defined(__ILP32__)
#define ARCH "x32"
#elif defined(__x86_64__)
#define ARCH "x86_64"
#elif defined(__i386__)
#define ARCH "i386"
#elif defined(__aarch64__)
#define ARCH "aarch64"
#elif defined(__arm__)
#define ARCH "arm"
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH "riscv64"
#endif

extern char **environ;

static void print_hex(FILE *out, const char *s)
{
	static const char digits[] = "0123456789abcdef";

	fputc('"', out);
	for (; *s; s++) {
		fputc(digits[(unsigned char)*s >> 4], out);
		fputc(digits[(unsigned char)*s & 15], out);
	}
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

static void print_exe(FILE *out)
{
	char exe[4096];
	ssize_t size = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (size < 0)
		return;
	exe[size] = '\0';
	print_string(out, "exe", exe);
}

/* In one piece, so that others may append to the same file. */
static int put(const char *text, size_t size)
{
	const char *name = getenv("REPORT_FILE");
	int fd = name ? open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : 1;
	ssize_t n = 1;

	for (; size > 0 && n > 0; text += n, size -= (size_t)n)
		n = write(fd, text, size);
	if (n <= 0)
		perror("report");
	return n > 0;
}

int main(int argc, char **argv)
{
	char *cwd = getcwd(NULL, 0), *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)argc;
	if (!out)
		return 1;
	fprintf(out, "{\"pid\":%d,\"ppid\":%d,\"uid\":%u,\"euid\":%u,\"gid\":%u,\"egid\":%u",
		getpid(), getppid(), getuid(), geteuid(), getgid(), getegid());
#ifdef ARCH
	fprintf(out, ",\"arch\":\"%s\"", ARCH);
#endif
	print_string(out, "cwd", cwd);
	print_string(out, "path", (const char *)getauxval(AT_EXECFN));
	print_exe(out);
	print_vector(out, "argv", argv);
	print_vector(out, "env", environ);
	fputs("}\n", out);
	free(cwd);
	return fclose(out) != 0 || !put(text, size);
}
