/* SPDX-License-Identifier: ISC */
/* Finds what folders of one build are those of another. */
#ifndef MAPFIND_H
#define MAPFIND_H

#include "maps.h"

/*
 * Adds, and tells the sides, which have been read and know those that are given:
 *  - where builds ran in /ws/42/build and /ws/43/build: /ws/42 and /ws/43, if commands of
 *    both name what else is in there;
 *  - directories that one side alone ran in, if at least half of the commands in one do the
 *    same as those in the other, and those of no other directory do so as well; or what
 *    is above them, as far as their paths end alike.
 * Never what belongs to the system, is a home folder, or is in use on both sides. Exchanged
 * sides give the same.
 */
void mapfind(struct maps *maps, struct side sides[2]);

#endif
