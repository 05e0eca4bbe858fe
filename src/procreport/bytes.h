/* SPDX-License-Identifier: ISC */
/* Bytes in the making. */
#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>

struct bytes {
	char *data; /* owned; NULL: nothing yet */
	size_t size, cap;
};

/* Ends the program without memory. */
void bytes_add(struct bytes *bytes, const void *data, size_t size);

/* A string, without the NUL byte at its end, and with it. */
void bytes_text(struct bytes *bytes, const char *text);
void bytes_string(struct bytes *bytes, const char *text);

void bytes_free(struct bytes *bytes);

#endif
