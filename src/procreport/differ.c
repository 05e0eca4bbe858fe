/* SPDX-License-Identifier: ISC */
#include "differ.h"

#include "mapfind.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* --- Programs --------------------------------------------------------------------------- */

static int by_program(const void *left, const void *right)
{
	const struct run *a = *(struct run *const *)left;
	const struct run *b = *(struct run *const *)right;

	if (a->program != b->program)
		return a->program < b->program ? -1 : 1;
	if (a->side != b->side)
		return a->side < b->side ? -1 : 1;
	return a->exec->number < b->exec->number ? -1 : 1;
}

static int by_first(const void *left, const void *right)
{
	const struct only_program *a = left, *b = right;

	return a->first->exec->number < b->first->exec->number ? -1 : 1;
}

static void add_program(struct only_programs *programs, const struct run *first, size_t count)
{
	if ((programs->count & (programs->count - 1)) == 0)
		programs->list = allocated(
			reallocarray(programs->list, programs->count ? 2 * programs->count : 1,
				sizeof(*programs->list)),
			"cannot compare");
	programs->list[programs->count++] = (struct only_program){first, count};
}

/* What ran on one side only. An exec that failed ran nothing. */
static void find_programs(struct differ *differ)
{
	const struct side *sides = differ->sides;
	size_t total = sides[0].count + sides[1].count, count = 0, at, end, i;
	const struct run **list = allocated(calloc(total + 1, sizeof(void *)), "cannot compare");

	for (at = 0; at < 2; at++)
		for (i = 0; i < sides[at].count; i++)
			if (sides[at].commands[i].exec->success)
				list[count++] = &sides[at].commands[i];
	qsort(list, count, sizeof(void *), by_program);
	for (at = 0; at < count; at = end) {
		end = at + 1;
		while (end < count && list[end]->program == list[at]->program)
			end++;
		if (list[at]->side == list[end - 1]->side)
			add_program(&differ->programs[list[at]->side], list[at], end - at);
	}
	for (i = 0; i < 2; i++)
		if (differ->programs[i].count)
			qsort(differ->programs[i].list, differ->programs[i].count,
				sizeof(*differ->programs[i].list), by_first);
	free(list);
}

/* --- Commands --------------------------------------------------------------------------- */

static void add_match(struct matches *matches, const struct match *match)
{
	if ((matches->count & (matches->count - 1)) == 0)
		matches->list =
			allocated(reallocarray(matches->list,
					  matches->count ? 2 * matches->count : 1, sizeof(void *)),
				"cannot compare");
	matches->list[matches->count++] = match;
}

bool differ_is_status(const struct match *match)
{
	const struct unit *a = &match->units[0], *b = &match->units[1];

	if (a->count == 0 || b->count == 0)
		return false;
	if (a->count == 1 && b->count == 1)
		return a->list[0]->status != b->list[0]->status;
	return change_status(a, a->count == b->count) != change_status(b, a->count == b->count);
}

static uint32_t number_of(const struct match *match)
{
	const struct unit *unit = &match->units[match->units[1].count ? 1 : 0];

	return unit->list[0]->exec->number;
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = number_of(*(const struct match *const *)left);
	uint32_t b = number_of(*(const struct match *const *)right);

	return a < b ? -1 : a > b;
}

static void sort_matches(struct matches *matches)
{
	if (matches->count)
		qsort(matches->list, matches->count, sizeof(void *), by_number);
}

static void find_commands(struct differ *differ)
{
	size_t i;

	for (i = 0; i < differ->align.count; i++) {
		const struct match *match = &differ->align.matches[i];

		if (!match->units[0].count || !match->units[1].count) {
			add_match(&differ->only[match->units[1].count ? 1 : 0], match);
			continue;
		}
		if (match->units[0].count != match->units[1].count)
			add_match(&differ->counts, match);
		if (differ_is_status(match))
			add_match(&differ->statuses, match);
	}
	sort_matches(&differ->only[0]);
	sort_matches(&differ->only[1]);
	sort_matches(&differ->counts);
	sort_matches(&differ->statuses);
}

