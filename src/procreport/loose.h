/* SPDX-License-Identifier: ISC */
/* Strings of which nothing is left that might differ from run to run. What is the same
 * without that is not looked at. */
#ifndef LOOSE_H
#define LOOSE_H

#include "pids.h"
#include "side.h"

struct loose {
	const struct side *sides;
	struct pids pids[2];
	bool mapped; /* there are mapped folders */
};

void loose_begin(struct loose *loose, const struct side sides[2]);
void loose_free(struct loose *loose);

/* Adds a string of a run's key or environment without process ids, and with relative names
 * of mapped folders replaced. home: with the home
 * folder as it was, so that what names one is the same in both if it is not the user's. */
void loose_add(const struct loose *loose, const struct run *run, struct bytes *out,
	const char *text, size_t size, bool home);

/* Loosens the keys of runs. A string is taken to hold process ids, or such names, only if
 * the other side has one that is the same without them, and has not this one. */
void loose_keys(const struct loose *loose, struct run **list, size_t count);

#endif
