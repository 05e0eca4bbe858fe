/* SPDX-License-Identifier: ISC */
#include "spawn.h"

#include "seccomp.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says when it cannot become the command. */
struct report {
	int error; /* errno value */
	bool by_filter;
};

/* In the child: nothing but what fork allows, and then the command. */
static _Noreturn void run_child(int released, int report_fd, char *const argv[], bool filter)
{
	struct report report = {0};
	char go;
	ssize_t n;

	do
		n = read(released, &go, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(125); /* the parent gave up and has said why */
	if (filter)
		report.error = -seccomp_trace_execs();
	report.by_filter = report.error != 0;
	if (!report.error) {
		execvp(argv[0], argv);
		report.error = errno;
	}
	do
		n = write(report_fd, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	_exit(report.by_filter ? 125 : report.error == ENOENT ? 127 : 126);
}

static void close_pair(const int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

int spawn_fork(struct spawn *spawn, char *const argv[], const sigset_t *block, bool filter)
{
	struct sigaction chld = {.sa_handler = SIG_DFL};
	int release[2], report[2], error;

	if (pipe2(release, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(report, O_CLOEXEC) < 0) {
		error = -errno;
		close_pair(release);
		return error;
	}
	spawn->pid = fork();
	if (spawn->pid < 0) {
		error = -errno;
		close_pair(release);
		close_pair(report);
		return error;
	}
	if (spawn->pid == 0) {
		close(release[1]);
		close(report[0]);
		run_child(release[0], report[1], argv, filter);
	}
	sigprocmask(SIG_BLOCK, block, NULL);
	sigaction(SIGCHLD, &chld, NULL);
	close(release[0]);
	close(report[1]);
	spawn->release_fd = release[1];
	spawn->report_fd = report[0];
	return 0;
}

/* Stops the child once, asks what the tracer will ask at each exec, and lets
 * it go on. */
static int prove(pid_t pid)
{
	struct __ptrace_syscall_info info;
	int status, error = 0;
	enum stop stop;
	pid_t waited;

	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)
		return -errno;
	do
		waited = waitpid(pid, &status, __WALL);
	while (waited < 0 && errno == EINTR);
	if (waited < 0)
		return -errno;
	stop = stop_classify(status);
	if (stop == STOP_ENDED)
		return -ESRCH;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
		error = errno == ESRCH ? -ESRCH : -ENOSYS;
	if (stop == STOP_GROUP)
		ptrace(PTRACE_LISTEN, pid, 0, 0);
	else
		ptrace(PTRACE_CONT, pid, 0, stop == STOP_SIGNAL ? WSTOPSIG(status) : 0);
	return error;
}

int spawn_seize(const struct spawn *spawn, unsigned long options)
{
	if (ptrace(PTRACE_SEIZE, spawn->pid, 0, options) < 0)
		return -errno;
	return prove(spawn->pid);
}

int spawn_release(struct spawn *spawn)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, saved;
	int error = 0;
	ssize_t n;

	/* The child may have been killed: then the pipe is broken. */
	sigaction(SIGPIPE, &ignore, &saved);
	do
		n = write(spawn->release_fd, "", 1);
	while (n < 0 && errno == EINTR);
	if (n != 1 && errno != EPIPE)
		error = -errno;
	sigaction(SIGPIPE, &saved, NULL);
	close(spawn->release_fd);
	spawn->release_fd = -1;
	return error;
}

int spawn_exec_error(struct spawn *spawn, bool *by_filter)
{
	struct report report;
	ssize_t n;

	*by_filter = false;
	if (spawn->report_fd < 0)
		return 0;
	do
		n = read(spawn->report_fd, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	close(spawn->report_fd);
	spawn->report_fd = -1;
	if (n != sizeof(report))
		return 0;
	*by_filter = report.by_filter;
	return report.error;
}

void spawn_abort(struct spawn *spawn)
{
	int status;

	kill(spawn->pid, SIGKILL);
	while (waitpid(spawn->pid, &status, __WALL) >= 0 || errno == EINTR)
		;
	spawn_close(spawn);
}

void spawn_close(struct spawn *spawn)
{
	if (spawn->release_fd >= 0)
		close(spawn->release_fd);
	if (spawn->report_fd >= 0)
		close(spawn->report_fd);
	spawn->release_fd = spawn->report_fd = -1;
}
