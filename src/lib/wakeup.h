/* SPDX-License-Identifier: ISC */
/*
 * Makes up for wakeups that only a tracee knows.
 *
 * A signal that a task ignores is not even queued. A tracee is woken for it all
 * the same, so that its tracer can see it (kernel/signal.c, sig_ignored); and so
 * is every thread of a tracee by SIGCONT and by PTRACE_INTERRUPT (ptrace_trap_notify,
 * ptrace_request). Most system calls go on by themselves then. Those of
 * interrupt.h fail with EINTR, unless the tracer has them begun again.
 */
#ifndef WAKEUP_H
#define WAKEUP_H

#include "state.h"

/*
 * The task is in the stop of a signal, or of an event (signo 0). If it has been
 * woken from a system call to which nothing would have happened without a
 * tracer, the kernel will begin the call again; or end it by its timeout if that
 * has been put off so for long enough. task may be NULL.
 */
void wakeup_undo(struct procaudit_tracer *t, pid_t tid, struct task *task, int signo);

/* The task has stopped with its group: without a tracer it would have been
 * woken just so (signal(7)), and a failed call stays as it is. */
void wakeup_stands(struct procaudit_tracer *t, pid_t tid, struct task *task);

#endif
