/* SPDX-License-Identifier: ISC */
/* Siblings that are alike, with all that came from them. */
#ifndef FOLD_H
#define FOLD_H

#include "model.h"

struct fold {
	uint32_t count;	 /* of the first one: how many are alike, itself included; else 0 */
	int64_t wall_us; /* theirs together */
};

/* For each process, by its number. Owned by the caller. */
struct fold *fold_find(const struct model *model);

#endif
