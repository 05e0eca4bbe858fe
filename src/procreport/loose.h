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
};

void loose_begin(struct loose *loose, const struct side sides[2]);
void loose_free(struct loose *loose);

/* Adds a string of a run's key or environment without process ids. home: with the home
 * folder as it was, so that what names one is the same in both if it is not the user's. */
void loose_add(const struct loose *loose, const struct run *run, struct bytes *out,
	const struct text *text, bool home);

#endif
