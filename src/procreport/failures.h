/* SPDX-License-Identifier: ISC */
/* What failed in logs. */
#ifndef FAILURES_H
#define FAILURES_H

#include "model.h"

/* Failed execs of one path with one error. */
struct failure {
	const struct exec *first;
	uint64_t count;
};

/* All failures, or all but searches of PATH, by how often they came; owned by the
 * caller. missed counts what was left out. */
struct failure *failures_of(
	const struct model *model, bool misses, size_t *count, uint64_t *missed);

/*
 * What made a log fail: down from the first process, the child that ended badly last,
 * before its parent did, as long as there is one. NULL: it did not fail.
 */
const struct process *failures_cause(const struct model_log *log);

#endif
