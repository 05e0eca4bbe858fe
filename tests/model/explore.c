/* SPDX-License-Identifier: ISC */
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More choices than that no run has. */
#define MOST 4096

static struct {
	unsigned pick, count;
} choices[MOST];
static size_t depth; /* choices that this run repeats, and those it has made */
static size_t made;  /* so many of them so far */
static bool repeats; /* this run is one that has been */

enum reduction explore_by = REDUCED;

/* Hashes, open addressing; 0: free. The lowest bits are a small number that goes with
 * the rest; of two that are alike the larger one is kept. */
struct set {
	uint64_t *entries;
	size_t count, room;
	uint64_t sum; /* of the hashes, without the numbers */
};

#define NUMBER_BITS 6
#define NUMBER_MASK ((UINT64_C(1) << NUMBER_BITS) - 1)

static struct set states; /* whichever way is gone, by what REDUCED goes by */
static struct set exact;

void explore_begin(void)
{
	explore_end();
	depth = 0;
	repeats = false;
}

void explore_start(void)
{
	made = 0;
}

unsigned choose(unsigned count)
{
	if (count <= 1)
		return 0;
	if (made == MOST) {
		fputs("Bail out! a run without end\n", stdout);
		exit(1);
	}
	if (made == depth) {
		choices[depth].pick = 0;
		choices[depth++].count = count;
	}
	if (choices[made].count != count) {
		fputs("Bail out! a run does not repeat itself\n", stdout);
		exit(1);
	}
	return choices[made++].pick;
}

bool explore_more(void)
{
	while (depth > 0 && choices[depth - 1].pick + 1 == choices[depth - 1].count)
		depth--;
	if (depth == 0)
		return false;
	choices[depth - 1].pick++;
	return true;
}

static uint64_t *find(const struct set *set, uint64_t hash)
{
	size_t at = (hash >> NUMBER_BITS) % set->room;

	while (set->entries[at] && (set->entries[at] ^ hash) > NUMBER_MASK)
		at = (at + 1) % set->room;
	return &set->entries[at];
}

static void grow(struct set *set)
{
	struct set larger = *set;
	size_t i;

	larger.room = set->room ? 2 * set->room : 1 << 16;
	larger.entries = calloc(larger.room, sizeof(*larger.entries));
	if (!larger.entries)
		abort();
	for (i = 0; i < set->room; i++)
		if (set->entries[i])
			*find(&larger, set->entries[i]) = set->entries[i];
	free(set->entries);
	*set = larger;
}

/* False: it is there, with this number or a larger one. */
static bool insert(struct set *set, uint64_t hash, unsigned number)
{
	uint64_t *entry;

	hash &= ~NUMBER_MASK;
	if (2 * set->count >= set->room)
		grow(set);
	entry = find(set, hash);
	if (*entry && (*entry & NUMBER_MASK) > number)
		return false;
	if (!*entry) {
		set->count++;
		set->sum += hash;
	}
	*entry = hash | (number + 1);
	return true;
}

static void empty(struct set *set)
{
	free(set->entries);
	*set = (struct set){0};
}

void explore_again(void)
{
	repeats = true;
}

bool is_new_state(const struct mark *mark)
{
	bool is_new;

	if (made < depth || repeats)
		return true;
	is_new = insert(&states, mark->state, mark->left);
	if (explore_by == EXACT)
		is_new = insert(&exact, mark->bytes, 0);
	return is_new || explore_by == PLAIN;
}

void explore_verdict(uint64_t hash)
{
	if (!repeats)
		insert(&states, hash, 0);
}

size_t explore_states(void)
{
	return states.count;
}

uint64_t explore_digest(void)
{
	return states.sum;
}

uint64_t hash_number(uint64_t hash, uint64_t number)
{
	hash = (hash ^ number) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const char *bytes = data;
	uint64_t word;
	size_t n;

	for (; size; size -= n, bytes += n) {
		n = size < sizeof(word) ? size : sizeof(word);
		word = 0;
		memcpy(&word, bytes, n);
		hash = hash_number(hash, word);
	}
	return hash;
}

void explore_end(void)
{
	empty(&states);
	empty(&exact);
}
