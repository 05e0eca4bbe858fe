/* SPDX-License-Identifier: ISC */
/* The critical path: the chain of processes that the end of a log waited for. */
#ifndef PATH_H
#define PATH_H

#include "model.h"

/* A time in which one process was what all others waited for. */
struct step {
	const struct process *process;
	int64_t from_us, to_us;
};

/* The steps of a log's first process, in the order of time; they do not overlap
 * and fill its life. Owned by the caller. */
struct step *path_find(const struct process *root, size_t *count);

#endif
