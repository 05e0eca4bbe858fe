/* SPDX-License-Identifier: ISC */
/* What has changed in a command, and in which others the same. */
#ifndef CHANGE_H
#define CHANGE_H

#include "align.h"

/* The same change of commands of one program. */
struct change {
	const struct run *first[2];
	size_t count;
	const struct text *removed, *added; /* arguments, each ended by a NUL byte */
	bool reordered;			    /* the same ones come in another order */
};

struct changes {
	struct change *list; /* the most frequent first; owned by the caller */
	size_t count;
};

struct changes changes_find(const struct align *align);

/* How the commands of a unit ended: "exit 0", "2 x exit 0, SIGKILL"; with_counts false:
 * without the numbers. */
const struct text *change_status(const struct unit *unit, bool with_counts);

#endif
