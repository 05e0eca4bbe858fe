/* SPDX-License-Identifier: ISC */
/*
 * The commands of two builds, each with its like in the other. In which order they ran
 * does not matter, how often does.
 */
#ifndef ALIGN_H
#define ALIGN_H

#include "side.h"

/* Commands of one side that do the same. */
struct unit {
	struct run **list; /* borrowed from the alignment; by their numbers */
	size_t count;	   /* 0: there are none */
};

struct match {
	struct unit units[2]; /* of each side */
	bool changed;	      /* what they do is not the same, but similar */
};

struct align {
	struct match *matches;
	size_t count, cap;
	struct run **sorted, **rest; /* what the units point into */
};

void align_find(struct align *align, struct side sides[2]);
void align_free(struct align *align);

void align_add(struct align *align, const struct unit *a, const struct unit *b);

#endif
