/* SPDX-License-Identifier: ISC */
#include "similar.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* Words that so many commands of one side have make no two of them alike. */
#define COMMON 32

/* So many pairs are looked at, about, among commands of one program and directory. */
#define PAIRS 4000000

/* In thousandths: less is not similar. */
#define SIMILAR 500

/* A word of an argument; what is no option counts twice. */
struct word {
	uint64_t hash;
	unsigned weight, item;
};

struct item {
	struct unit unit;
	const char *rest; /* of its key, behind the program */
	size_t rest_size;
	unsigned side;
	unsigned rank;	     /* among those of its program and directory, on its side */
	size_t words, count; /* its own in the pool, by their hashes */
	uint64_t weight;     /* of all of them */
	bool root, operands, used;
};

struct pair {
	unsigned a, b; /* items */
	unsigned score;
	unsigned apart, sum; /* of their ranks */
};

/* Items of one program and directory. */
struct bucket {
	struct item *items;
	size_t count;
	struct word *pool; /* words of all items, one behind the other */
	size_t pool_count, pool_cap;
	struct word *index; /* the same, by their hashes, then by sides */
	struct pair *pairs;
	size_t pair_count, pair_cap;
};

static int compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

	return order ? order : a_size < b_size ? -1 : a_size > b_size;
}

static const struct text *key_of(const struct item *item)
{
	return item->unit.list[0]->key;
}

static int by_key(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	const struct text *x = key_of(a), *y = key_of(b);

	return x == y ? (int)a->side - (int)b->side
		      : compare_bytes(x->data, x->size, y->data, y->size);
}

static int by_rest(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = compare_bytes(a->rest, a->rest_size, b->rest, b->rest_size);

	if (!order)
		order = (int)a->side - (int)b->side;
	return order ? order : by_key(left, right);
}

static void add_match(struct align *align, struct item *a, struct item *b)
{
	a->used = b->used = true;
	align_add(align, &a->unit, &b->unit);
}

/* --- The same arguments of another program ------------------------------------------ */

static void match_rest(struct align *align, struct item *items, size_t count)
{
	size_t at, end, middle, i;

	qsort(items, count, sizeof(*items), by_rest);
	for (at = 0; at < count; at = end) {
		middle = at;
		for (end = at; end < count && items[end].rest_size == items[at].rest_size &&
			       memcmp(items[end].rest, items[at].rest, items[at].rest_size) == 0;
			end++)
			middle += items[end].side == 0;
		for (i = 0; at + i < middle && middle + i < end; i++)
			add_match(align, &items[at + i], &items[middle + i]);
	}
}

/* --- Words ---------------------------------------------------------------------------- */

static void add_word(struct bucket *bucket, unsigned item, const char *word, size_t size)
{
	struct item *owner = &bucket->items[item];
	unsigned weight = word[0] == '-' ? 1 : 2;

	if (bucket->pool_count == bucket->pool_cap) {
		bucket->pool_cap = bucket->pool_cap ? 2 * bucket->pool_cap : 256;
		bucket->pool = allocated(
			reallocarray(bucket->pool, bucket->pool_cap, sizeof(*bucket->pool)),
			"cannot compare");
	}
	bucket->pool[bucket->pool_count++] =
		(struct word){hash_bytes(HASH_START, word, size), weight, item};
	owner->count++;
	owner->weight += weight;
	owner->operands = owner->operands || weight == 2;
}

