/* SPDX-License-Identifier: ISC */
/*
 * Lists of strings, such as argument vectors and environments, numbered, each kept
 * once, and written as what differs from one before. Strings are numbered, too.
 */
#ifndef LISTS_H
#define LISTS_H

#include "bytes.h"
#include "intern.h"

#include <stddef.h>
#include <stdint.h>

struct lists {
	struct text **strings; /* by their number; the first is "" */
	size_t string_count, string_cap;
	uint64_t string_bytes;

	uint32_t *items; /* numbers of strings, list by list */
	size_t item_count, item_cap;
	struct list_place *places; /* by the number of the list */
	size_t count, cap;
	uint32_t *slots; /* a table of open addresses: numbers of lists, plus 1 */
	size_t slot_count;

	uint32_t *position; /* by the number of a string: where it is in base, plus 1 */
	size_t position_count;
	struct bytes json; /* the lists, joined by commas */
};

void lists_init(struct lists *lists);
void lists_free(struct lists *lists);

/* The number of a string; 0 for NULL. */
uint32_t lists_string(struct lists *lists, const struct text *text);

/*
 * The number of a list of strings, each ended by a NUL byte; base is that of one that
 * is much the same, or -1. Returns -1 if there is no more room on a page.
 *
 * In JSON a list is an array: the number of its base, plus 1, or 0; then numbers of
 * strings, and for parts of the base two numbers: where the part begins, plus 1 and
 * negative, and how long it is.
 */
int64_t lists_add(struct lists *lists, const char *data, size_t size, int64_t base);

#endif
