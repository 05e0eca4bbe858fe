/* SPDX-License-Identifier: ISC */
#include "macro.h"
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- The grandchild ------------------------------------------------------ */

/* The process between us and the grandchild, whose id it tells. As the first of a
 * new pid namespace (unshare(2)) it would take the other one along. */
static pid_t fork_between(const int told[2])
{
	pid_t pid = -ENOTSUP;

	setsid();
	if (getpid() != 1)
		pid = fork();
	if (pid == 0) {
		close(told[0]);
		close(told[1]);
		return 0;
	}
	if (pid == -1)
		pid = -errno;
	_exit(write(told[1], &pid, sizeof(pid)) != sizeof(pid));
}

static pid_t read_pid(int fd)
{
	pid_t pid;
	ssize_t n;

	do
		n = read(fd, &pid, sizeof(pid));
	while (n < 0 && errno == EINTR);
	return n == sizeof(pid) ? pid : -ECHILD;
}

/*
 * The process between has no exit signal: one that we block would be pending in
 * the command, and one that we ignore would make its end none to wait for.
 */
PUBLIC pid_t procaudit_fork_detached(void)
{
	int told[2], is_reaper = 0;
	pid_t between, pid;

	if (getpid() == 1)
		return -ENOTSUP;
	if (pipe2(told, O_CLOEXEC) < 0)
		return -errno;
	/* We are not to be the grandchild's parent. */
	prctl(PR_GET_CHILD_SUBREAPER, &is_reaper, 0, 0, 0);
	if (is_reaper)
		prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	between = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (between == 0)
		return fork_between(told);
	pid = between < 0 ? -errno : 0;
	close(told[1]);
	if (between > 0)
		pid = read_pid(told[0]);
	close(told[0]);
	while (between > 0 && waitpid(between, NULL, __WALL) < 0 && errno == EINTR)
		;
	if (is_reaper)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return pid;
}

/* --- The seat ------------------------------------------------------------ */

/* In the grandchild: the other one is as it is to be when it is seized. If it has
 * ended, seizing will tell. */
static int go_on(struct procaudit_seat *seat, const int release[2], const int report[2])
{
	char ready;

	close(release[0]);
	close(report[1]);
	seat->release_fd = release[1];
	seat->report_fd = report[0];
	while (read(report[0], &ready, 1) < 0 && errno == EINTR)
		;
	return 0;
}

/* In the caller. The report's other end stays open here, too: if nobody reads it
 * any more that must not end us. */
static int wait_here(struct procaudit_seat *seat, pid_t tracer, int released, int report_fd,
	const struct spawn_options *options)
{
	int error = 0;

	/* Where only ancestors may trace (kernel.yama.ptrace_scope): no more. */
	prctl(PR_SET_PTRACER, (unsigned long)tracer, 0, 0, 0);
	if (write(report_fd, "", 1) != 1)
		error = -errno;
	else
		error = spawn_await(released);
	if (error)
		return error;
	prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	seat->error = spawn_become(options, report_fd, &seat->step);
	return 1;
}

static void close_pair(const int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

PUBLIC int procaudit_seat_leave(struct procaudit_seat *seat, char *const argv[],
	const struct procaudit_tracer_options *options)
{
	struct spawn_options spawn = {
		argv, options->user, options->failed != PROCAUDIT_FAILED_NONE};
	int release[2], report[2], error;
	pid_t tracer;

	*seat = (struct procaudit_seat){.pid = getpid(), .release_fd = -1, .report_fd = -1};
	if (pipe2(release, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(report, O_CLOEXEC) < 0) {
		error = -errno;
		close_pair(release);
		return error;
	}
	tracer = procaudit_fork_detached();
	if (tracer == 0)
		return go_on(seat, release, report);
	close(release[1]);
	error = tracer;
	if (tracer > 0)
		error = wait_here(seat, tracer, release[0], report[1], &spawn);
	close(release[0]);
	close_pair(report);
	return error;
}
