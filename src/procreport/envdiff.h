/* SPDX-License-Identifier: ISC */
/* What one environment has changed against another. */
#ifndef ENVDIFF_H
#define ENVDIFF_H

#include "intern.h"

#include <stdbool.h>

struct env_change {
	const char *before, *after; /* entries; NULL: it was added, or removed */
};

struct env_diff {
	struct env_change *changes; /* by name */
	size_t count;
	bool reordered; /* those that are in both come in another order */
};

/* Entries one behind the other, each ended by a NUL byte. The changes point into
 * them and are owned by the caller. */
struct env_diff env_diff(const struct text *before, const struct text *after);

#endif
