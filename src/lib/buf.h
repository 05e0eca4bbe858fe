/* SPDX-License-Identifier: ISC */
/*
 * A growing byte buffer with a sticky error: writers append without checking,
 * the owner looks at error once. After an error appending does nothing.
 */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
	char *data; /* owned; NULL while cap is 0 */
	size_t size;
	size_t cap;
	int error; /* -ENOMEM, or 0 */
};

void buf_free(struct buf *buf);

/* Room for at least more bytes behind size. False, and error set, if there is
 * no memory. */
bool buf_grow(struct buf *buf, size_t more);

/* Forgets everything behind size bytes. */
void buf_truncate(struct buf *buf, size_t size);

/* Gives memory beyond keep bytes back if it is not in use; keep is not 0. */
void buf_trim(struct buf *buf, size_t keep);

static inline bool buf_reserve(struct buf *buf, size_t more)
{
	if (buf->error)
		return false;
	return buf->cap - buf->size >= more || buf_grow(buf, more);
}

static inline void buf_add(struct buf *buf, const void *data, size_t size)
{
	if (!buf_reserve(buf, size))
		return;
	if (size)
		memcpy(buf->data + buf->size, data, size);
	buf->size += size;
}

static inline void buf_char(struct buf *buf, char c)
{
	if (buf_reserve(buf, 1))
		buf->data[buf->size++] = c;
}

static inline void buf_str(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *buf, const char *format, ...);

#endif
