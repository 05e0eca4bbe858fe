/* SPDX-License-Identifier: ISC */
/*
 * The only wait: finds a task that has something to report, or sleeps.
 *
 * Waiting for any task costs the kernel a walk over all of them (kernel/exit.c,
 * do_wait). So where there are many, the task that SIGCHLD names is asked
 * first, then those that were busy last: nearly always it is one of them. Since
 * SIGCHLDs merge while one is pending, that proves nothing when they are
 * silent; a walk follows soon, and nobody sleeps long before it.
 */
#ifndef WAIT_H
#define WAIT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct waiter {
	sigset_t signals;	       /* those that end a sleep for good */
	sigset_t wake;		       /* these and SIGCHLD */
	siginfo_t signal;	       /* the last of signals that came */
	pid_t recent[8];	       /* tasks to be asked first, latest first; 0: none */
	unsigned asked;		       /* found without a walk, or polled, since the last one */
	bool walk;		       /* the next look has to be a walk */
	bool sure;		       /* nothing was waiting, as a walk has shown */
	bool few;		       /* so few tasks that a walk costs little */
	struct sigaction before[NSIG]; /* valid for signals between catch and release */
};

/* signals are blocked, and so is SIGCHLD. */
void wait_init(struct waiter *waiter, const sigset_t *signals);

/* Catches signals, which are blocked, for the time of a sleep; one waiter in a
 * process. */
void wait_catch(struct waiter *waiter);

/* Restores the dispositions of before wait_catch. */
void wait_release(const struct waiter *waiter);

/*
 * Looks for a task that has something to report. A stop is taken: before that
 * the kernel refuses to touch a thread that has become the leader by exec
 * (kernel/ptrace.c, looks_like_a_spurious_pid). But that of a signal on its way
 * is left, so that the signal goes on its way if we are killed before we can
 * restart the task: taking makes the kernel forget it (kernel/exit.c,
 * wait_task_stopped; kernel/signal.c, ptrace_stop). A zombie is left where it is
 * until everything about it has been read. living: how many tasks there are.
 * Returns 1, and *status as from waitpid(2), or 0 for an end; or 0 if none was
 * found; or -ECHILD.
 */
int wait_find(struct waiter *waiter, size_t living, pid_t *tid, int *status);

/* What one task has to report: 1 and *status as above, or 0, or -ECHILD. A stop
 * is not taken. */
int wait_peek(pid_t task, int *status);

/* The same, taking a stop as wait_find does. */
int wait_take(pid_t task, int *status);

/* This task will have something to report soon. */
void wait_expect(struct waiter *waiter, pid_t tid);

/* Sleeps until it is time to look again: 0; at most ns (INT64_MAX: for ever):
 * -EAGAIN; or until one of signals came: -EINTR. */
int wait_sleep(struct waiter *waiter, int64_t ns);

/* Whether one of signals came: -EINTR, otherwise 0. */
int wait_poll(struct waiter *waiter);

#endif
