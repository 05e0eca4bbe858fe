/* SPDX-License-Identifier: ISC */
/* What has changed in the environments of two builds' commands. */
#ifndef ENVCHANGE_H
#define ENVCHANGE_H

#include "align.h"

/* One variable, changed alike in so many commands. */
struct env_change_of {
	const struct text *entries[2]; /* NULL: it is not there */
	const struct run *first[2];
	size_t count;
};

struct env_changes {
	struct env_change_of *list; /* the most frequent first; owned by the caller */
	size_t count, cap;
};

struct env_changes env_changes_find(const struct align *align, const struct side sides[2]);

#endif
