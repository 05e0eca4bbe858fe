/* SPDX-License-Identifier: ISC */
/*
 * The commands of a build: those that do the work, each with all that came from it.
 * What only runs others is looked through: make and the like, and shells with a
 * command line in which nothing but programs does anything.
 */
#ifndef LEAVES_H
#define LEAVES_H

#include "model.h"

struct leaf_mark {
	const struct exec *leaf; /* from which on the process is one; NULL: from none */
	bool inside;		 /* it belongs to a leaf above */
	bool ran;		 /* it or what came from it has run a program */
	bool makes;		 /* make, likewise */
	bool ninja;		 /* below ninja, which makes directories itself */
	bool descends;		 /* below a rule that runs make in each directory */
	bool wanted;		 /* below the top */
};

/* Marks for each process, by its number, and selects the execs that are leaves. The
 * first program of top, or without it those of processes without a creator, is looked
 * through whatever it is, if it ran others. Owned by the caller. */
struct leaf_mark *leaves_find(const struct model *model, const struct process *top);

#endif
