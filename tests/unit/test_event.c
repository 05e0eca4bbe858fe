/* SPDX-License-Identifier: ISC */
/* The names that stand in the log. */
#include "macro.h"
#include "tap.h"

#include <procaudit/event.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *event_name(int n)
{
	return procaudit_event_name((enum procaudit_event_kind)n);
}

static const char *fork_name(int n)
{
	return procaudit_fork_name((enum procaudit_fork_kind)n);
}

static const char *gap_name(int n)
{
	return procaudit_gap_name((enum procaudit_gap_reason)n);
}

static const char *detach_name(int n)
{
	return procaudit_detach_name((enum procaudit_detach_reason)n);
}

static const struct {
	const char *(*name)(int);
	int number;
	const char *expected;
} names[] = {
	{event_name, PROCAUDIT_FORK, "fork"},
	{event_name, PROCAUDIT_EXEC, "exec"},
	{event_name, PROCAUDIT_EXIT, "exit"},
	{event_name, PROCAUDIT_THREAD, "thread"},
	{event_name, PROCAUDIT_THREAD_EXIT, "thread_exit"},
	{event_name, PROCAUDIT_DETACH, "detach"},
	{event_name, PROCAUDIT_GAP, "gap"},
	{event_name, PROCAUDIT_EVENT_KINDS, "unknown"},
	{event_name, INT_MAX, "unknown"},
	{event_name, -1, "unknown"},
	{fork_name, PROCAUDIT_FORK_UNKNOWN, "unknown"},
	{fork_name, PROCAUDIT_FORK_FORK, "fork"},
	{fork_name, PROCAUDIT_FORK_VFORK, "vfork"},
	{fork_name, PROCAUDIT_FORK_CLONE, "clone"},
	{fork_name, 4, "unknown"},
	{fork_name, -1, "unknown"},
	{gap_name, PROCAUDIT_GAP_VANISHED, "vanished"},
	{gap_name, PROCAUDIT_GAP_WRITE_ERROR, "write_error"},
	{gap_name, PROCAUDIT_GAP_MEMORY, "memory"},
	{gap_name, INT_MIN, "unknown"},
	{detach_name, PROCAUDIT_DETACH_LINGER, "linger"},
	{detach_name, PROCAUDIT_DETACH_SIGNAL, "signal"},
	{detach_name, 99, "unknown"},
};

/* Names as in signal(7); those above SIGRTMIN by their distance from it. */
static const struct {
	int signo;
	const char *name;
} signals[] = {
	{SIGHUP, "SIGHUP"},
	{SIGINT, "SIGINT"},
	{SIGQUIT, "SIGQUIT"},
	{SIGILL, "SIGILL"},
	{SIGTRAP, "SIGTRAP"},
	{SIGABRT, "SIGABRT"},
	{SIGBUS, "SIGBUS"},
	{SIGFPE, "SIGFPE"},
	{SIGKILL, "SIGKILL"},
	{SIGUSR1, "SIGUSR1"},
	{SIGSEGV, "SIGSEGV"},
	{SIGUSR2, "SIGUSR2"},
	{SIGPIPE, "SIGPIPE"},
	{SIGALRM, "SIGALRM"},
	{SIGTERM, "SIGTERM"},
	{SIGCHLD, "SIGCHLD"},
	{SIGCONT, "SIGCONT"},
	{SIGSTOP, "SIGSTOP"},
	{SIGTSTP, "SIGTSTP"},
	{SIGTTIN, "SIGTTIN"},
	{SIGTTOU, "SIGTTOU"},
	{SIGURG, "SIGURG"},
	{SIGXCPU, "SIGXCPU"},
	{SIGXFSZ, "SIGXFSZ"},
	{SIGVTALRM, "SIGVTALRM"},
	{SIGPROF, "SIGPROF"},
	{SIGWINCH, "SIGWINCH"},
	{SIGSYS, "SIGSYS"},
	{32, "SIG32"}, /* kept by libc for itself, yet processes die of it */
	{33, "SIG33"},
	{0, "SIG0"},
	{65, "SIG65"},
	{INT_MIN, "SIG-2147483648"},
};

static const struct {
	int error;
	const char *name;
} errors[] = {
	{EPERM, "EPERM"},
	{ENOENT, "ENOENT"},
	{ESRCH, "ESRCH"},
	{EACCES, "EACCES"},
	{EFAULT, "EFAULT"},
	{ENOSPC, "ENOSPC"},
	{EINVAL, "EINVAL"},
	{4095, "E4095"},
	{INT_MIN, "E-2147483648"},
};

static void test_real_time(void)
{
	char buffer[16], expected[16], name[64];
	int signo;

	ok_str(procaudit_signal_name(SIGRTMIN, buffer), "SIGRTMIN", "the first real-time signal");
	for (signo = SIGRTMIN + 1; signo <= SIGRTMAX; signo++) {
		snprintf(expected, sizeof(expected), "SIGRTMIN+%d", signo - SIGRTMIN);
		snprintf(name, sizeof(name), "signal %d is %s", signo, expected);
		ok_str(procaudit_signal_name(signo, buffer), expected, name);
	}
}

/* The C library knows them, too. */
static void test_numbers(void)
{
	char buffer[16], expected[32];
	int number;

	for (number = 1; number <= 31; number++) {
		snprintf(expected, sizeof(expected), "SIG%s", sigabbrev_np(number));
		ok_str(procaudit_signal_name(number, buffer), expected, expected);
	}
	for (number = 0; number < 4096; number++) {
		const char *name = strerrorname_np(number);

		snprintf(expected, sizeof(expected), "E%d", number);
		if (strcmp(procaudit_errno_name(number, buffer), name ? name : expected) != 0)
			break;
	}
	ok_int(number, 4096, "all errors are called as glibc calls them");
}

int main(void)
{
	char buffer[16], name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "name %zu is %s", i, names[i].expected);
		ok_str(names[i].name(names[i].number), names[i].expected, name);
	}
	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		snprintf(name, sizeof(name), "signal %d is %s", signals[i].signo, signals[i].name);
		ok_str(procaudit_signal_name(signals[i].signo, buffer), signals[i].name, name);
	}
	test_real_time();
	test_numbers();
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		snprintf(name, sizeof(name), "error %d is %s", errors[i].error, errors[i].name);
		ok_str(procaudit_errno_name(errors[i].error, buffer), errors[i].name, name);
	}
	return tap_end();
}
