/* SPDX-License-Identifier: ISC */
/*
 * Executes itself COUNT times, each time from two threads at once. Each
 * program prints a line.
 *
 *	threadexec alive COUNT		the leader does nothing
 *	threadexec execs COUNT		the leader executes, too
 *	threadexec ending COUNT		the leader ends at the same time
 *	threadexec zombie COUNT		the leader has ended before
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static char *program[4];
static int wait_for_leader;
static pthread_barrier_t barrier;

static char leader_state(void)
{
	char path[64], text[256], *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	file = fopen(path, "re");
	if (!file || !fgets(text, sizeof(text), file))
		err(1, "%s", path);
	fclose(file);
	end = strrchr(text, ')');
	return end ? end[2] : '?';
}

static void exec_self(void)
{
	execve(program[0], program, environ); /* /proc/self/exe goes with the leader */
	err(1, "execve");
}

static void *run(void *unused)
{
	(void)unused;
	while (wait_for_leader && leader_state() != 'Z')
		;
	pthread_barrier_wait(&barrier);
	exec_self();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	static char count[24];
	const char *mode = argv[1];
	unsigned long left;
	int i, ends;

	if (argc != 3)
		errx(1, "usage: threadexec MODE COUNT");
	if (write(1, "ran\n", 4) != 4)
		err(1, "write");
	left = strtoul(argv[2], NULL, 10);
	if (left == 0)
		return 0;
	snprintf(count, sizeof(count), "%lu", left - 1);
	program[0] = argv[0];
	program[1] = argv[1];
	program[2] = count;
	ends = wait_for_leader = strcmp(mode, "zombie") == 0;
	pthread_barrier_init(&barrier, NULL, ends ? 2 : 3);
	for (i = 0; i < 2; i++) {
		errno = pthread_create(&thread, NULL, run, NULL);
		if (errno)
			err(1, "pthread_create");
	}
	if (!ends)
		pthread_barrier_wait(&barrier);
	if (strcmp(mode, "execs") == 0)
		exec_self();
	if (strcmp(mode, "alive") == 0)
		for (;;)
			pause();
	pthread_exit(NULL);
}
