/* SPDX-License-Identifier: ISC */
/* How tasks end. */
#ifndef END_H
#define END_H

#include "state.h"

/* The task is a zombie: reaps it, hands out its exit event, forgets it. */
void on_end(struct procaudit_tracer *t, struct task *task);

#endif
