/* SPDX-License-Identifier: ISC */
/* A set of strings, and a quick answer to whether one of them may begin here. */
#ifndef LEXICON_H
#define LEXICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a word, as of a file's name and of a host's. */
#define LEXICON_LONGEST 255

/* Zeroed at first. */
struct lexicon {
	struct lexicon_entry *all; /* uthash */
	uint64_t firsts[4];	   /* which bytes their words begin with */
	uint64_t sizes[4];	   /* which sizes their words have */
	size_t shortest, longest;  /* of these */
};

/* Adds a string, of which the last bytes are a word of 1 to LEXICON_LONGEST.
 * Returns 0 or -ENOMEM. */
int lexicon_add(struct lexicon *lexicon, const char *data, size_t size, size_t word);

bool lexicon_has(const struct lexicon *lexicon, const char *data, size_t size);

/* Whether a word begins with this byte, or has this size. */
static inline bool lexicon_first(const struct lexicon *lexicon, char c)
{
	unsigned char byte = (unsigned char)c;

	return lexicon->firsts[byte / 64] >> byte % 64 & 1;
}

static inline bool lexicon_size(const struct lexicon *lexicon, size_t size)
{
	return lexicon->sizes[size / 64] >> size % 64 & 1;
}

void lexicon_free(struct lexicon *lexicon);

#endif
