/* SPDX-License-Identifier: ISC */
/*
 * Makes exactly FORKS processes, some at a time, of which EXECS execute
 * /bin/true and all others exit with 3, and checks that they do.
 *
 *	legion FORKS EXECS
 *
 * At each tenth of them none is left: then it prints how many there have been,
 * and reads a line before it goes on.
 */
#include <err.h>
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* So many at a time, at most. */
#define ABREAST 24

extern char **environ;

static unsigned long forks, execs, made, executed, ended, succeeded;

static void wait_for_one(void)
{
	int status;

	if (waitpid(-1, &status, __WALL) < 0)
		err(1, "waitpid");
	ended++;
	if (status == 0)
		succeeded++;
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 3)
		errx(1, "a child ended with status 0x%x", (unsigned)status);
}

static void wait_for_all(void)
{
	while (ended < made)
		wait_for_one();
}

static long clone_process(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static void make_idler(void)
{
	long pid = made % 3 == 0 ? vfork() : made % 3 == 1 ? fork() : clone_process();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		_exit(3);
}

static void make_executor(void)
{
	char name[] = "true", *argv[] = {name, NULL};
	pid_t pid;

	if (executed++ % 2 == 0) {
		errno = posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ);
		if (errno)
			err(1, "posix_spawn");
		return;
	}
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		execv("/bin/true", argv);
		_exit(127);
	}
}

/* Evenly spread: after n forks there have been n * EXECS / FORKS execs. */
static bool is_turn_of_executor(void)
{
	return (made + 1) * execs / forks > executed;
}

static void report(void)
{
	char line[64];

	wait_for_all();
	printf("%lu\n", made);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		errx(1, "nobody lets us go on");
}

int main(int argc, char **argv)
{
	unsigned long tenth = 1;

	if (argc != 3)
		errx(1, "usage: legion FORKS EXECS");
	forks = strtoul(argv[1], NULL, 10);
	execs = strtoul(argv[2], NULL, 10);
	if (forks < 10 || execs > forks)
		errx(1, "at least 10 forks, and no more execs than forks");
	while (made < forks) {
		if (is_turn_of_executor())
			make_executor();
		else
			make_idler();
		made++;
		while (made - ended >= ABREAST)
			wait_for_one();
		if (made == forks / 10 * tenth && tenth < 10) {
			report();
			tenth++;
		}
	}
	report();
	if (succeeded != execs)
		errx(1, "%lu programs, not %lu", succeeded, execs);
	return 0;
}
