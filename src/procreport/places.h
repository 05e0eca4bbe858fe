/* SPDX-License-Identifier: ISC */
/* The directories that two builds ran in, and those of them that one has alone. */
#ifndef PLACES_H
#define PLACES_H

#include "side.h"

#include <uthash.h>

/* More of one side are not looked at. */
#define PLACES_TOPS 64

/* What runs in a directory that only one side has, or below. */
struct top {
	const char *path;
	const char *name;   /* without what differs from run to run */
	uint64_t *commands; /* what each does, whatever its folders are called; sorted */
	size_t count, cap;
};

/* A directory of a log. */
struct place {
	const struct text *path;
	const struct normal *normal; /* of the log */
	const struct text *name;     /* without what differs from run to run */
	unsigned side;
	struct top *top;     /* that it is, or lies in; NULL: the other side has it, too */
	struct place *other; /* of another log, with the same path; NULL: none */
	struct place *next;  /* of all */
	UT_hash_handle hh;   /* of those that are first with their path */
};

struct places {
	struct place *all;
	struct place *by_path;
	struct top tops[2][PLACES_TOPS]; /* by their paths */
	size_t counts[2];
};

/* Sides have been read. */
void places_find(struct places *places, const struct side sides[2]);
void places_free(struct places *places);

/* Whether a folder belongs to the system, and is the same everywhere. */
bool places_is_system(const char *path);

#endif
