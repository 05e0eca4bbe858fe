/* SPDX-License-Identifier: ISC */
#include "buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void buf_free(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){0};
}

bool buf_grow(struct buf *buf, size_t more)
{
	size_t cap = buf->cap ? buf->cap : 4096;
	char *data;

	if (buf->error)
		return false;
	if (more > SIZE_MAX / 2 - buf->size)
		goto nomem;
	while (cap < buf->size + more)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (!data)
		goto nomem;
	buf->data = data;
	buf->cap = cap;
	return true;
nomem:
	buf->error = -ENOMEM;
	return false;
}

void buf_truncate(struct buf *buf, size_t size)
{
	if (size < buf->size)
		buf->size = size;
}

void buf_trim(struct buf *buf, size_t keep)
{
	char *data;

	if (buf->cap <= keep || buf->size > keep)
		return;
	data = realloc(buf->data, keep);
	if (data) {
		buf->data = data;
		buf->cap = keep;
	}
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0 || !buf_reserve(buf, (size_t)size + 1))
		return;
	va_start(args, format);
	vsnprintf(buf->data + buf->size, (size_t)size + 1, format, args);
	va_end(args);
	buf->size += (size_t)size;
}
