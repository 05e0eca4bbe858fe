/* SPDX-License-Identifier: ISC */
/* A command is started and traced, or nothing of it runs and nobody is left. */
#include "refuse.h"
#include "tap.h"

#include <procaudit/tracer.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- Calls that fail ----------------------------------------------------- */

static void allow_all(void)
{
	refuse("", 0, 0, 0);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
WRAP(int, -1, pipe2, (int fd[2], int flags), (fd, flags))
WRAP(pid_t, -1, fork, (void), ())
WRAP(pid_t, -1, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
WRAP(ssize_t, -1, write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(ssize_t, -1, read, (int fd, void *data, size_t size), (fd, data, size))
WRAP(void *, NULL, calloc, (size_t count, size_t size), (count, size))
WRAP(int, -1, setgroups, (size_t count, const gid_t *groups), (count, groups))
WRAP(ssize_t, -1, readlink, (const char *path, char *data, size_t size), (path, data, size))

static const char *name_of(int request)
{
	return request == PTRACE_SEIZE		    ? "seize"
	       : request == PTRACE_INTERRUPT	    ? "interrupt"
	       : request == PTRACE_GET_SYSCALL_INFO ? "info"
						    : "ptrace";
}

long __real_ptrace(int request, pid_t pid, void *address, void *data);
long __wrap_ptrace(int request, pid_t pid, void *address, void *data);
long __wrap_ptrace(int request, pid_t pid, void *address, void *data)
{
	return fails(name_of(request)) ? -1 : __real_ptrace(request, pid, address, data);
}

/* Of the calls that libc has no names for: setting a filter, and what we may do. */
long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if ((number == SYS_seccomp && fails("seccomp")) ||
		(number == SYS_capget && fails("capget")) ||
		(number == SYS_clone && fails("clone")))
		return -1;
	return __real_syscall(number, a, b, c, d, e, f);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* --- Commands ------------------------------------------------------------ */

static char sh[] = "sh", minus_c[] = "-c", script[256];
static char *command[] = {sh, minus_c, script, NULL};
static char witness[] = "/tmp/test_start.XXXXXX";

/* The command leaves a trace of itself, and goes on with more. */
static void prepare(const char *more)
{
	snprintf(script, sizeof(script), "echo >>%s; %s", witness, more);
	truncate(witness, 0);
}

static bool has_run(void)
{
	char c;
	int fd = open(witness, O_RDONLY | O_CLOEXEC);
	bool found = fd >= 0 && read(fd, &c, 1) == 1;

	close(fd);
	return found;
}

static bool has_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

/* How many records of each kind there are until the end, and how the command ended. */
struct tale {
	unsigned execs, exits, gaps, others;
	int status, error;
};

static struct tale listen(struct procaudit_tracer *tracer)
{
	const struct procaudit_event *event;
	struct tale tale = {.status = -1};

	while ((tale.error = procaudit_tracer_next(tracer, &event, NULL)) == 1) {
		tale.execs += event->kind == PROCAUDIT_EXEC;
		tale.exits += event->kind == PROCAUDIT_EXIT;
		tale.gaps += event->kind == PROCAUDIT_GAP;
		if (event->kind == PROCAUDIT_EXIT)
			tale.status = event->exit.status;
	}
	return tale;
}

/* --- Starting ------------------------------------------------------------ */

static void expect_failure(const char *call, int pass, int error, int expected)
{
	struct procaudit_tracer *tracer;
	char name[64];

	snprintf(name, sizeof(name), "%s fails, having passed %d times", call, pass);
	prepare("exit 0");
	refuse(call, pass, 1, error);
	ok_int(procaudit_tracer_start(&tracer, command, NULL), expected, name);
	allow_all();
	ok(!has_run() && !has_children(), "nothing has run, and nobody is left");
}

static void test_failures(void)
{
	expect_failure("calloc", 0, ENOMEM, -ENOMEM);
	expect_failure("pipe2", 0, EMFILE, -EMFILE);
	expect_failure("pipe2", 1, ENFILE, -ENFILE);
	expect_failure("fork", 0, EAGAIN, -EAGAIN);
	expect_failure("seize", 0, EPERM, -EPERM);
	expect_failure("interrupt", 0, ESRCH, -ESRCH);
	expect_failure("waitpid", 0, ECHILD, -ECHILD);
	expect_failure("info", 0, EIO, -ENOSYS);
	expect_failure("info", 0, ESRCH, -ESRCH);
	expect_failure("calloc", 1, ENOMEM, -ENOMEM);
	expect_failure("calloc", 2, ENOMEM, -ENOMEM);
	expect_failure("write", 0, EIO, -EIO);
}

static void expect_run(const char *call, int error)
{
	struct procaudit_tracer *tracer;
	struct tale tale;

	prepare("exit 3");
	refuse(call, 0, 1, error);
	if (procaudit_tracer_start(&tracer, command, NULL) != 0)
		abort();
	tale = listen(tracer);
	allow_all();
	ok(tale.error == 0 && tale.execs == 1 && tale.exits == 1 && tale.status == 3 << 8,
		"a command runs, though %s is interrupted or fails", *call ? call : "nothing");
	ok(has_run() && !has_children(), "once, and is gone");
	procaudit_tracer_free(tracer);
}

static void test_runs(void)
{
	expect_run("", 0);
	expect_run("waitpid", EINTR);
	expect_run("write", EINTR);
	expect_run("read", EINTR);
	expect_run("readlink", ENOENT);
	expect_run("capget", EPERM);
}

/* What keeps the command from being executed. */
static void expect_step(const struct procaudit_tracer_options *options, const char *program,
	enum procaudit_step expected, int error)
{
	char name[32], *argv[] = {name, NULL};
	struct procaudit_tracer *tracer;
	enum procaudit_step step;
	struct tale tale;

	snprintf(name, sizeof(name), "%s", program);
	if (procaudit_tracer_start(&tracer, argv, options) != 0)
		abort();
	ok_int(procaudit_tracer_exec_error(tracer, &step), 0, "as long as it lives nobody knows");
	tale = listen(tracer);
	ok_int(procaudit_tracer_exec_error(tracer, &step), error, "then its error is known");
	ok_int(step, expected, "and its step");
	ok_int(tale.execs, options && options->failed && expected == PROCAUDIT_STEP_EXEC,
		"nothing was executed");
	ok_int(procaudit_tracer_exec_error(tracer, &step), 0, "it is told once");
	ok_int(tale.status,
		(expected != PROCAUDIT_STEP_EXEC ? 125
			: error == ENOENT	 ? 127
						 : 126)
			<< 8,
		"and by the status");
	procaudit_tracer_free(tracer);
}

static void test_steps(void)
{
	const struct procaudit_user nobody = {.uid = 65534, .gid = 65534};
	struct procaudit_tracer_options options = {.failed = PROCAUDIT_FAILED_NONE};

	expect_step(NULL, "/nonexistent/x", PROCAUDIT_STEP_EXEC, ENOENT);
	expect_step(NULL, "/dev/null", PROCAUDIT_STEP_EXEC, EACCES);
	options.user = &nobody;
	refuse("setgroups", 0, 1, EPERM);
	expect_step(&options, "true", PROCAUDIT_STEP_USER, EPERM);
	options.user = NULL;
	options.failed = PROCAUDIT_FAILED_FULL;
	refuse("seccomp", 0, 1, EINVAL);
	expect_step(&options, "true", PROCAUDIT_STEP_FILTER, EINVAL);
	allow_all();
	refuse("capget", 0, 1, EPERM);
	ok(procaudit_means_no_new_privs(), "who does not know what he may do may not do it");
	allow_all();
}

/* --- In the place of the caller ------------------------------------------ */

static bool is_reaper(void)
{
	int is = 0;

	return prctl(PR_GET_CHILD_SUBREAPER, &is) == 0 && is;
}

static void expect_no_seat(const char *call, int pass, int error, int expected)
{
	struct procaudit_tracer_options options = {.stops = false};
	struct procaudit_seat seat;
	char name[64];

	snprintf(name, sizeof(name), "no seat where %s fails, having passed %d times", call, pass);
	prepare("exit 0");
	refuse(call, pass, 1, error);
	ok_int(procaudit_seat_leave(&seat, command, &options), expected, name);
	allow_all();
	ok(!has_run() && !has_children() && seat.release_fd < 0 && seat.report_fd < 0,
		"nothing has run, nobody is left, and nothing open");
}

static void test_seat(void)
{
	expect_no_seat("pipe2", 0, EMFILE, -EMFILE);
	expect_no_seat("pipe2", 1, ENFILE, -ENFILE);
	expect_no_seat("pipe2", 2, EMFILE, -EMFILE);
	expect_no_seat("clone", 0, EAGAIN, -EAGAIN);
	expect_no_seat("fork", 0, EAGAIN, -EAGAIN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	expect_no_seat("clone", 0, EAGAIN, -EAGAIN);
	ok(is_reaper(), "who reaps others still does");
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* What waits in the seat learns that nobody is coming: its pipe has no writer. */
static void test_refused_seat(void)
{
	struct procaudit_tracer_options options = {.stops = false};
	struct procaudit_tracer *tracer = NULL;
	struct procaudit_seat seat = {.pid = 1 << 30};
	int release[2], report[2];
	char byte;

	if (pipe2(release, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0)
		abort();
	seat.release_fd = release[1];
	seat.report_fd = report[0];
	options.seat = &seat;
	refuse("calloc", 0, 1, ENOMEM);
	ok_int(procaudit_tracer_start(&tracer, command, &options), -ENOMEM,
		"no memory for what sits in a seat");
	allow_all();
	ok(read(release[0], &byte, 1) == 0 && fcntl(report[0], F_GETFD) < 0 &&
			seat.release_fd < 0 && seat.report_fd < 0,
		"it is taken all the same");
	close(release[0]);
	close(report[1]);
}

/* --- Attaching ----------------------------------------------------------- */

static int attach(const struct procaudit_tracer_options *options, size_t count)
{
	struct procaudit_tracer *tracer = NULL;
	pid_t pid = 1 << 30;

	return procaudit_tracer_attach(&tracer, &pid, count, options);
}

static void test_attach(void)
{
	const struct procaudit_user user = {.uid = 1};
	struct procaudit_tracer_options options = {.stops = false};
	struct procaudit_seat seat = {.pid = 1};

	ok_int(attach(NULL, 0), -EINVAL, "there is somebody to attach to");
	options.failed = PROCAUDIT_FAILED_BRIEF;
	ok_int(attach(&options, 1), -EINVAL, "failed execs are not seen so");
	options.failed = PROCAUDIT_FAILED_NONE;
	options.kill_on_exit = true;
	ok_int(attach(&options, 1), -EINVAL, "nobody is killed who is a stranger");
	options.kill_on_exit = false;
	options.stops = true;
	ok_int(attach(&options, 1), -EINVAL, "there is no command that stops");
	options.stops = false;
	options.user = &user;
	ok_int(attach(&options, 1), -EINVAL, "or is a user");
	options.user = NULL;
	options.seat = &seat;
	ok_int(attach(&options, 1), -EINVAL, "or has a seat");
	refuse("readlink", 0, 1, ENOENT);
	ok_int(attach(NULL, 1), -ENOENT, "without /proc nobody is found");
	refuse("calloc", 0, 1, ENOMEM);
	ok_int(attach(NULL, 1), -ENOMEM, "nor without memory");
	allow_all();
}

static void test_attach_gone(void)
{
	const struct procaudit_event *event;
	struct procaudit_tracer *tracer;
	pid_t pid = 1 << 22;

	if (procaudit_tracer_attach(&tracer, &pid, 1, NULL) != 0)
		abort();
	ok(procaudit_tracer_is_attaching(tracer), "who is not there has not been told of yet");
	ok(procaudit_tracer_next(tracer, &event, NULL) == 1 && event->kind == PROCAUDIT_GAP &&
			event->gap.reason == PROCAUDIT_GAP_ATTACH_GONE &&
			event->gap.child_pid == pid && event->gap.error == ESRCH,
		"and then is a gap");
	ok_int(procaudit_tracer_next(tracer, &event, NULL), 0, "after which nobody is left");
	ok(!procaudit_tracer_is_attaching(tracer), "to be told of");
	procaudit_tracer_free(tracer);
}

/* --- While it runs ------------------------------------------------------- */

static struct procaudit_tracer *start_sleeping(const struct procaudit_tracer_options *options)
{
	const struct procaudit_event *event;
	struct procaudit_tracer *tracer;

	snprintf(script, sizeof(script), "kill -STOP $$; kill -STOP $$");
	if (procaudit_tracer_start(&tracer, command, options) != 0)
		abort();
	if (procaudit_tracer_next(tracer, &event, NULL) != 1 || event->kind != PROCAUDIT_EXEC)
		abort();
	return tracer;
}

static int pass(struct procaudit_tracer *tracer, int signo, int code)
{
	siginfo_t info = {.si_signo = signo, .si_code = code};

	info.si_pid = getpid();
	return procaudit_tracer_pass_signal(tracer, &info);
}

static void test_signals(void)
{
	static const struct timespec none = {0, 0};
	struct procaudit_tracer *tracer;
	const struct procaudit_event *event;
	pid_t pids[2] = {0, 0};
	struct tale tale;
	sigset_t term;

	/* As the command has it: there it stays pending. */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	tracer = start_sleeping(NULL);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	ok_int(procaudit_tracer_next(tracer, &event, &none), -EAGAIN, "who does not wait need not");
	ok_int((long long)procaudit_tracer_pids(tracer, pids, 0), 1, "one process is traced");
	ok_int((long long)procaudit_tracer_pids(tracer, pids, 2), 1, "and its id");
	ok(pids[0] > 1 && pids[1] == 0, "is known");
	ok_int(pass(tracer, SIGTERM, SI_KERNEL), 0, "a terminal's signal has reached all");
	ok_int(pass(tracer, SIGTERM, SI_USER), 1, "another is passed on");
	ok_int(pass(tracer, SIGTERM, SI_USER), 0, "not if it waits there already");
	ok_int(pass(tracer, SIGKILL, SI_USER), 1, "one that it cannot block");
	tale = listen(tracer);
	ok(tale.error == 0 && tale.exits == 1 && WIFSIGNALED(tale.status) &&
			WTERMSIG(tale.status) == SIGKILL,
		"is its end");
	ok_int(pass(tracer, SIGTERM, SI_USER), -ESRCH, "nobody is left to have a signal");
	procaudit_tracer_kill(tracer);
	procaudit_tracer_detach(tracer, PROCAUDIT_DETACH_SIGNAL);
	ok_int(procaudit_tracer_next(tracer, &event, NULL), 0, "or to be let go");
	ok_int((long long)procaudit_tracer_pids(tracer, pids, 2), 0, "or to be counted");
	procaudit_tracer_free(tracer);
}

/* With a filter nobody can live without a tracer. */
static void test_kill(void)
{
	struct procaudit_tracer_options options = {.failed = PROCAUDIT_FAILED_FULL};
	struct procaudit_tracer *tracer = start_sleeping(&options);
	struct tale tale;

	procaudit_tracer_detach(tracer, PROCAUDIT_DETACH_SIGNAL);
	procaudit_tracer_kill(tracer);
	tale = listen(tracer);
	ok(tale.error == 0 && tale.exits == 1 && WIFSIGNALED(tale.status) &&
			WTERMSIG(tale.status) == SIGKILL,
		"letting go of one with a filter is its end");
	procaudit_tracer_free(tracer);
	procaudit_tracer_free(NULL);
}

int main(void)
{
	close(mkstemp(witness));
	test_failures();
	test_runs();
	test_steps();
	test_seat();
	test_refused_seat();
	test_attach();
	test_attach_gone();
	test_signals();
	test_kill();
	unlink(witness);
	return tap_end();
}
