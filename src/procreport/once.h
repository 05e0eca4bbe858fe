/* SPDX-License-Identifier: ISC */
/* Byte strings that come again and again, each with a number; bounded: when they have
 * become too many all are forgotten, and what comes again gets another number. */
#ifndef ONCE_H
#define ONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed at first. */
struct once {
	struct once_entry *entries; /* uthash */
	size_t bytes;		    /* memory in use */
	int64_t last;		    /* number that was given last */
};

/* The number of these bytes, from 1, and whether it is new. Ends the program without
 * memory. */
int64_t once_number(struct once *once, const void *data, size_t size, bool *is_new);

void once_clear(struct once *once);

#endif
