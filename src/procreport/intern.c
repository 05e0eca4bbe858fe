/* SPDX-License-Identifier: ISC */
#include "intern.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)1024 * 1024)

/* Memory that is handed out piece by piece. All blocks stay within reach. */
struct block {
	struct block *before;
	char data[];
};
static struct block *blocks;
static char *rest; /* of the newest block */
static size_t left;

static _Noreturn void no_memory(void)
{
	errc(STATUS_FAILED, ENOMEM, "cannot hold the log");
}

static char *new_block(size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + 15 + size);

	if (!block)
		no_memory();
	block->before = blocks;
	blocks = block;
	return block->data + (16 - (uintptr_t)block->data % 16) % 16;
}

void *permanent(size_t size)
{
	char *memory;

	size = (size + 15) / 16 * 16;
	if (size > BLOCK / 4)
		return new_block(size);
	if (size > left) {
		rest = new_block(BLOCK);
		left = BLOCK;
	}
	memory = rest;
	rest += size;
	left -= size;
	return memory;
}

uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *at = data;
	uint64_t word;

	/* Eight at a time: environments and arguments are long. */
	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	for (; size > 0; size--, at++)
		hash = (hash ^ *at) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* A table of open addresses, at most half full. */
static struct text **table;
static size_t slots, used;

static struct text **slot_of(uint64_t hash, const char *data, size_t size)
{
	size_t i = hash & (slots - 1);

	while (table[i] && (table[i]->hash != hash || table[i]->size != size ||
				   memcmp(table[i]->data, data, size) != 0))
		i = (i + 1) & (slots - 1);
	return &table[i];
}

static void grow(void)
{
	struct text **old = table;
	size_t i, count = slots;

	slots = slots ? slots * 2 : 4096;
	table = calloc(slots, sizeof(void *));
	if (!table)
		no_memory();
	for (i = 0; i < count; i++)
		if (old[i])
			*slot_of(old[i]->hash, old[i]->data, old[i]->size) = old[i];
	free(old);
}

struct text *intern(const char *data, size_t size)
{
	uint64_t hash = hash_bytes(HASH_START, data, size);
	struct text **slot;

	if (used * 2 >= slots)
		grow();
	slot = slot_of(hash, data, size);
	if (!*slot) {
		*slot = permanent(sizeof(**slot) + size + 1);
		(*slot)->hash = hash;
		(*slot)->size = (uint32_t)size;
		memcpy((*slot)->data, data, size);
		used++;
	}
	return *slot;
}

struct text *text_instead(struct text *old, const char *data, size_t size)
{
	struct text *text = realloc(old, sizeof(*text) + size + 1);

	if (!text)
		no_memory();
	*text = (struct text){.size = (uint32_t)size};
	if (size)
		memcpy(text->data, data, size);
	text->data[size] = '\0';
	return text;
}
