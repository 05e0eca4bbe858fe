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

/* Hashes of states, open addressing; 0: free. */
static uint64_t *states;
static size_t state_count, state_room;

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

static bool insert(uint64_t *table, size_t room, uint64_t hash)
{
	size_t at = hash % room;

	while (table[at] && table[at] != hash)
		at = (at + 1) % room;
	if (table[at])
		return false;
	table[at] = hash;
	return true;
}

static void grow(void)
{
	size_t room = state_room ? 2 * state_room : 1 << 16, i;
	uint64_t *larger = calloc(room, sizeof(*larger));

	if (!larger)
		abort();
	for (i = 0; i < state_room; i++)
		if (states[i])
			insert(larger, room, states[i]);
	free(states);
	states = larger;
	state_room = room;
}

void explore_again(void)
{
	repeats = true;
}

bool is_new_state(uint64_t hash)
{
	if (made < depth || repeats)
		return true;
	if (2 * state_count >= state_room)
		grow();
	if (!insert(states, state_room, hash ? hash : 1))
		return false;
	state_count++;
	return true;
}

size_t explore_states(void)
{
	return state_count;
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
	free(states);
	states = NULL;
	state_count = state_room = 0;
}
