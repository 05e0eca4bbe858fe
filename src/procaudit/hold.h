/* SPDX-License-Identifier: ISC */
/* Waiting for a log that takes nothing: a disk is full, a reader slow. */
#ifndef HOLD_H
#define HOLD_H

#include "recorder.h"

#include <signal.h>

/*
 * Writes as soon as it can be done, until records may be added again; with all,
 * until nothing waits any more. Meanwhile no tracee is answered: each that has
 * something to report stands still. One that takes longer than a moment is said.
 * Returns true; or false if one of signals, which are blocked, came first: then
 * *signal tells which, and the log has been given up.
 */
bool hold(struct recorder *recorder, const sigset_t *signals, bool all, siginfo_t *signal);

#endif
