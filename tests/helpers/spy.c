/* SPDX-License-Identifier: ISC */
/*
 * Tries to trace processes and to look into them, as a debugger does.
 *
 *	spy PID...	these, or if there are none our tracer and its parent
 *
 * Prints "WHAT RESULT" for each attempt, where the result is the name of an errno
 * or "ok". Whom it could trace it lets go.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, long result)
{
	printf("%s %s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
}

static long look(pid_t pid, const char *name)
{
	char path[64], byte;
	int fd;
	long result;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	/* Opening is what is asked about; address 0 of mem holds nothing. */
	result = strcmp(name, "mem") == 0 ? 0 : read(fd, &byte, 1);
	close(fd);
	return result;
}

static long overwrite(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd;
}

static long links_to(pid_t pid, const char *name)
{
	char path[64], target[4096];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return readlink(path, target, sizeof(target));
}

static long read_memory(pid_t pid)
{
	char byte;
	struct iovec local = {&byte, 1}, remote = {(void *)(uintptr_t)&environ, 1};
	long result = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	/* It may have nothing at that address, but was asked. */
	return result < 0 && errno == EFAULT ? 0 : result;
}

static long trace(pid_t pid, enum __ptrace_request request)
{
	int status;

	if (ptrace(request, pid, 0, 0) < 0)
		return -1;
	if (request == PTRACE_SEIZE)
		ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	/* Something else may stop it first. */
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status) &&
		request == PTRACE_ATTACH && WSTOPSIG(status) != SIGSTOP)
		ptrace(PTRACE_CONT, pid, 0, 0);
	return ptrace(PTRACE_DETACH, pid, 0, 0);
}

/* One that stopped its own tracer would wait for it for ever; one that has only
 * seized it, and ends, lets it go. */
static void seize_and_end(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0)
		errx(1, "%d, who traces us, can be traced", (int)pid);
}

static void spy(pid_t pid)
{
	say("PTRACE_ATTACH", trace(pid, PTRACE_ATTACH));
	say("PTRACE_SEIZE", trace(pid, PTRACE_SEIZE));
	say("process_vm_readv", read_memory(pid));
	say("mem", look(pid, "mem"));
	say("mem, to write", overwrite(pid));
	say("environ", look(pid, "environ"));
	say("exe", links_to(pid, "exe"));
	say("cwd", links_to(pid, "cwd"));
	say("root", links_to(pid, "root"));
	say("fd/2", links_to(pid, "fd/2"));
}

/* A number behind a name of /proc/PID/status. */
static pid_t field(pid_t pid, const char *name)
{
	char path[64], line[256];
	size_t length = strlen(name);
	pid_t found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, name, length) == 0)
			found = (pid_t)strtol(line + length, NULL, 10);
	fclose(file);
	return found;
}

int main(int argc, char *argv[])
{
	pid_t tracer = field(getpid(), "TracerPid:");
	int i;

	for (i = 1; i < argc; i++)
		spy((pid_t)strtol(argv[i], NULL, 10));
	if (argc > 1)
		return 0;
	if (!tracer)
		errx(1, "nobody traces us");
	seize_and_end(tracer);
	spy(tracer);
	spy(field(tracer, "PPid:"));
	return 0;
}
