/* SPDX-License-Identifier: ISC */
/*
 * The lower limit: follows a command and all its descendants with the ptrace
 * options that procaudit uses, and records nothing.
 *
 *	floor COMMAND [ARG...]
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start(char *argv[])
{
	int ready[2];
	char go;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0)
		err(125, "pipe");
	pid = fork();
	if (pid == 0) {
		close(ready[1]);
		if (read(ready[0], &go, 1) == 1)
			execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0,
			       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
				       PTRACE_O_TRACEEXEC) < 0)
		err(125, "cannot trace");
	if (write(ready[1], "", 1) != 1)
		err(125, "write");
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void restart(pid_t pid, int status)
{
	int event = status >> 16, signo = WSTOPSIG(status);

	if (event == PTRACE_EVENT_STOP && signo != SIGTRAP)
		ptrace(PTRACE_LISTEN, pid, 0, 0);
	else
		ptrace(PTRACE_CONT, pid, 0, event ? 0 : signo);
}

int main(int argc, char *argv[])
{
	int status, result = 0;
	pid_t root, pid;

	if (argc < 2)
		errx(125, "usage: floor COMMAND [ARG...]");
	root = start(argv + 1);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			restart(pid, status);
		else if (pid == root)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return result;
}
