/* SPDX-License-Identifier: ISC */
/* What tells one state of everything from another: the kernel's, the tracer's, ours. */
#ifndef MARK_H
#define MARK_H

#include "explore.h"

#include <procaudit/tracer.h>

/* Of a tracer that waits (0), sleeps (1), sleeps for a time (2), or has ended (3).
 * besides: what else is to be the same. */
struct mark mark_of(const struct procaudit_tracer *tracer, unsigned where, uint64_t besides);

#endif
