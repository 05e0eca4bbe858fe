/* SPDX-License-Identifier: ISC */
/*
 * The lower limit: follows a command and all its descendants with the ptrace
 * options that procaudit uses, and records nothing.
 *
 *	floor COMMAND [ARG...]
 *	floor -r FILE COMMAND [ARG...]
 *
 * With -r it also gets what a record needs, with the fewest calls that can get
 * it, and writes about as many bytes as a record has to FILE: the lower limit of
 * a recorder, without parsing, encoding, and whatever makes one correct.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
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

/* Bytes of a record without argv and environment. */
#define OTHERS 300

static int out = -1;

static void put(char *data, size_t size)
{
	static char others[OTHERS];
	struct iovec record[] = {{others, sizeof(others)}, {data, size}};

	if (writev(out, record, 2) < 0)
		err(125, "write");
}

/* What an exec record needs of the stopped task; then it runs on. */
static void record_exec(pid_t pid, int status)
{
	static char stack[15 * 4096], exe[4096], cwd[4096];
	struct __ptrace_syscall_info info = {0};
	struct iovec local = {stack, sizeof(stack)}, remote = {NULL, sizeof(stack)};
	char path[32];
	struct stat st;
	ssize_t size;

	ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
	remote.iov_base = (void *)(uintptr_t)info.stack_pointer;
	size = process_vm_readv(pid, &local, 1, &remote, 1, 0);
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (readlink(path, exe, sizeof(exe)) < 0 || stat(path, &st) < 0)
		warn("%s", path);
	snprintf(path, sizeof(path), "/proc/%d/cwd", pid);
	if (readlink(path, cwd, sizeof(cwd)) < 0)
		warn("%s", path);
	restart(pid, status);
	put(stack, size < 0 ? 0 : (size_t)size);
}

static void record_stop(pid_t pid, int status)
{
	unsigned long child;
	int event = status >> 16;

	if (event == PTRACE_EVENT_EXEC) {
		record_exec(pid, status);
		return;
	}
	if (event && event != PTRACE_EVENT_STOP)
		ptrace(PTRACE_GETEVENTMSG, pid, 0, &child);
	restart(pid, status);
	if (event && event != PTRACE_EVENT_STOP)
		put(NULL, 0);
}

int main(int argc, char *argv[])
{
	int status, result = 0;
	struct rusage usage;
	pid_t root, pid;

	if (argc > 3 && strcmp(argv[1], "-r") == 0) {
		out = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
		if (out < 0)
			err(125, "%s", argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc < 2)
		errx(125, "usage: floor [-r FILE] COMMAND [ARG...]");
	root = start(argv + 1);
	while ((pid = wait4(-1, &status, __WALL, out < 0 ? NULL : &usage)) > 0) {
		if (WIFSTOPPED(status) && out < 0)
			restart(pid, status);
		else if (WIFSTOPPED(status))
			record_stop(pid, status);
		else if (out >= 0)
			put(NULL, 0);
		if (!WIFSTOPPED(status) && pid == root)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return result;
}
