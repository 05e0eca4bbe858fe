/* SPDX-License-Identifier: ISC */
/* Tasks that have been seized are held at their first stop, until all of their
 * kin has been found. */
#ifndef HOLD_H
#define HOLD_H

#include "state.h"

/* Serves what joining tasks have to report: such a stop is kept, other stops are
 * answered and not recorded, ends are forgotten. Returns whether there was
 * anything. */
bool hold_serve(struct procaudit_tracer *t);

/* Waits until all that was seized is held, or cannot be for now. */
void hold_all(struct procaudit_tracer *t);

/* A moment, or until a tracee has something to report. */
void hold_nap(void);

#endif
