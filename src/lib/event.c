/* SPDX-License-Identifier: ISC */
#include <procaudit/event.h>

#include "macro.h"
#include "numbers.h"

#include <stdio.h>

PUBLIC const char *procaudit_event_name(enum procaudit_event_kind kind)
{
	static const char *const names[] = {
		[PROCAUDIT_FORK] = "fork",
		[PROCAUDIT_EXEC] = "exec",
		[PROCAUDIT_EXIT] = "exit",
		[PROCAUDIT_THREAD] = "thread",
		[PROCAUDIT_THREAD_EXIT] = "thread_exit",
		[PROCAUDIT_ATTACH] = "attach",
		[PROCAUDIT_DETACH] = "detach",
		[PROCAUDIT_GAP] = "gap",
	};

	return (size_t)kind < ARRAY_SIZE(names) ? names[kind] : "unknown";
}

PUBLIC const char *procaudit_fork_name(enum procaudit_fork_kind kind)
{
	static const char *const names[] = {
		[PROCAUDIT_FORK_UNKNOWN] = "unknown",
		[PROCAUDIT_FORK_FORK] = "fork",
		[PROCAUDIT_FORK_VFORK] = "vfork",
		[PROCAUDIT_FORK_CLONE] = "clone",
	};

	return (size_t)kind < ARRAY_SIZE(names) ? names[kind] : "unknown";
}

PUBLIC const char *procaudit_gap_name(enum procaudit_gap_reason reason)
{
	static const char *const names[] = {
		[PROCAUDIT_GAP_VANISHED] = "vanished",
		[PROCAUDIT_GAP_WRITE_ERROR] = "write_error",
		[PROCAUDIT_GAP_MEMORY] = "memory",
		[PROCAUDIT_GAP_UNTRACED] = "untraced",
		[PROCAUDIT_GAP_ATTACH_DENIED] = "attach_denied",
		[PROCAUDIT_GAP_ATTACH_TRACED] = "attach_traced",
		[PROCAUDIT_GAP_ATTACH_KERNEL] = "attach_kernel",
		[PROCAUDIT_GAP_ATTACH_GONE] = "attach_gone",
		[PROCAUDIT_GAP_ATTACH_RACE] = "attach_race",
		[PROCAUDIT_GAP_FILTER] = "filter",
	};

	return (size_t)reason < ARRAY_SIZE(names) ? names[reason] : "unknown";
}

PUBLIC const char *procaudit_detach_name(enum procaudit_detach_reason reason)
{
	static const char *const names[] = {
		[PROCAUDIT_DETACH_LINGER] = "linger",
		[PROCAUDIT_DETACH_SIGNAL] = "signal",
		[PROCAUDIT_DETACH_INIT_FAULT] = "init_fault",
	};

	return (size_t)reason < ARRAY_SIZE(names) ? names[reason] : "unknown";
}

/* As glibc counts for its programs. For ours, musl says 35. */
#define RTMIN 34
#define RTMAX 64

PUBLIC const char *procaudit_signal_name(int signo, char buffer[16])
{
	const char *abbreviation = signal_abbreviation(signo);

	if (abbreviation)
		snprintf(buffer, 16, "SIG%s", abbreviation);
	else if (signo == RTMIN)
		return "SIGRTMIN";
	else if (signo > RTMIN && signo <= RTMAX)
		snprintf(buffer, 16, "SIGRTMIN+%d", signo - RTMIN);
	else
		snprintf(buffer, 16, "SIG%d", signo);
	return buffer;
}

PUBLIC const char *procaudit_errno_name(int error, char buffer[16])
{
	const char *name = errno_constant(error);

	if (name)
		return name;
	snprintf(buffer, 16, "E%d", error);
	return buffer;
}
