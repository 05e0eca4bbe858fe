/* SPDX-License-Identifier: ISC */
/*
 * Which environments the log holds already, found by their bytes. Bounded:
 * when it is full it starts anew, and an environment may then be written
 * again under another id.
 */
#ifndef ENVTABLE_H
#define ENVTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct envtable {
	struct envtable_entry *entries; /* uthash */
	size_t bytes;			/* memory in use */
	uint64_t last_id;		/* ids are never used twice */
};

/* The id of the environment. *is_new: it was not in the table (it may not be
 * now either, if there is no memory) and has to be written. */
uint64_t envtable_id(struct envtable *table, const char *data, size_t size, bool *is_new);

/* Forgets all environments, not the ids. */
void envtable_clear(struct envtable *table);

#endif
