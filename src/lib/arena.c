/* SPDX-License-Identifier: ISC */
#include "arena.h"

#define ALIGNMENT 16

/* In front of each block. */
struct block {
	size_t size;
	char padding[ALIGNMENT - sizeof(size_t)];
};

bool arena_reserve(struct buf *arena, size_t line)
{
	/* yajl has two buffers, which double, from 2 KiB on, until a token of the
	 * line fits; what they leave behind is no more than they become. */
	return buf_reserve(arena, (size_t)64 * 1024 + 8 * line);
}

void *arena_alloc(void *context, size_t size)
{
	struct buf *arena = context;
	size_t whole = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + sizeof(struct block);
	struct block *block = (void *)(arena->data + arena->size);

	if (whole > arena->cap - arena->size)
		return NULL;
	block->size = size;
	arena->size += whole;
	return block + 1;
}

void arena_free(void *context, void *memory)
{
	(void)context;
	(void)memory;
}

void *arena_realloc(void *context, void *memory, size_t size)
{
	const struct block *block = memory ? (struct block *)memory - 1 : NULL;
	void *moved = arena_alloc(context, size);

	if (moved && block)
		memcpy(moved, memory, block->size < size ? block->size : size);
	return moved;
}
