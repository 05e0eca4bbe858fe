/* SPDX-License-Identifier: ISC */
/*
 * Executes itself COUNT times while a thread rewrites the arguments: pointers,
 * the strings behind them, and where the vector ends. Each program prints the
 * arguments that it received, as a JSON array.
 *
 *	racer COUNT
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static char name[] = "racer", count[24], shorter[] = "a", longer[400], bytes[5000], last[] = "end";
static char *vector[] = {name, count, shorter, bytes, last, NULL, NULL};
static atomic_bool started;

static void print_arguments(char **argv)
{
	static char line[16384];
	char *end = line;

	*end++ = '[';
	for (; *argv; argv++) {
		*end++ = '"';
		end = stpcpy(end, *argv);
		*end++ = '"';
		*end++ = argv[1] ? ',' : ']';
	}
	*end++ = '\n';
	if (write(1, line, (size_t)(end - line)) != end - line)
		err(1, "write");
}

static void *rewrite(void *unused)
{
	char *volatile *slot = vector;
	unsigned round = 0;

	(void)unused;
	for (;;) {
		round++;
		slot[2] = round & 1 ? longer : shorter;
		slot[5] = round & 2 ? last : NULL;
		/* Not a string at all, now and then: the call fails. */
		slot[4] = round % 64 ? last : NULL;
		memset(bytes, round & 4 ? 'x' : 'y', sizeof(bytes) - 1);
		started = true;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	unsigned long left;

	if (argc < 2)
		errx(1, "usage: racer COUNT");
	print_arguments(argv);
	left = strtoul(argv[1], NULL, 10);
	if (left == 0)
		return 0;
	snprintf(count, sizeof(count), "%lu", left - 1);
	memset(longer, 'b', sizeof(longer) - 1);
	memset(bytes, 'z', sizeof(bytes) - 1);
	errno = pthread_create(&thread, NULL, rewrite, NULL);
	if (errno)
		err(1, "pthread_create");
	while (!started)
		;
	do
		execve("/proc/self/exe", vector, environ);
	while (errno == EFAULT);
	err(1, "execve");
}
