/* SPDX-License-Identifier: ISC */
#include "spawn.h"

#include "script.h"
#include "seccomp.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says when it cannot become the command. */
struct report {
	int error; /* errno value */
	enum procaudit_step step;
};

/*
 * The groups first: without CAP_SETGID it would be too late for them. From here
 * to its exec nobody but root may look into the child (PR_SET_DUMPABLE in
 * prctl(2)), which has our memory and descriptors yet.
 */
static int become(const struct procaudit_user *user)
{
	if (setgroups(user->group_count, user->groups) < 0 ||
		setresgid(user->gid, user->gid, user->gid) < 0 ||
		setresuid(user->uid, user->uid, user->uid) < 0)
		return errno;
	return 0;
}

/* The filter comes before the user does: it takes a privilege not to need
 * no_new_privs. Returns only if it fails, and says why. */
static struct report execute(const struct spawn_options *options)
{
	struct report report = {.step = PROCAUDIT_STEP_FILTER};

	if (options->filter)
		report.error = -seccomp_trace_execs();
	if (report.error)
		return report;
	report.step = PROCAUDIT_STEP_USER;
	if (options->user)
		report.error = become(options->user);
	if (report.error)
		return report;
	report.step = PROCAUDIT_STEP_EXEC;
	execvp(options->argv[0], options->argv);
	report.error = errno;
	if (report.error == ENOEXEC)
		script_exec(options->argv);
	return report;
}

int spawn_become(const struct spawn_options *options, int report_fd, enum procaudit_step *step)
{
	struct report report = execute(options);
	ssize_t n;

	do
		n = write(report_fd, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	*step = report.step;
	return report.error;
}

int spawn_await(int released)
{
	char go;
	ssize_t n;

	do
		n = read(released, &go, 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == 1 ? 0 : -ECANCELED;
}

/* In the child: nothing but what fork allows, and then the command. */
static _Noreturn void run_child(int released, int report_fd, const struct spawn_options *options)
{
	enum procaudit_step step;
	int error;

	if (spawn_await(released) != 0)
		_exit(125); /* the parent gave up and has said why */
	error = spawn_become(options, report_fd, &step);
	if (step != PROCAUDIT_STEP_EXEC)
		_exit(125);
	_exit(error == ENOENT ? 127 : 126);
}

static void close_pair(const int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

/* Before anything is traced. */
static void prepare(const sigset_t *block)
{
	struct sigaction chld = {.sa_handler = SIG_DFL};

	sigprocmask(SIG_BLOCK, block, NULL);
	sigaction(SIGCHLD, &chld, NULL);
}

int spawn_fork(struct spawn *spawn, const struct spawn_options *options, const sigset_t *block)
{
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
		run_child(release[0], report[1], options);
	}
	prepare(block);
	close(release[0]);
	close(report[1]);
	spawn->is_child = true;
	spawn->release_fd = release[1];
	spawn->report_fd = report[0];
	return 0;
}

void spawn_take(struct spawn *spawn, struct procaudit_seat *seat, const sigset_t *block)
{
	spawn->pid = seat->pid;
	spawn->is_child = false;
	spawn->release_fd = seat->release_fd;
	spawn->report_fd = seat->report_fd;
	seat->release_fd = seat->report_fd = -1;
	prepare(block);
}

/* Stops the child once, asks what the tracer will ask at each exec, and lets
 * it go on. */
static int prove(pid_t pid, int *stopped_by)
{
	struct __ptrace_syscall_info info = {0};
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
	*stopped_by = stop == STOP_GROUP ? WSTOPSIG(status) : 0;
	if (stop == STOP_GROUP)
		ptrace(PTRACE_LISTEN, pid, 0, 0);
	else
		ptrace(PTRACE_CONT, pid, 0, stop == STOP_SIGNAL ? WSTOPSIG(status) : 0);
	return error;
}

int spawn_seize(struct spawn *spawn, unsigned long options)
{
	if (ptrace(PTRACE_SEIZE, spawn->pid, 0, options) < 0)
		return -errno;
	return prove(spawn->pid, &spawn->stopped_by);
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

int spawn_exec_error(struct spawn *spawn, enum procaudit_step *step)
{
	struct report report;
	ssize_t n;

	*step = PROCAUDIT_STEP_EXEC;
	if (spawn->report_fd < 0)
		return 0;
	do
		n = read(spawn->report_fd, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	close(spawn->report_fd);
	spawn->report_fd = -1;
	if (n != sizeof(report))
		return 0;
	*step = report.step;
	return report.error;
}

void spawn_abort(struct spawn *spawn)
{
	int status = 0;

	spawn_close(spawn);
	if (spawn->is_child)
		kill(spawn->pid, SIGKILL);
	/* With PTRACE_O_EXITKILL our own end must not come first. */
	while (waitpid(spawn->pid, &status, __WALL) >= 0 || errno == EINTR)
		if (WIFSTOPPED(status))
			ptrace(PTRACE_CONT, spawn->pid, 0,
				stop_classify(status) == STOP_SIGNAL ? WSTOPSIG(status) : 0);
}

void spawn_refuse(struct procaudit_seat *seat)
{
	struct spawn spawn = {.release_fd = seat->release_fd, .report_fd = seat->report_fd};

	spawn_close(&spawn);
	seat->release_fd = seat->report_fd = -1;
}

void spawn_close(struct spawn *spawn)
{
	if (spawn->release_fd >= 0)
		close(spawn->release_fd);
	if (spawn->report_fd >= 0)
		close(spawn->report_fd);
	spawn->release_fd = spawn->report_fd = -1;
}
