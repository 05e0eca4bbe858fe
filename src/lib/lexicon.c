/* SPDX-License-Identifier: ISC */
#include "lexicon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct lexicon_entry {
	UT_hash_handle hh;
	size_t size;
	char data[]; /* key */
};

static void note_word(struct lexicon *lexicon, const char *data, size_t size)
{
	unsigned char first = (unsigned char)*data;

	lexicon->firsts[first / 64] |= UINT64_C(1) << first % 64;
	lexicon->sizes[size / 64] |= UINT64_C(1) << size % 64;
	if (!lexicon->shortest || size < lexicon->shortest)
		lexicon->shortest = size;
	if (size > lexicon->longest)
		lexicon->longest = size;
}

int lexicon_add(struct lexicon *lexicon, const char *data, size_t size, size_t word)
{
	struct lexicon_entry *entry;

	if (lexicon_has(lexicon, data, size))
		return 0;
	entry = malloc(sizeof(*entry) + size);
	if (!entry)
		return -ENOMEM;
	entry->size = size;
	memcpy(entry->data, data, size);
	HASH_ADD(hh, lexicon->all, data, size, entry);
	if (!entry->hh.tbl) {
		free(entry);
		return -ENOMEM;
	}
	note_word(lexicon, data + size - word, word);
	return 0;
}

bool lexicon_has(const struct lexicon *lexicon, const char *data, size_t size)
{
	const struct lexicon_entry *entry;

	HASH_FIND(hh, lexicon->all, data, size, entry);
	return entry != NULL;
}

void lexicon_free(struct lexicon *lexicon)
{
	struct lexicon_entry *entry, *next;

	HASH_ITER (hh, lexicon->all, entry, next) {
		HASH_DEL(lexicon->all, entry);
		explicit_bzero(entry->data, entry->size);
		free(entry);
	}
}