/* --- All of it ---------------------------------------------------------------------------- */

static void count_kinds(struct differ *differ)
{
	uint64_t *found = differ->found;
	size_t i;

	found[KIND_GONE_PROGRAM] = differ->programs[0].count;
	found[KIND_NEW_PROGRAM] = differ->programs[1].count;
	found[KIND_GONE_COMMAND] = differ->only[0].count;
	found[KIND_NEW_COMMAND] = differ->only[1].count;
	for (i = 0; i < differ->changes.count; i++) {
		const struct change *change = &differ->changes.list[i];

		if (change->first[0]->program != change->first[1]->program)
			found[KIND_CHANGED_PROGRAM] += change->count;
		if (change->removed->size || change->added->size || change->reordered)
			found[KIND_CHANGED_FLAGS] += change->count;
	}
	found[KIND_CHANGED_ENV] = differ->envs.count;
	found[KIND_CHANGED_STATUS] = differ->statuses.count;
	found[KIND_CHANGED_COUNT] = differ->counts.count;
	for (i = 0; i < 2; i++)
		found[KIND_INCOMPLETE] += !side_is_complete(&differ->sides[i]);
}

void differ_find(struct differ *differ)
{
	bool failed = side_has_failed(&differ->sides[0]) && side_has_failed(&differ->sides[1]);

	maps_apply(&differ->maps, differ->sides);
	mapfind(&differ->maps, differ->sides);
	side_find_commands(&differ->sides[0], failed);
	side_find_commands(&differ->sides[1], failed);
	align_find(&differ->align, differ->sides);
	find_programs(differ);
	find_commands(differ);
	differ->changes = changes_find(&differ->align);
	differ->envs = env_changes_find(&differ->align, differ->sides);
	count_kinds(differ);
}

void differ_free(struct differ *differ)
{
	int i;

	for (i = 0; i < 2; i++) {
		free(differ->programs[i].list);
		free(differ->only[i].list);
		side_free(&differ->sides[i]);
	}
	free(differ->changes.list);
	free(differ->statuses.list);
	free(differ->counts.list);
	free(differ->envs.list);
	align_free(&differ->align);
}

bool differ_has(const struct differ *differ, const bool kinds[KINDS])
{
	unsigned kind;

	for (kind = 0; kind < KINDS; kind++)
		if (differ->found[kind] && (kinds ? kinds[kind] : kind != KIND_INCOMPLETE))
			return true;
	return false;
}

/* --- Times -------------------------------------------------------------------------------- */

static int64_t wall_of(const struct unit *unit)
{
	int64_t wall = 0;
	size_t i;

	for (i = 0; i < unit->count; i++)
		if (unit->list[i]->exec->wall_us > 0)
			wall += unit->list[i]->exec->wall_us;
	return wall;
}

static int by_delta(const void *left, const void *right)
{
	const struct timing *a = left, *b = right;
	int64_t x = a->wall_us[1] - a->wall_us[0], y = b->wall_us[1] - b->wall_us[0];

	if (x != y)
		return x > y ? -1 : 1;
	return number_of(a->match) < number_of(b->match) ? -1 : 1;
}

struct timing *differ_slower(const struct differ *differ, size_t most, size_t *count)
{
	struct timing *list =
		allocated(calloc(differ->align.count + 1, sizeof(*list)), "cannot compare");
	size_t i, found = 0;

	for (i = 0; i < differ->align.count; i++) {
		const struct match *match = &differ->align.matches[i];
		struct timing timing = {.match = match};

		if (!match->units[0].count || match->units[0].count != match->units[1].count)
			continue;
		timing.wall_us[0] = wall_of(&match->units[0]);
		timing.wall_us[1] = wall_of(&match->units[1]);
		if (timing.wall_us[1] > timing.wall_us[0])
			list[found++] = timing;
	}
	qsort(list, found, sizeof(*list), by_delta);
	*count = found < most ? found : most;
	return list;
}
