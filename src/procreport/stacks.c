/* SPDX-License-Identifier: ISC */
#include "stacks.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t *slot_of(const struct stacks *s, uint32_t below, const struct text *frame)
{
	uint64_t hash = hash_bytes(frame->hash, &below, sizeof(below));
	size_t i = hash & (s->cap - 1);

	/* Texts are kept once. */
	while (s->slots[i] &&
		(s->list[s->slots[i]].below != below || s->list[s->slots[i]].frame != frame))
		i = (i + 1) & (s->cap - 1);
	return &s->slots[i];
}

static void grow(struct stacks *s)
{
	uint32_t i;

	s->cap = s->cap ? 2 * s->cap : 256;
	free(s->slots);
	s->slots = calloc(s->cap, sizeof(*s->slots));
	s->list = reallocarray(s->list, s->cap / 2 + 1, sizeof(*s->list));
	if (!s->slots || !s->list)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the stacks");
	s->list[0] = (struct stack){0};
	for (i = 1; i <= s->count; i++)
		*slot_of(s, s->list[i].below, s->list[i].frame) = i;
}

uint32_t stacks_push(struct stacks *s, uint32_t below, const struct text *frame)
{
	uint32_t *slot, depth;

	if (2 * (s->count + 1) > s->cap)
		grow(s);
	depth = s->list[below].depth;
	if (depth == STACKS_DEEPEST)
		return below;
	slot = slot_of(s, below, frame);
	if (!*slot) {
		*slot = (uint32_t)++s->count;
		s->list[*slot] = (struct stack){.frame = frame, .below = below, .depth = depth + 1};
	}
	return *slot;
}

static void print(const struct stacks *s, uint32_t stack)
{
	const struct text *frames[STACKS_DEEPEST];
	unsigned count = 0, i;
	uint32_t at;

	for (at = stack; at; at = s->list[at].below)
		frames[count++] = s->list[at].frame;
	for (i = count; i-- > 0;) {
		fwrite(frames[i]->data, 1, frames[i]->size, stdout);
		putchar(i ? ';' : ' ');
	}
	printf("%" PRId64 "\n", s->list[stack].value);
}

void stacks_print(const struct stacks *s)
{
	uint32_t i;

	for (i = 1; i <= s->count; i++)
		if (s->list[i].value > 0)
			print(s, i);
}

void stacks_free(struct stacks *stacks)
{
	free(stacks->list);
	free(stacks->slots);
	*stacks = (struct stacks){0};
}
