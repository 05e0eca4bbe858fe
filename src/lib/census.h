/* SPDX-License-Identifier: ISC */
/* All processes of this machine and their parents, as /proc shows them. */
#ifndef CENSUS_H
#define CENSUS_H

#include "buf.h"

#include <stdbool.h>
#include <sys/types.h>

struct census_entry {
	pid_t pid;
	pid_t ppid; /* 0: none, or outside our pid namespace */
	bool zombie;
};

struct census {
	struct buf entries; /* struct census_entry, by pid */
};

/*
 * Counts. A process that lives from the beginning to the end of this is there
 * once; a process whose parent does so, and that was there before, too, and has
 * this parent. Returns 0 or -errno.
 */
int census_take(struct census *census);

/* Borrowed until the next census_take(). */
const struct census_entry *census_entries(const struct census *census, size_t *count);

/* NULL: there is none. */
const struct census_entry *census_find(const struct census *census, pid_t pid);

void census_free(struct census *census);

#endif
