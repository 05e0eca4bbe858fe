/* SPDX-License-Identifier: ISC */
/*
 * Memory of the JSON parser. yajl does not check what its allocator returns, so
 * the memory for a line is there before it is parsed: blocks one behind the other,
 * which are all forgotten at the end of the line.
 */
#ifndef ARENA_H
#define ARENA_H

#include "buf.h"

/* Room for all that yajl allocates for a line of so many bytes. */
bool arena_reserve(struct buf *arena, size_t line);

/* As yajl_alloc_funcs has them; the context is the arena. */
void *arena_alloc(void *context, size_t size);
void *arena_realloc(void *context, void *memory, size_t size);
void arena_free(void *context, void *memory);

#endif
