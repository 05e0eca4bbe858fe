/* SPDX-License-Identifier: ISC */
/*
 * Encodes one exec event with a 4 KiB environment over and over and prints how
 * fast the JSON comes out.
 *
 *	encode COUNT [GLOB]
 *
 * With a pattern of names it is redacted before; three of its variables are
 * secrets then.
 */
#include <procaudit/procaudit.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ENV_SIZE 4096

/* Looks like an environment: some fifty variables of different length. */
static size_t make_env(char *env)
{
	size_t size = 0;
	unsigned i;

	size += (size_t)sprintf(env + size, "A_TOKEN=0123456789abcdef0123456789abcdef") + 1;
	size += (size_t)sprintf(env + size, "B_SECRET=fedcba9876543210") + 1;
	size += (size_t)sprintf(env + size, "PASSWORD=correct horse battery staple") + 1;
	for (i = 0; size < ENV_SIZE - 160; i++)
		size += (size_t)sprintf(env + size, "VARIABLE_%u=/usr/lib/%0*u:/opt/share", i,
				(int)(i * 7 % 120 + 1), i) +
			1;
	return size;
}

static struct procaudit_redactor *make_redactor(const char *glob)
{
	struct procaudit_redact_options options = {.globs = &glob, .glob_count = 1};
	struct procaudit_redactor *redactor;

	if (procaudit_redactor_new(&redactor, &options) < 0)
		errx(1, "no memory");
	return redactor;
}

int main(int argc, char *argv[])
{
	static const char args[] = "cc\0-O2\0-DNAME=\"value\"\0-c\0-o\0main.o\0main.c";
	static char env[ENV_SIZE];
	struct procaudit_encode_options options = {.format = PROCAUDIT_JSONL};
	struct procaudit_event event = {
		.kind = PROCAUDIT_EXEC, .real = {1800000000, 123456789}, .boot_ns = 1};
	long i, count = argc > 1 ? atol(argv[1]) : 100000;
	struct procaudit_encoder *encoder;
	struct timespec begin, end;
	size_t size, bytes = 0;
	double seconds;

	if (argc > 2)
		options.redactor = make_redactor(argv[2]);
	if (procaudit_encoder_new(&encoder, &options) < 0)
		errx(1, "no memory");
	event.pid = 12345;
	event.proc = 678;
	event.exec.success = true;
	event.exec.path = (struct procaudit_string){"/usr/bin/cc", 11, 0};
	event.exec.exe = (struct procaudit_string){"/usr/bin/gcc-12", 15, 0};
	event.exec.cwd = (struct procaudit_string){"/home/user/project", 18, 0};
	event.exec.argv = (struct procaudit_strings){args, sizeof(args), 7, 0};
	event.exec.env = (struct procaudit_strings){env, make_env(env), 0, 0};
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < count; i++) {
		event.real.tv_nsec = i % 1000000000;
		event.boot_ns += 1000;
		if (procaudit_encode(encoder, &event) < 0)
			errx(1, "no memory");
		procaudit_encoded(encoder, &size);
		if (size > 64 * 1024) {
			bytes += size;
			procaudit_encoder_written(encoder, size);
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	printf("%.2f GB/s of JSON, %.2f us per exec event\n", (double)bytes / seconds / 1e9,
		seconds / (double)count * 1e6);
	procaudit_encoder_free(encoder);
	procaudit_redactor_free(options.redactor);
	return 0;
}
