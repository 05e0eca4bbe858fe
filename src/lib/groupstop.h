/* SPDX-License-Identifier: ISC */
/*
 * The command's group-stops, as its parent would learn of them from
 * waitpid(2): by us, who trace it, the kernel reports each thread's alone.
 */
#ifndef GROUPSTOP_H
#define GROUPSTOP_H

#include "state.h"

/* The task has gone into a group-stop by this signal. task may be NULL. */
void on_group_stop(struct procaudit_tracer *t, struct task *task, int signo);

/* The task has stopped for another reason, so it is not in a group-stop any
 * more. task may be NULL. */
void on_group_stop_end(struct procaudit_tracer *t, struct task *task);

/* A thread of the process has ended: perhaps all others have stopped. */
void on_group_stop_thread_end(struct procaudit_tracer *t, struct process *process);

/* SIGCONT has taken back, from whoever got it, what the command was sent before. */
void forget_shown_stops(struct procaudit_tracer *t);

/* Whether the task has to rest until the caller has been told that the command goes
 * on. Who waits for it to go on, and stops it again at once, would otherwise find him
 * who shows its stops on the way out of the one before. task may be NULL. */
bool hold_group_stop_end(struct procaudit_tracer *t, const struct task *task);

/* That has been told. */
void release_group_stop_end(struct procaudit_tracer *t);

/* Whether there is news of the command, which becomes t->waiter.signal. */
bool tell_group_stop(struct procaudit_tracer *t);

#endif
