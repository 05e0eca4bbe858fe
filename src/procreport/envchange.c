/* SPDX-License-Identifier: ISC */
#include "envchange.h"

#include "loose.h"
#include "memory.h"
#include "noise.h"

#include <stdlib.h>
#include <string.h>

/* Two commands that are alike but for their environments. */
struct env_pair {
	const struct run *runs[2];
	size_t count; /* so many have the same two */
};

struct pairs {
	struct env_pair *list;
	size_t count, cap;
};

/* --- Commands with other environments -------------------------------------------------- */

static void add_pair(struct pairs *pairs, const struct run *a, const struct run *b)
{
	if (pairs->count == pairs->cap) {
		pairs->cap = pairs->cap ? 2 * pairs->cap : 256;
		pairs->list = allocated(reallocarray(pairs->list, pairs->cap, sizeof(*pairs->list)),
			"cannot compare environments");
	}
	pairs->list[pairs->count++] = (struct env_pair){{a, b}, 1};
}

/* By what is in the environments, and not by the order of reading. */
static int by_env(const void *left, const void *right)
{
	const struct run *a = *(struct run *const *)left;
	const struct run *b = *(struct run *const *)right;
	size_t i;

	if (a->env == b->env)
		return a->exec->number < b->exec->number ? -1 : 1;
	for (i = 0; i < noise_count(a->env) && i < noise_count(b->env); i++)
		if (noise_entry(a->env, i) != noise_entry(b->env, i))
			return strcmp(noise_entry(a->env, i)->data, noise_entry(b->env, i)->data);
	return noise_count(a->env) < noise_count(b->env) ? -1 : 1;
}

/* Those of a unit whose environments are known, sorted. */
static struct run **with_env(const struct unit *unit, size_t *count)
{
	struct run **list =
		allocated(calloc(unit->count, sizeof(void *)), "cannot compare environments");
	size_t i;

	*count = 0;
	for (i = 0; i < unit->count; i++)
		if (unit->list[i]->env)
			list[(*count)++] = unit->list[i];
	qsort(list, *count, sizeof(void *), by_env);
	return list;
}

/* Removes from each of two sorted lists what has the same environment in the other. */
static void drop_equal(struct run **a, size_t *a_count, struct run **b, size_t *b_count)
{
	size_t i = 0, j = 0, a_kept = 0, b_kept = 0;

	while (i < *a_count && j < *b_count) {
		if (a[i]->env == b[j]->env) {
			i++;
			j++;
		} else if (by_env(&a[i], &b[j]) < 0) {
			a[a_kept++] = a[i++];
		} else {
			b[b_kept++] = b[j++];
		}
	}
	while (i < *a_count)
		a[a_kept++] = a[i++];
	while (j < *b_count)
		b[b_kept++] = b[j++];
	*a_count = a_kept;
	*b_count = b_kept;
}

static void add_pairs_of(struct pairs *pairs, const struct match *match)
{
	size_t counts[2], i;
	struct run **a, **b;

	if (match->units[0].count == 1 && match->units[1].count == 1) {
		const struct run *x = match->units[0].list[0], *y = match->units[1].list[0];

		if (x->env && y->env && x->env != y->env)
			add_pair(pairs, x, y);
		return;
	}
	a = with_env(&match->units[0], &counts[0]);
	b = with_env(&match->units[1], &counts[1]);
	drop_equal(a, &counts[0], b, &counts[1]);
	for (i = 0; i < counts[0] && i < counts[1]; i++)
		add_pair(pairs, a[i], b[i]);
	free(a);
	free(b);
}

static int by_envs(const void *left, const void *right)
{
	const struct env_pair *a = left, *b = right;
	int i;

	for (i = 0; i < 2; i++)
		if (a->runs[i]->env != b->runs[i]->env)
			return a->runs[i]->env < b->runs[i]->env ? -1 : 1;
	return a->runs[1]->exec->number < b->runs[1]->exec->number ? -1 : 1;
}

/* One of those that have the same two environments. */
static struct pairs find_pairs(const struct align *align)
{
	struct pairs pairs = {0};
	size_t i, kept = 0;

