/* SPDX-License-Identifier: ISC */
/* Stretches of bytes that nobody is to see, and what stands in their place. */
#ifndef MASK_H
#define MASK_H

#include "buf.h"
#include "hmac.h"

#include <stdbool.h>

/* Three asterisks, and the digits of a keyed mask: 64 bits, enough to tell all values
 * of a log apart; no length of them tells anything about a value without the key. */
#define MASK_PLAIN 3
#define MASK_KEYED (MASK_PLAIN + 16)

struct span {
	size_t start, end; /* end: behind the last byte */
	const char *same;  /* what they stand for, where that is not these bytes: a secret whose
			      base64 this is; NULL: they stand for themselves. Borrowed. */
	size_t same_size;
};

/* In no order; they may overlap. Zeroed at first. */
struct spans {
	struct buf list; /* struct span */
};

void spans_add(struct spans *spans, const struct span *span);
size_t spans_count(const struct spans *spans);
void spans_clear(struct spans *spans);
void spans_free(struct spans *spans);

struct masker {
	bool keeps; /* what is a mask already stays as it is */
	bool keyed; /* masks show which values are equal, by hmac; else all are the same */
	struct hmac hmac;
};

/* Whether this is a mask, with or without digits, and nothing else. */
bool mask_is(const char *data, size_t size);

/* Appends the data to out, with one mask in the place of all spans that overlap
 * or touch. Puts the spans in order. */
void mask_apply(const struct masker *masker, struct spans *spans, const char *data, size_t size,
	struct buf *out);

#endif
