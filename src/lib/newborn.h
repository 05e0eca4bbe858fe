/* SPDX-License-Identifier: ISC */
/*
 * How tasks come to be known, and who made them.
 *
 * The kernel reports a new task twice, through its creator's ptrace event and
 * through its own first stop, in any order; and only once, or not at all, when
 * somebody is killed meanwhile. Whatever comes first makes the entry; the fork
 * or thread event is handed out when the creator's event has come, or when it
 * can wait no longer: then /proc has to tell.
 */
#ifndef NEWBORN_H
#define NEWBORN_H

#include "state.h"

/* The living entry for tid; a tombstone found there is removed, its number
 * has been given away again. NULL: none. */
struct task *find_living(struct procaudit_tracer *t, pid_t tid);

/* Makes the entry of the command, process 1, which nobody announces. False: no
 * memory. */
bool meet_command(struct procaudit_tracer *t);

/* Makes the entry of a task that was seized while it ran, a further thread of
 * process; if that is NULL, the leader of a new one. NULL: no memory. */
struct task *meet_seized(struct procaudit_tracer *t, pid_t tid, struct process *process);

/* The entry of a task that has stopped, made if need be. NULL: no memory. */
struct task *meet(struct procaudit_tracer *t, pid_t tid);

/* The entry of a zombie that the table does not hold. NULL: not our tracee,
 * or no memory. */
struct task *meet_dead(struct procaudit_tracer *t, pid_t tid);

/* Hands out the task's fork or thread event, unless that has been done, by what
 * /proc knows; see introduce() in dispatch.h. */
void announce(struct procaudit_tracer *t, struct task *task);

/* The same for a task that is known to be a thread of process and that /proc
 * may not know any more. */
void announce_thread(struct procaudit_tracer *t, struct task *task, struct process *process);

/*
 * When only threads are left of which nobody has told whose they are, forgets
 * those that are no more. Such a one was killed on its way to PTRACE_EVENT_EXEC:
 * it had the leader's id already, and its creator, the leader, was ended before
 * it could report.
 */
void forget_vanished(struct procaudit_tracer *t);

/* The task has stopped at PTRACE_EVENT_FORK, _VFORK or _CLONE. task may be
 * NULL. */
void on_fork(struct procaudit_tracer *t, struct task *task, enum procaudit_fork_kind kind);

#endif
