/* SPDX-License-Identifier: ISC */
#include "seize.h"

#include "proc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <time.h>
#include <unistd.h>

/* A refusal that nothing explains may be due to an exec, in which the first thread
 * was dead for a moment: it is tried so often. */
#define TRIES 5

static sigjmp_buf way_out;

/* SIGCHLD has come and nobody has been told. */
static bool untold;

/* SIGCHLD is blocked after the jump as it is in here. */
static void on_child(int signo)
{
	(void)signo;
	siglongjmp(way_out, 1);
}

/* By default SIGCHLD is ignored, and setting that drops one that waits. */
void seize_begin(struct sigaction *saved)
{
	struct sigaction action = {.sa_handler = on_child};

	sigaction(SIGCHLD, &action, saved);
}

void seize_end(const struct sigaction *saved)
{
	sigaction(SIGCHLD, saved, NULL);
}

/*
 * An exec holds a lock that PTRACE_SEIZE needs until all other threads of its
 * process are reaped (kernel/ptrace.c, ptrace_attach; fs/exec.c, de_thread). If
 * one of those is our tracee we are the one to do that: its end has to get us out
 * of here. Returns 0, -EINTR or another -errno.
 */
static int try(pid_t tid, unsigned long options)
{
	volatile int result = -EINTR;
	sigset_t chld;

	if (untold) {
		untold = false;
		return -EINTR;
	}
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	if (sigsetjmp(way_out, 0) == 0) {
		sigprocmask(SIG_UNBLOCK, &chld, NULL);
		result = ptrace(PTRACE_SEIZE, tid, 0, options) < 0 ? -errno : 0;
		sigprocmask(SIG_BLOCK, &chld, NULL);
	} else {
		untold = result != -EINTR;
	}
	return result;
}

static enum seized refuse(struct refusal *refusal, enum procaudit_gap_reason reason, int error)
{
	*refusal = (struct refusal){.reason = reason, .error = error};
	return SEIZED_NOT;
}

static enum seized interrupted(pid_t tid)
{
	ptrace(PTRACE_INTERRUPT, tid, 0, 0);
	return SEIZED;
}

/* sure: tried often enough. */
static enum seized seize_once(pid_t tid, unsigned long options, bool sure, struct refusal *refusal)
{
	int error = try(tid, options);
	struct proc_status status;
	struct proc_stat stat;
	bool known;

	if (error == 0)
		return interrupted(tid);
	if (error == -ESRCH)
		return SEIZED_GONE;
	known = proc_stat(tid, &stat) == 0 && proc_status(tid, &status) == 0;
	if (error == -EINTR && known && status.tracer == getpid()) {
		interrupted(tid); /* it may have been done all the same */
		return SEIZED_OURS;
	}
	if (error == -EINTR)
		return SEIZED_BUSY;
	if (!known)
		return sure ? SEIZED_GONE : SEIZED_UNSURE;
	if (status.tracer == getpid())
		return SEIZED_OURS;
	if (status.state == 'Z' || status.state == 'X')
		return SEIZED_GONE;
	if (stat.flags & PROC_IO_WORKER)
		return SEIZED_SPARE;
	if (stat.flags & PROC_KERNEL_THREAD)
		return refuse(refusal, PROCAUDIT_GAP_ATTACH_KERNEL, 0);
	if (status.tracer) {
		refuse(refusal, PROCAUDIT_GAP_ATTACH_TRACED, 0);
		refusal->tracer = status.tracer;
		return SEIZED_NOT;
	}
	if (!sure)
		return SEIZED_UNSURE;
	return refuse(refusal, PROCAUDIT_GAP_ATTACH_DENIED, -error);
}

enum seized seize(pid_t tid, unsigned long options, struct refusal *refusal)
{
	static const struct timespec moment = {0, 100000};
	enum seized seized;
	int tries;

	for (tries = 1;; tries++) {
		seized = seize_once(tid, options, tries == TRIES, refusal);
		if (seized != SEIZED_UNSURE)
			return seized;
		nanosleep(&moment, NULL);
	}
}
