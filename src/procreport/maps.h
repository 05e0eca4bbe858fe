/* SPDX-License-Identifier: ISC */
/* Folders of one build that are those of another under other names. */
#ifndef MAPS_H
#define MAPS_H

#include "side.h"

struct map {
	const char *paths[2]; /* of each side; no / at the end */
	const char *name;     /* what stands for both, "%map1%" */
	bool given;	      /* by the user; false: it was found */
};

struct maps {
	struct map list[NORMAL_MAPS];
	size_t count;
	size_t applied; /* so many are known to the sides */
};

/* Those of --map. Does not return if one is wrong. */
void maps_parse(struct maps *maps, const struct list *given);

/* Adds one, unless there are too many. The paths stay. */
void maps_add(struct maps *maps, const char *a, const char *b, bool given);

/* Tells the sides, which have been read, those that they do not know yet. */
void maps_apply(struct maps *maps, struct side sides[2]);

/* Whether a path is this folder, or lies in it. */
bool maps_holds(const char *folder, const char *path);

#endif
