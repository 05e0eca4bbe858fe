/* SPDX-License-Identifier: ISC */
/*
 * A workload: starts /bin/true COUNT times, one after the other, beside idle
 * threads and processes and with a large environment as asked for.
 *
 *	load [-t THREADS] [-p PROCESSES] [-e BYTES] COUNT
 *
 * Prints the seconds that the starts took, without what went before.
 */
#include <err.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void *idle(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void start_threads(long count)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN);
	while (count-- > 0)
		if (pthread_create(&thread, &attributes, idle, NULL) != 0)
			errx(1, "cannot start a thread");
}

/* They end with us: the pipe's other end closes. */
static void start_processes(long count)
{
	int fd[2];
	char c;

	if (pipe(fd) < 0)
		err(1, "pipe");
	while (count-- > 0) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			close(fd[1]);
			_exit(read(fd[0], &c, 1) != 0);
		}
	}
}

/* In strings of 64 KiB: a single one may not be longer than 128 KiB. */
static void fill_environment(long bytes)
{
	static char value[65536];
	char name[32];
	long i;

	memset(value, 'x', sizeof(value) - 1);
	for (i = 0; i * (long)sizeof(value) < bytes; i++) {
		snprintf(name, sizeof(name), "LOAD_%ld", i);
		setenv(name, value, 1);
	}
}

static void run(void)
{
	char name[] = "true", *argv[] = {name, NULL};
	int status;
	pid_t pid;

	if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) != 0)
		errx(1, "cannot start /bin/true");
	if (waitpid(pid, &status, 0) != pid || status != 0)
		errx(1, "status %d of /bin/true", status);
}

int main(int argc, char *argv[])
{
	struct timespec begin, end;
	long count;
	int option;

	while ((option = getopt(argc, argv, "t:p:e:")) != -1) {
		if (option == 't')
			start_threads(atol(optarg));
		else if (option == 'p')
			start_processes(atol(optarg));
		else if (option == 'e')
			fill_environment(atol(optarg));
		else
			return 2;
	}
	count = optind < argc ? atol(argv[optind]) : 1;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	while (count-- > 0)
		run();
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.6f\n",
		(double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	fflush(stdout);
	_exit(0); /* idle threads are not asked to end */
}
