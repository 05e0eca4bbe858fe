/* SPDX-License-Identifier: ISC */
/*
 * Makes children that execute /bin/true with some MB of arguments, and kills
 * each at another moment, the last ones when true runs or has ended. Prints
 * the end of each: pid and wait status.
 *
 *	killexec leader TRIES MICROSECONDS
 *	killexec thread TRIES MICROSECONDS	from a thread that is not the leader
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STRINGS 15
#define LENGTH	100000

static char *program[STRINGS + 2];
static atomic_bool *begun;

static void *exec_true(void *unused)
{
	(void)unused;
	*begun = true;
	execv("/bin/true", program);
	err(1, "/bin/true");
}

static void exec_in_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, exec_true, NULL);
	if (errno)
		err(1, "pthread_create");
	pthread_join(thread, NULL);
}

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	unsigned long try, tries;
	double most, start;
	int i, status;
	pid_t pid;

	if (argc != 4)
		errx(1, "usage: killexec leader|thread TRIES MICROSECONDS");
	tries = strtoul(argv[2], NULL, 10);
	most = strtod(argv[3], NULL);
	for (i = 0; i <= STRINGS; i++) {
		program[i] = calloc(1, LENGTH + 1);
		if (!program[i])
			err(1, "calloc");
		memset(program[i], 'x', LENGTH);
	}
	begun = mmap(
		NULL, sizeof(*begun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (begun == MAP_FAILED)
		err(1, "mmap");
	for (try = 0; try < tries; try++) {
		*begun = false;
		pid = fork();
		if (pid < 0)
			err(1, "fork");
		if (pid == 0 && strcmp(argv[1], "thread") == 0)
			exec_in_thread();
		if (pid == 0)
			exec_true(NULL);
		while (!*begun)
			;
		start = now_us();
		while (now_us() - start < most * (double)try / (double)tries)
			;
		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid)
			err(1, "waitpid");
		printf("%d %d\n", pid, status);
	}
	return 0;
}
