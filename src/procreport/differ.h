/* SPDX-License-Identifier: ISC */
/* All differences between two builds. */
#ifndef DIFFER_H
#define DIFFER_H

#include "align.h"
#include "change.h"
#include "envchange.h"
#include "kinds.h"
#include "maps.h"

/* A program that is on one side only. */
struct only_program {
	const struct run *first;
	size_t count; /* how often it ran */
};

struct only_programs {
	struct only_program *list; /* in the order in which they ran first */
	size_t count;
};

/* Matches, in the order in which they ran. */
struct matches {
	const struct match **list;
	size_t count;
};

/* Commands that took longer or shorter: the same of both sides. */
struct timing {
	const struct match *match;
	int64_t wall_us[2];
};

struct differ {
	struct side sides[2];
	struct maps maps;
	struct align align;
	struct only_programs programs[2]; /* 0: gone, 1: new */
	struct matches only[2];		  /* likewise */
	struct changes changes;
	struct matches statuses, counts;
	struct env_changes envs;
	uint64_t found[KINDS]; /* how many differences of a kind */
};

/* Compares. Sides have been read; maps are those that the user gave. */
void differ_find(struct differ *differ);
void differ_free(struct differ *differ);

/* Whether there is any difference, of these kinds; NULL: of all but what is missing
 * in a log. */
bool differ_has(const struct differ *differ, const bool kinds[KINDS]);

/* Whether commands of a match ended otherwise. */
bool differ_is_status(const struct match *match);

/* What took so much longer, the most first; at most so many. Owned by the caller. */
struct timing *differ_slower(const struct differ *differ, size_t most, size_t *count);

#endif
