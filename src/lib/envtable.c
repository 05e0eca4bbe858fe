/* SPDX-License-Identifier: ISC */
#include "envtable.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Some hundred usual environments. */
#define MAX_BYTES ((size_t)1024 * 1024)

struct envtable_entry {
	UT_hash_handle hh;
	uint64_t id;
	char data[]; /* key */
};

uint64_t envtable_id(struct envtable *table, const char *data, size_t size, bool *is_new)
{
	struct envtable_entry *entry;
	size_t cost = sizeof(*entry) + size;

	HASH_FIND(hh, table->entries, data, size, entry);
	*is_new = !entry;
	if (entry)
		return entry->id;
	table->last_id++;
	if (table->bytes + cost > MAX_BYTES)
		envtable_clear(table);
	if (cost > MAX_BYTES)
		return table->last_id;
	entry = malloc(cost);
	if (!entry)
		return table->last_id;
	entry->id = table->last_id;
	memcpy(entry->data, data, size);
	HASH_ADD(hh, table->entries, data, size, entry);
	if (!entry->hh.tbl) { /* no memory for the table */
		free(entry);
		return table->last_id;
	}
	table->bytes += cost;
	return entry->id;
}

void envtable_clear(struct envtable *table)
{
	struct envtable_entry *entry, *next;

	HASH_ITER (hh, table->entries, entry, next) {
		HASH_DEL(table->entries, entry);
		free(entry);
	}
	table->bytes = 0;
}
