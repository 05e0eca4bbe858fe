/* SPDX-License-Identifier: ISC */
#include "bytes.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void bytes_add(struct bytes *bytes, const void *data, size_t size)
{
	if (bytes->cap - bytes->size < size) {
		bytes->cap = 2 * (bytes->size + size) + 256;
		bytes->data = realloc(bytes->data, bytes->cap);
		if (!bytes->data)
			errc(STATUS_FAILED, ENOMEM, "cannot hold a string");
	}
	if (size)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

void bytes_text(struct bytes *bytes, const char *text)
{
	bytes_add(bytes, text, strlen(text));
}

void bytes_string(struct bytes *bytes, const char *text)
{
	bytes_add(bytes, text, strlen(text) + 1);
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){0};
}
