/* SPDX-License-Identifier: ISC */
/* Execs that are alike in something, and what they cost together. */
#ifndef GROUP_H
#define GROUP_H

#include "model.h"

/* A program, or a command with its arguments, and what its execs cost together. */
struct group {
	const struct exec *first;
	uint64_t key;
	uint64_t count;
	int64_t wall_us, cpu_us; /* CPU of processes of which it was the last program */
};

struct groups {
	struct group **slots; /* a table of open addresses, at most half full */
	size_t cap, count;
};

/* The group of a key, which begins with exec if it is new. */
struct group *group_of(struct groups *groups, uint64_t key, const struct exec *exec);

/* Adds what an exec cost. */
void group_add(struct group *group, const struct exec *exec);

void groups_free(struct groups *groups);

/* The largest first. */
typedef int group_order(const void *left, const void *right);
group_order group_by_count, group_by_wall, group_by_cpu;

/* All groups, ended by NULL; the array is owned by the caller. */
struct group **groups_sorted(const struct groups *groups, group_order *order);

#endif
