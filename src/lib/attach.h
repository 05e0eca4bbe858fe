/* SPDX-License-Identifier: ISC */
/*
 * Attaching to processes that run already, and to all that come from them.
 *
 * Each task is seized and told to stop, and is held when it has. What is held
 * forks no more, and its children stay its children: so a look at all processes
 * that finds no new one has found all. Then each process has its attach event
 * handed out and goes on. Those that cannot stop now, as parents in vfork(2), are
 * looked at again when they do.
 */
#ifndef ATTACH_H
#define ATTACH_H

#include "state.h"

/* Seizes processes with these ids and PTRACE_O_ options, and all that come from
 * them but spare, if that is not 0. Returns 0 or -errno. */
int attach_start(struct procaudit_tracer *t, const pid_t *pids, size_t count, unsigned long options,
	pid_t spare);

/* Hands out the next attach event, and lets that process go on. False: there is
 * none. */
bool attach_next(struct procaudit_tracer *t);

/* Whether there is another, or one that has not been taken. */
bool attach_is_telling(const struct procaudit_tracer *t);

/* Looks for what a task has forked that was seized and could not be held. */
void attach_again(struct procaudit_tracer *t);

void attach_free(struct attach *attach);

#endif
