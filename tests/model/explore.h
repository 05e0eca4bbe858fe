/* SPDX-License-Identifier: ISC */
/*
 * Goes through everything that may happen: a run is repeated until each of its
 * choices has been made in every way (depth first). What follows from a state
 * that was met before is not gone through again.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Forgets all states; the next run is the first. */
void explore_begin(void);

/* A run begins. */
void explore_start(void);

/* One of 0 … count - 1. */
unsigned choose(unsigned count);

/* After a run: whether there is another one, with other choices. */
bool explore_more(void);

/* The next run makes the same choices as the last one, to its end. */
void explore_again(void);

/* What is not gone through again. */
enum reduction {
	PLAIN,	 /* nothing is left out */
	EXACT,	 /* what follows from the same memory, to the byte */
	REDUCED, /* what follows from the same state, with as much to come or more */
};
extern enum reduction explore_by;

#define MOST_LEFT 62

/* What tells states apart; see model.c, where it is argued. */
struct mark {
	uint64_t bytes; /* all memory that there is: EXACT */
	uint64_t state; /* what of it can make a difference: REDUCED */
	unsigned left;	/* how much may happen yet, MOST_LEFT at most; more includes less */
};

/* Whether this state has not been met before, or is on the way to the choices
 * that are new in this run. */
bool is_new_state(const struct mark *mark);

/* So did a run end. */
void explore_verdict(uint64_t hash);

/* Different states that have been met, and ends; whatever was left out. */
size_t explore_states(void);

/* The sum of them: the same for the same ones. */
uint64_t explore_digest(void);

/* Start with HASH_BEGIN. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
uint64_t hash_bytes(uint64_t hash, const void *data, size_t size);
uint64_t hash_number(uint64_t hash, uint64_t number);

void explore_end(void);

#endif
