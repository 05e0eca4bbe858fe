/* SPDX-License-Identifier: ISC */
/*
 * Makes a child in a certain way, which becomes PROGRAM; ends after it.
 *
 *	forks fork PROGRAM [ARG...]	fork(2)
 *	forks vfork PROGRAM [ARG...]	vfork(2)
 *	forks clone PROGRAM [ARG...]	clone(2) with no signal for its end
 *	forks usr2 PROGRAM [ARG...]	clone(2) with SIGUSR2 for its end
 *	forks clone3 PROGRAM [ARG...]	clone3(2) with SIGCHLD
 *	forks spawn PROGRAM [ARG...]	posix_spawn(3)
 *	forks vm PROGRAM [ARG...]	clone(2), memory shared, a process of its own
 *	forks parent PROGRAM [ARG...]	CLONE_PARENT: a sibling
 *	forks orphan PROGRAM [ARG...]	two forks, and the process between has ended
 *	forks threads PROGRAM [ARG...]	fork(2) in each of THREADS threads
 */
#include <err.h>
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define THREADS 4

static char **program;

static int exec_program(void *unused)
{
	(void)unused;
	execv(program[0], program);
	_exit(127);
}

static void check(long pid)
{
	if (pid < 0)
		err(1, "no child");
	if (pid == 0)
		exec_program(NULL);
}

static void make_fork(void)
{
	check(fork());
}

static void make_vfork(void)
{
	check(vfork());
}

/* As fork(2), with other flags: the child goes on with a copy of our stack. */
static void make_clone(void)
{
	check(syscall(SYS_clone, 0, 0, 0, 0, 0));
}

static void make_usr2(void)
{
	signal(SIGUSR2, SIG_IGN);
	check(syscall(SYS_clone, SIGUSR2, 0, 0, 0, 0));
}

static void make_clone3(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};

	check(syscall(SYS_clone3, &args, sizeof(args)));
}

static void make_spawn(void)
{
	pid_t pid;

	errno = posix_spawn(&pid, program[0], NULL, NULL, program, environ);
	if (errno)
		err(1, "posix_spawn");
}

static void make_vm(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	check(clone(exec_program, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL));
}

static void make_parent(void)
{
	check(syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
}

static void make_orphan(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return;
	pid = getpid();
	if (fork() != 0)
		_exit(0);
	while (getppid() == pid)
		sched_yield();
	exec_program(NULL);
}

static void *make_in_thread(void *unused)
{
	(void)unused;
	make_fork();
	return NULL;
}

static void make_threads(void)
{
	pthread_t threads[THREADS];
	size_t i;

	for (i = 0; i < THREADS; i++) {
		errno = pthread_create(&threads[i], NULL, make_in_thread, NULL);
		if (errno)
			err(1, "pthread_create");
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static const struct {
	const char *name;
	void (*make)(void);
} kinds[] = {
	{"fork", make_fork},
	{"vfork", make_vfork},
	{"clone", make_clone},
	{"usr2", make_usr2},
	{"clone3", make_clone3},
	{"spawn", make_spawn},
	{"vm", make_vm},
	{"parent", make_parent},
	{"orphan", make_orphan},
	{"threads", make_threads},
};

int main(int argc, char **argv)
{
	int pipes[2];
	size_t i;
	char c;

	if (argc < 3)
		errx(1, "usage: forks KIND PROGRAM [ARG...]");
	program = argv + 2;
	/* The program holds the other end: its end is the end of file. */
	if (pipe(pipes) < 0)
		err(1, "pipe");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, argv[1]) == 0)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		errx(1, "no kind %s", argv[1]);
	kinds[i].make();
	close(pipes[1]);
	if (read(pipes[0], &c, 1) != 0)
		err(1, "read");
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	return 0;
}
