/* SPDX-License-Identifier: ISC */
#include "stop.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum stop stop_classify(int status)
{
	if (!WIFSTOPPED(status))
		return STOP_ENDED;
	switch (status >> 16) {
	case 0:
		/* PTRACE_O_TRACESYSGOOD: no signal has this number. */
		return WSTOPSIG(status) == (SIGTRAP | 0x80) ? STOP_SYSCALL : STOP_SIGNAL;
	case PTRACE_EVENT_STOP:
		return WSTOPSIG(status) == SIGTRAP ? STOP_TRAP : STOP_GROUP;
	case PTRACE_EVENT_FORK:
		return STOP_FORK;
	case PTRACE_EVENT_VFORK:
		return STOP_VFORK;
	case PTRACE_EVENT_CLONE:
		return STOP_CLONE;
	case PTRACE_EVENT_EXEC:
		return STOP_EXEC;
	case PTRACE_EVENT_SECCOMP:
		return STOP_SECCOMP;
	default:
		return STOP_OTHER_EVENT;
	}
}