	for (i = 0; i < align->count; i++)
		if (align->matches[i].units[0].count && align->matches[i].units[1].count)
			add_pairs_of(&pairs, &align->matches[i]);
	if (pairs.count == 0)
		return pairs;
	qsort(pairs.list, pairs.count, sizeof(*pairs.list), by_envs);
	for (i = 0; i < pairs.count; i++) {
		const struct env_pair *pair = &pairs.list[i];

		if (kept && pairs.list[kept - 1].runs[0]->env == pair->runs[0]->env &&
			pairs.list[kept - 1].runs[1]->env == pair->runs[1]->env)
			pairs.list[kept - 1].count++;
		else
			pairs.list[kept++] = *pair;
	}
	pairs.count = kept;
	return pairs;
}

/* --- Variables -------------------------------------------------------------------------- */

static void add_change(struct env_changes *changes, const struct env_pair *pair,
	const struct text *before, const struct text *after)
{
	if (changes->count == changes->cap) {
		changes->cap = changes->cap ? 2 * changes->cap : 64;
		changes->list =
			allocated(reallocarray(changes->list, changes->cap, sizeof(*changes->list)),
				"cannot compare environments");
	}
	changes->list[changes->count++] = (struct env_change_of){
		{before, after}, {pair->runs[0], pair->runs[1]}, pair->count};
}

/* Whether two entries are the same without what may differ from run to run. */
static bool is_alike(const struct loose *loose, const struct env_pair *pair,
	const struct text *before, const struct text *after)
{
	static struct bytes texts[2];
	int home;

	for (home = 0; home < 2; home++) {
		texts[0].size = texts[1].size = 0;
		loose_add(loose, pair->runs[0], &texts[0], before->data, before->size, home);
		loose_add(loose, pair->runs[1], &texts[1], after->data, after->size, home);
		if (texts[0].size == texts[1].size &&
			memcmp(texts[0].data, texts[1].data, texts[0].size) == 0)
			return true;
	}
	return false;
}

static void compare(
	struct env_changes *changes, const struct loose *loose, const struct env_pair *pair)
{
	const struct text *a = pair->runs[0]->env, *b = pair->runs[1]->env;
	size_t i = 0, j = 0;

	while (i < noise_count(a) || j < noise_count(b)) {
		const struct text *before = i < noise_count(a) ? noise_entry(a, i) : NULL;
		const struct text *after = j < noise_count(b) ? noise_entry(b, j) : NULL;
		int order = !before  ? 1
			    : !after ? -1
				     : noise_compare_names(before->data, after->data);

		if (order < 0) {
			add_change(changes, pair, before, NULL);
			i++;
		} else if (order > 0) {
			add_change(changes, pair, NULL, after);
			j++;
		} else {
			if (before != after && !is_alike(loose, pair, before, after))
				add_change(changes, pair, before, after);
			i++;
			j++;
		}
	}
}

static int compare_entries(const struct env_change_of *a, const struct env_change_of *b)
{
	int i;

	for (i = 0; i < 2; i++)
		if (a->entries[i] != b->entries[i])
			return a->entries[i] < b->entries[i] ? -1 : 1;
	return 0;
}

static int by_entries(const void *left, const void *right)
{
	const struct env_change_of *a = left, *b = right;
	int order = compare_entries(a, b);

	if (order)
		return order;
	return a->first[1]->exec->number < b->first[1]->exec->number ? -1 : 1;
}

static int by_count(const void *left, const void *right)
{
	const struct env_change_of *a = left, *b = right;
	const struct text *x = a->entries[0] ? a->entries[0] : a->entries[1];
	const struct text *y = b->entries[0] ? b->entries[0] : b->entries[1];

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return x == y ? by_entries(left, right) : strcmp(x->data, y->data);
}

struct env_changes env_changes_find(const struct align *align, const struct side sides[2])
{
	struct env_changes changes = {0};
	struct pairs pairs = find_pairs(align);
	struct loose loose;
	size_t i, kept = 0;

	if (pairs.count == 0)
		return changes;
	loose_begin(&loose, sides);
	for (i = 0; i < pairs.count; i++)
		compare(&changes, &loose, &pairs.list[i]);
	if (changes.count)
		qsort(changes.list, changes.count, sizeof(*changes.list), by_entries);
	for (i = 0; i < changes.count; i++)
		if (kept && compare_entries(&changes.list[kept - 1], &changes.list[i]) == 0)
			changes.list[kept - 1].count += changes.list[i].count;
		else
			changes.list[kept++] = changes.list[i];
	changes.count = kept;
	if (kept)
		qsort(changes.list, kept, sizeof(*changes.list), by_count);
	loose_free(&loose);
	free(pairs.list);
	return changes;
}
