/* SPDX-License-Identifier: ISC */
/* What follows from a wait status: events into the queue, and the task goes on. */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "state.h"

/* tid has reported status (as from waitpid(2)) ; a stop has been waited
 * for and is answered, a zombie has not and is reaped. Any status that is not a stop means an end.
 */
void dispatch(struct procaudit_tracer *t, pid_t tid, int status);

/* Hands out the task's fork or thread event, unless that has been done: from
 * its creator's ptrace event if that is waiting, else by announce(). To be
 * called before any other event of the task. */
void introduce(struct procaudit_tracer *t, struct task *task);

#endif
