/* SPDX-License-Identifier: ISC */
#include "mapfind.h"

#include "mention.h"
#include "places.h"

#include <stdlib.h>
#include <string.h>

/* Each round may find what the one before has made comparable. */
#define ROUNDS 8

/* In thousandths: less is not the same directory. */
#define ALIKE 500

/* Two directories that are the same one. */
struct pair {
	const char *paths[2];
	const char *found[2]; /* what is to be mapped: these, or what is above */
	bool roots;	      /* builds ran in them, so that they themselves are known */
	bool lifted;
};

struct search {
	struct maps *maps;
	struct side *sides;
	struct places places;
	struct mentions mentions;
	struct pair pairs[PLACES_TOPS];
	size_t count;
};

/* --- Names ----------------------------------------------------------------------- */

/* How many bytes at the end of both are the same components, with something left in front
 * of them. */
static size_t suffix_of(const char *const paths[2])
{
	size_t a = strlen(paths[0]), b = strlen(paths[1]), size = 0, i;

	for (i = 1; i < a && i < b && paths[0][a - i] == paths[1][b - i]; i++)
		if (paths[0][a - i] == '/')
			size = i;
	return size;
}

/* The next shorter suffix; 0 at the end. */
static size_t shorter(const char *path, size_t suffix)
{
	const char *next = suffix ? strchr(path + strlen(path) - suffix + 1, '/') : NULL;

	return next ? strlen(next) : 0;
}

static const char *without(const char *path, size_t suffix)
{
	return intern(path, strlen(path) - suffix)->data;
}

static unsigned components(const char *path, size_t suffix)
{
	unsigned count = 0;
	size_t size;

	for (size = suffix; size; size = shorter(path, size))
		count++;
	return count;
}

/* --- What may be mapped -------------------------------------------------------------- */

static bool is_home(const struct side *side, const char *path)
{
	unsigned i;

	for (i = 0; i < side->normal_count; i++)
		if (side->normals[i].home && strcmp(side->normals[i].home, path) == 0)
			return true;
	return false;
}

/* Whether a side ran in a folder, or below. */
static bool has_run_in(const struct search *search, unsigned side, const char *path)
{
	const struct place *place;

	for (place = search->places.all; place; place = place->next)
		if (place->side == side && maps_holds(path, place->path->data))
			return true;
	return false;
}

static bool is_mapped(const struct maps *maps, unsigned side, const char *path)
{
	size_t i;

	for (i = 0; i < maps->count; i++)
		if (strcmp(maps->list[i].paths[side], path) == 0)
			return true;
	return false;
}

static bool may_map(const struct search *search, const char *const paths[2])
{
	unsigned i;

	for (i = 0; i < 2; i++)
		if (places_is_system(paths[i]) || is_home(&search->sides[i], paths[i]) ||
			has_run_in(search, !i, paths[i]) || is_mapped(search->maps, i, paths[i]))
			return false;
	return true;
}

/* What is above is not the same only because of its place: nothing may speak against it. */
static bool may_lift(
	const struct search *search, const struct pair *pair, const char *const paths[2])
{
	const struct mentions *mentions = &search->mentions;
	unsigned i;

	if (maps_holds(paths[0], paths[1]) || maps_holds(paths[1], paths[0]))
		return false;
	for (i = 0; i < 2; i++)
		if (mentions_has(mentions, paths[i], !i) ||
			(pair->roots && !mentions_has(mentions, paths[i], i)))
			return false;
	return may_map(search, paths);
}

static void add_mentions(struct search *search)
{
	size_t i, suffix;

	for (i = 0; i < search->count; i++) {
		const struct pair *pair = &search->pairs[i];

		for (suffix = suffix_of(pair->paths); suffix;
			suffix = shorter(pair->paths[0], suffix)) {
			mentions_add(&search->mentions, without(pair->paths[0], suffix));
			mentions_add(&search->mentions, without(pair->paths[1], suffix));
		}
	}
	mentions_find(&search->mentions, &search->sides[0]);
	mentions_find(&search->mentions, &search->sides[1]);
}

/* --- Pairs --------------------------------------------------------------------------- */

static void add_pair(struct search *search, const char *a, const char *b, bool roots)
{
	search->pairs[search->count++] = (struct pair){.paths = {a, b}, .roots = roots};
}

/* The folder that all builds of a side ran in; NULL: there is none. */
static const char *root_of(const struct side *side)
{
	const struct text *root = NULL;
	unsigned i;

	for (i = 0; i < side->model.log_count; i++) {
		if (!side->model.logs[i]->cwd || (root && side->model.logs[i]->cwd != root))
			return NULL;
		root = side->model.logs[i]->cwd;
	}
	return root ? root->data : NULL;
}

