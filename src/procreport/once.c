/* SPDX-License-Identifier: ISC */
#include "once.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#define MAX_BYTES ((size_t)64 * 1024 * 1024)

struct once_entry {
	UT_hash_handle hh;
	int64_t number;
	char data[]; /* key */
};

void once_clear(struct once *once)
{
	struct once_entry *entry, *next;

	HASH_ITER (hh, once->entries, entry, next) {
		HASH_DEL(once->entries, entry);
		free(entry);
	}
	once->bytes = 0;
}

int64_t once_number(struct once *once, const void *data, size_t size, bool *is_new)
{
	struct once_entry *entry;

	if (!size)
		data = ""; /* memcpy(3) takes no NULL, of however few bytes */
	HASH_FIND(hh, once->entries, data, size, entry);
	*is_new = !entry;
	if (entry)
		return entry->number;
	if (once->bytes > MAX_BYTES)
		once_clear(once);
	entry = malloc(sizeof(*entry) + size);
	if (!entry)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the log");
	entry->number = ++once->last;
	memcpy(entry->data, data, size);
	HASH_ADD_KEYPTR(hh, once->entries, entry->data, size, entry);
	once->bytes += sizeof(*entry) + size;
	return entry->number;
}