static int by_hash(const void *left, const void *right)
{
	const struct word *a = left, *b = right;

	return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* Those of all arguments but the first, which are divided at blanks: scripts are. */
static void add_words(struct bucket *bucket, unsigned item)
{
	struct item *owner = &bucket->items[item];
	const char *s = owner->rest, *end = owner->rest + owner->rest_size;

	owner->words = bucket->pool_count;
	s += strlen(s) + 1; /* the directory */
	if (s < end)
		s += strlen(s) + 1;
	while (s < end) {
		size_t size = strcspn(s, " \t\n");

		if (size)
			add_word(bucket, item, s, size);
		s += size + 1;
	}
	if (bucket->pool && owner->count > 1)
		qsort(bucket->pool + owner->words, owner->count, sizeof(*bucket->pool), by_hash);
}

/* --- How similar two commands are --------------------------------------------------- */

static unsigned score_of(const struct bucket *bucket, const struct item *a, const struct item *b)
{
	const struct word *x = bucket->pool + a->words, *y = bucket->pool + b->words;
	size_t i = 0, j = 0;
	uint64_t common = 0;
	bool operand = !a->operands || !b->operands;

	if (a->weight + b->weight == 0)
		return 1000;
	while (i < a->count && j < b->count) {
		if (x[i].hash < y[j].hash) {
			i++;
		} else if (x[i].hash > y[j].hash) {
			j++;
		} else {
			common += x[i].weight;
			operand = operand || x[i].weight == 2;
			i++;
			j++;
		}
	}
	return operand ? (unsigned)(2000 * common / (a->weight + b->weight)) : 0;
}

static void add_pair(struct bucket *bucket, unsigned a, unsigned b)
{
	unsigned x = bucket->items[a].rank, y = bucket->items[b].rank;

	if (bucket->pair_count == bucket->pair_cap) {
		bucket->pair_cap = bucket->pair_cap ? 2 * bucket->pair_cap : 256;
		bucket->pairs = allocated(
			reallocarray(bucket->pairs, bucket->pair_cap, sizeof(*bucket->pairs)),
			"cannot compare");
	}
	bucket->pairs[bucket->pair_count++] = (struct pair){a, b, 0, x < y ? y - x : x - y, x + y};
}

static int by_items(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return a->b < b->b ? -1 : a->b > b->b;
}

/* Exchanged sides give the same order among pairs that have a command in common. */
static int by_score(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->apart != b->apart)
		return a->apart < b->apart ? -1 : 1;
	return a->sum < b->sum ? -1 : a->sum > b->sum;
}

/* Pairs that have this word in common, unless it is in too many. words: all of one
 * hash, those of items of side 0 first. */
static void add_pairs_of_word(
	struct bucket *bucket, const struct word *words, size_t count, size_t limit)
{
	size_t middle = 0, i, j;

	while (middle < count && bucket->items[words[middle].item].side == 0)
		middle++;
	if (middle > limit || count - middle > limit)
		return;
	for (i = 0; i < middle; i++)
		for (j = middle; j < count; j++)
			add_pair(bucket, words[i].item, words[j].item);
}

static int by_hash_and_item(const void *left, const void *right)
{
	const struct word *a = left, *b = right;
	int order = by_hash(left, right);

	return order ? order : a->item < b->item ? -1 : a->item > b->item;
}

/* Items of side 0 come first, so that the words of one hash are divided by sides. */
static void find_pairs(struct bucket *bucket)
{
	size_t limit = PAIRS / (bucket->pool_count + 1) + 1, at, end;

	if (limit > COMMON)
		limit = COMMON;
	bucket->index =
		allocated(calloc(bucket->pool_count + 1, sizeof(*bucket->index)), "cannot compare");
	if (bucket->pool_count)
		memcpy(bucket->index, bucket->pool, bucket->pool_count * sizeof(*bucket->index));
	qsort(bucket->index, bucket->pool_count, sizeof(*bucket->index), by_hash_and_item);
	for (at = 0; at < bucket->pool_count; at = end) {
		for (end = at + 1; end < bucket->pool_count &&
				   bucket->index[end].hash == bucket->index[at].hash;)
			end++;
		add_pairs_of_word(bucket, bucket->index + at, end - at, limit);
	}
	free(bucket->index);
}

/* Gives each pair its score, once. */
static void score_pairs(struct bucket *bucket)
{
	size_t i, kept = 0;

	if (bucket->pair_count == 0)
		return;
	qsort(bucket->pairs, bucket->pair_count, sizeof(*bucket->pairs), by_items);
	for (i = 0; i < bucket->pair_count; i++) {
		struct pair *pair = &bucket->pairs[i];

		if (kept && by_items(pair, &bucket->pairs[kept - 1]) == 0)
			continue;
		pair->score = score_of(bucket, &bucket->items[pair->a], &bucket->items[pair->b]);
		bucket->pairs[kept++] = *pair;
	}
	bucket->pair_count = kept;
	qsort(bucket->pairs, kept, sizeof(*bucket->pairs), by_score);
}

