/* SPDX-License-Identifier: ISC */
/* Twins: the exact bytes, in base64, of strings that are not UTF-8. */
#ifndef TWIN_H
#define TWIN_H

#include <stdbool.h>
#include <stddef.h>

/* Room that twin_decode() needs for a twin of size characters. */
#define TWIN_ROOM(size) ((size) / 4 * 3 + 3)

/*
 * Decodes a twin into out and returns the number of bytes; -1 if it is not
 * base64 in its canonical form (RFC 4648, 3.5), if a NUL byte is in it, if shown
 * is not how the bytes are shown, or if there is no need of a twin.
 */
long twin_decode(char *out, const char *twin, size_t size, const char *shown, size_t shown_size);

#endif