static unsigned score_of(const struct top *a, const struct top *b)
{
	size_t i = 0, j = 0, common = 0;

	while (i < a->count && j < b->count) {
		uint64_t x = a->commands[i], y = b->commands[j];

		common += x == y;
		i += x <= y;
		j += y <= x;
	}
	return a->count + b->count ? (unsigned)(2000 * common / (a->count + b->count)) : 0;
}

/* How alike two directories are; more counts of those whose paths end alike. */
static unsigned rank_of(const struct top *a, const struct top *b)
{
	const char *paths[2] = {a->path, b->path};
	unsigned score = score_of(a, b), same = components(a->path, suffix_of(paths));

	return score < ALIKE ? 0 : score * 64 + (same < 63 ? same : 63);
}

/* The one of a row, or column, that ranks highest; -1: there is none, or several. */
static int best_of(const unsigned *ranks, size_t count, size_t step)
{
	unsigned most = 0;
	int best = -1;
	size_t i;

	for (i = 0; i < count; i++) {
		if (ranks[i * step] > most)
			best = (int)i;
		else if (ranks[i * step] == most)
			best = -1;
		if (ranks[i * step] > most)
			most = ranks[i * step];
	}
	return best;
}

static void pair_tops(struct search *search)
{
	static unsigned ranks[PLACES_TOPS][PLACES_TOPS];
	const struct places *places = &search->places;
	size_t a, b;
	int best;

	for (a = 0; a < places->counts[0]; a++)
		for (b = 0; b < places->counts[1]; b++)
			ranks[a][b] = rank_of(&places->tops[0][a], &places->tops[1][b]);
	for (a = 0; a < places->counts[0]; a++) {
		best = best_of(ranks[a], places->counts[1], 1);
		if (best >= 0 && best_of(&ranks[0][best], places->counts[0], PLACES_TOPS) == (int)a)
			add_pair(
				search, places->tops[0][a].path, places->tops[1][best].path, false);
	}
}

/* --- What is mapped -------------------------------------------------------------------- */

static void lift(const struct search *search, struct pair *pair)
{
	size_t suffix;

	for (suffix = suffix_of(pair->paths); suffix; suffix = shorter(pair->paths[0], suffix)) {
		pair->found[0] = without(pair->paths[0], suffix);
		pair->found[1] = without(pair->paths[1], suffix);
		pair->lifted = may_lift(search, pair, pair->found);
		if (pair->lifted)
			return;
	}
	pair->found[0] = pair->paths[0];
	pair->found[1] = pair->paths[1];
}

/* Whether another pair says that one of its folders is yet another one. */
static bool is_disputed(const struct search *search, const struct pair *pair)
{
	size_t i;

	for (i = 0; i < search->count; i++) {
		const struct pair *other = &search->pairs[i];

		if ((strcmp(other->found[0], pair->found[0]) == 0) !=
			(strcmp(other->found[1], pair->found[1]) == 0))
			return true;
	}
	return false;
}

/* Exchanged sides give the same order. */
static int by_found(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;
	int x = strcmp(a->found[0], a->found[1]) > 0, y = strcmp(b->found[0], b->found[1]) > 0;
	int order = strcmp(a->found[x], b->found[y]);

	return order ? order : strcmp(a->found[!x], b->found[!y]);
}

static void add_maps(struct search *search)
{
	bool disputed[PLACES_TOPS];
	size_t i;

	for (i = 0; i < search->count; i++)
		lift(search, &search->pairs[i]);
	for (i = 0; i < search->count; i++)
		disputed[i] = is_disputed(search, &search->pairs[i]);
	for (i = 0; i < search->count; i++) {
		struct pair *pair = &search->pairs[i];

		if (disputed[i]) {
			pair->lifted = false;
			pair->found[0] = pair->paths[0];
			pair->found[1] = pair->paths[1];
		}
	}
	if (search->count)
		qsort(search->pairs, search->count, sizeof(*search->pairs), by_found);
	for (i = 0; i < search->count; i++) {
		const struct pair *pair = &search->pairs[i];

		if ((pair->lifted || !pair->roots) && may_map(search, pair->found))
			maps_add(search->maps, pair->found[0], pair->found[1], false);
	}
}

static void search_round(struct search *search, bool roots)
{
	const char *a = root_of(&search->sides[0]), *b = root_of(&search->sides[1]);

	search->count = 0;
	search->mentions = (struct mentions){0};
	places_find(&search->places, search->sides);
	if (!roots)
		pair_tops(search);
	else if (a && b && strcmp(a, b) != 0)
		add_pair(search, a, b, true);
	add_mentions(search);
	add_maps(search);
	mentions_free(&search->mentions);
	places_free(&search->places);
	maps_apply(search->maps, search->sides);
}

void mapfind(struct maps *maps, struct side sides[2])
{
	struct search *search = permanent(sizeof(*search));
	size_t before, round;

	search->maps = maps;
	search->sides = sides;
	search_round(search, true);
	for (round = 0; round < ROUNDS; round++) {
		before = maps->count;
		search_round(search, false);
		if (maps->count == before)
			break;
	}
}