/* --- Buckets -------------------------------------------------------------------------- */

static bool is_root(const struct unit *unit)
{
	size_t i;

	for (i = 0; i < unit->count; i++) {
		const struct exec *exec = unit->list[i]->exec;

		if (exec->process == exec->process->log->root && exec->image == 1)
			return true;
	}
	return false;
}

static int by_side(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	return a->side != b->side ? (int)a->side - (int)b->side : by_key(left, right);
}

/* Items of both sides that need no words: the first commands of the builds, and those
 * that are alone where one has no operand that could be compared. */
static void match_plain(struct align *align, struct bucket *bucket, size_t middle)
{
	struct item *items = bucket->items, *roots[2] = {NULL, NULL};
	size_t i;

	for (i = 0; i < bucket->count; i++)
		if (items[i].root)
			roots[items[i].side] = &items[i];
	if (roots[0] && roots[1])
		add_match(align, roots[0], roots[1]);
	if (middle == 1 && bucket->count == 2 && !items[0].used && !items[1].used &&
		(!items[0].operands || !items[1].operands))
		add_match(align, &items[0], &items[1]);
}

/* Items of one program and directory. */
static void match_bucket(struct align *align, struct bucket *bucket)
{
	struct item *items = bucket->items;
	size_t middle = 0, i;

	bucket->pool_count = bucket->pair_count = 0;
	qsort(items, bucket->count, sizeof(*items), by_side);
	while (middle < bucket->count && items[middle].side == 0)
		middle++;
	if (middle == 0 || middle == bucket->count)
		return;
	for (i = 0; i < bucket->count; i++) {
		items[i].rank = (unsigned)(i < middle ? i : i - middle);
		add_words(bucket, (unsigned)i);
	}
	match_plain(align, bucket, middle);
	find_pairs(bucket);
	score_pairs(bucket);
	for (i = 0; i < bucket->pair_count; i++) {
		const struct pair *pair = &bucket->pairs[i];

		if (pair->score < SIMILAR)
			break;
		if (!items[pair->a].used && !items[pair->b].used)
			add_match(align, &items[pair->a], &items[pair->b]);
	}
}

static bool is_same_bucket(const struct item *a, const struct item *b)
{
	const char *x = key_of(a)->data, *y = key_of(b)->data;

	return strcmp(x, y) == 0 && strcmp(x + strlen(x) + 1, y + strlen(y) + 1) == 0;
}

static void match_words(struct align *align, struct item *items, size_t count)
{
	struct bucket bucket = {0};
	size_t at;

	qsort(items, count, sizeof(*items), by_key);
	for (at = 0; at < count; at += bucket.count) {
		bucket.items = items + at;
		for (bucket.count = 1; at + bucket.count < count &&
				       is_same_bucket(&items[at], &items[at + bucket.count]);)
			bucket.count++;
		match_bucket(align, &bucket);
	}
	free(bucket.pool);
	free(bucket.pairs);
}

/* Moves those that are not used to the beginning. */
static size_t without_used(struct item *items, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (!items[i].used)
			items[kept++] = items[i];
	return kept;
}

void similar_match(struct align *align, const struct unit *units, size_t count)
{
	struct item *items = allocated(calloc(count + 1, sizeof(*items)), "cannot compare");
	size_t i;

	for (i = 0; i < count; i++) {
		const struct text *key = units[i].list[0]->key;
		size_t program = strlen(key->data) + 1;

		items[i] = (struct item){
			.unit = units[i],
			.rest = key->data + program,
			.rest_size = key->size - program,
			.side = units[i].list[0]->side,
			.root = is_root(&units[i]),
		};
	}
	match_rest(align, items, count);
	count = without_used(items, count);
	match_words(align, items, count);
	count = without_used(items, count);
	for (i = 0; i < count; i++)
		align_add(align, items[i].side ? NULL : &items[i].unit,
			items[i].side ? &items[i].unit : NULL);
	free(items);
}
