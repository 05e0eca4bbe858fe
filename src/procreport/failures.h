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
 * What made a log fail: down from the first process, the child for which it gave up, as
 * long as there is one. That is the first that ended badly and after whose end the parent
 * began nothing more, as with make -j, where others may fail while they are waited for;
 * and if there is none, as in a script that did not stop there, the one that ended badly
 * last. NULL: it did not fail.
 */
const struct process *failures_cause(const struct model_log *log);

#endif
