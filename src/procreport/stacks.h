/* SPDX-License-Identifier: ISC */
/* Stacks of frames, each kept once, and what was counted for them. */
#ifndef STACKS_H
#define STACKS_H

#include "intern.h"

/* What is deeper counts for the frame at this depth: a line is not without end. */
#define STACKS_DEEPEST 1000

struct stack {
	const struct text *frame; /* the innermost one */
	uint32_t below;		  /* the stack without it; 0: none */
	uint32_t depth;		  /* frames */
	int64_t value;
};

struct stacks {
	struct stack *list; /* from 1, in the order in which they came; 0: no frames */
	uint32_t *slots;    /* a table of open addresses, at most half full */
	size_t count, cap;
};

/* The stack of one more frame. Does not return without memory. */
uint32_t stacks_push(struct stacks *stacks, uint32_t below, const struct text *frame);

/* Prints those that have a value, folded: frames joined by ';', a blank, the value. */
void stacks_print(const struct stacks *stacks);

void stacks_free(struct stacks *stacks);

#endif
