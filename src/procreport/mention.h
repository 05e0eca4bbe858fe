/* SPDX-License-Identifier: ISC */
/* Which folders commands, and their environments, name. */
#ifndef MENTION_H
#define MENTION_H

#include "side.h"

#include <uthash.h>

struct mention {
	uint64_t hash; /* of the folder's path */
	bool sides[2]; /* those that name it, or what is in it */
	UT_hash_handle hh;
};

struct mentions {
	struct mention *all;
};

/* One to look for. */
void mentions_add(struct mentions *mentions, const char *path);

/* Looks through a side. Names of what is in the folder that a build runs in do not count. */
void mentions_find(struct mentions *mentions, const struct side *side);

/* Whether a side names it. */
bool mentions_has(const struct mentions *mentions, const char *path, unsigned side);

void mentions_free(struct mentions *mentions);

#endif
