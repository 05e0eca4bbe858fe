/* SPDX-License-Identifier: ISC */
#include "align.h"

#include "loose.h"
#include "memory.h"
#include "similar.h"

#include <stdlib.h>
#include <string.h>

void align_add(struct align *align, const struct unit *a, const struct unit *b)
{
	struct match *match;

	if (align->count == align->cap) {
		align->cap = align->cap ? 2 * align->cap : 1024;
		align->matches =
			allocated(reallocarray(align->matches, align->cap, sizeof(*align->matches)),
				"cannot compare");
	}
	match = &align->matches[align->count++];
	*match = (struct match){0};
	if (a)
		match->units[0] = *a;
	if (b)
		match->units[1] = *b;
	match->changed = a && b && a->list[0]->key != b->list[0]->key;
}

static int by_key(const void *left, const void *right)
{
	const struct run *a = *(struct run *const *)left;
	const struct run *b = *(struct run *const *)right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->side != b->side)
		return a->side < b->side ? -1 : 1;
	return a->exec->number < b->exec->number ? -1 : 1;
}

/* Those at the beginning of a list that have the same key and side. */
static struct unit unit_at(struct run **list, size_t count)
{
	struct unit unit = {list, 0};

	while (unit.count < count && list[unit.count]->key == list[0]->key &&
		list[unit.count]->side == list[0]->side)
		unit.count++;
	return unit;
}

/* Adds what has its like on the other side. The others are moved to the beginning of
 * the list, or, where units is not NULL, become units; how many there are is returned. */
static size_t match_equal(struct align *align, struct run **list, size_t count, struct unit *units)
{
	size_t at = 0, left = 0, i;

	qsort(list, count, sizeof(void *), by_key);
	while (at < count) {
		struct unit a = unit_at(list + at, count - at), b;

		at += a.count;
		if (at < count && list[at]->key == a.list[0]->key) {
			b = unit_at(list + at, count - at);
			at += b.count;
			align_add(align, &a, &b);
		} else if (units) {
			units[left++] = a;
		} else {
			for (i = 0; i < a.count; i++)
				align->rest[left++] = a.list[i];
		}
	}
	return left;
}

void align_find(struct align *align, struct side sides[2])
{
	size_t count = sides[0].count + sides[1].count, left, i;
	struct unit *units;
	struct loose loose;

	*align = (struct align){0};
	align->sorted = allocated(calloc(count + 1, sizeof(void *)), "cannot compare");
	align->rest = allocated(calloc(count + 1, sizeof(void *)), "cannot compare");
	for (i = 0; i < sides[0].count; i++)
		align->sorted[i] = &sides[0].commands[i];
	for (i = 0; i < sides[1].count; i++)
		align->sorted[sides[0].count + i] = &sides[1].commands[i];
	left = match_equal(align, align->sorted, count, NULL);
	loose_begin(&loose, sides);
	loose_keys(&loose, align->rest, left);
	loose_free(&loose);
	units = allocated(calloc(left + 1, sizeof(*units)), "cannot compare");
	left = match_equal(align, align->rest, left, units);
	similar_match(align, units, left);
	free(units);
}

void align_free(struct align *align)
{
	free(align->matches);
	free(align->sorted);
	free(align->rest);
}
