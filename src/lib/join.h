/* SPDX-License-Identifier: ISC */
/* Single processes that run already, and their threads, become tracees. */
#ifndef JOIN_H
#define JOIN_H

#include "seize.h"
#include "state.h"

/* The ids of a list, and how many they are. Borrowed until it changes. */
const pid_t *join_ids(const struct buf *list, size_t *count);

void join_add_id(struct procaudit_tracer *t, struct buf *list, pid_t id);

/* Notes a gap, to be told when all that has been joined is. of: the process that
 * the task belongs to, or its parent; NULL: nobody of ours. */
void join_refuse(struct procaudit_tracer *t, const struct process *of, pid_t tid,
	const struct refusal *refusal);

/* The same for one that was asked for and is not there. */
void join_refuse_gone(struct procaudit_tracer *t, pid_t pid);

/* Whether the process is joined, or is known not to be traceable. */
bool join_is_ours(struct procaudit_tracer *t, pid_t pid);

/*
 * Seizes a process, by its first thread. fresh: looking for the first time, so a
 * tracee of ours that is not known has to be joined; later on it will report by
 * itself. Returns SEIZED if the process is now in the table, SEIZED_OURS if
 * nothing was to be done.
 */
enum seized join_process(struct procaudit_tracer *t, pid_t pid, pid_t ppid, bool fresh);

/* The same for one that was asked for: tries harder. */
enum seized join_named(struct procaudit_tracer *t, pid_t pid);

/* Seizes the other threads of a joined process. Returns whether there was one that
 * was not known. */
bool join_threads(struct procaudit_tracer *t, pid_t pid, bool fresh);

#endif
