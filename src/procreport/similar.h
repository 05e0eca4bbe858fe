/* SPDX-License-Identifier: ISC */
/* Commands that have changed, by what is alike in them. */
#ifndef SIMILAR_H
#define SIMILAR_H

#include "align.h"

/* Adds pairs of units of the two sides that are similar, and alone those that are not. */
void similar_match(struct align *align, const struct unit *units, size_t count);

#endif
