/* SPDX-License-Identifier: ISC */
/*
 * Reads JSON and base64 back, written from RFC 8259 and RFC 4648 and not from
 * the encoder: the other half of a round trip.
 */
#ifndef UNJSON_H
#define UNJSON_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* Each takes text at *at, moves *at behind it, and appends what it means to
 * out. False: that is not what stands there, or not strictly. */
bool unjson_string(const char **at, const char *end, struct buf *out);
bool unjson_base64(const char **at, const char *end, struct buf *out); /* in quotes */

/* Moves *at behind this very text. */
bool unjson_expect(const char **at, const char *end, const char *text);

/*
 * What a reader of UTF-8 shows for the bytes: U+FFFD for each maximal subpart
 * of an ill-formed sequence (Unicode 15, 3.9, definition D93b), found by
 * comparing with every well-formed sequence there is. Returns whether the
 * bytes were well-formed as they are.
 */
bool utf8_oracle(const unsigned char *data, size_t size, struct buf *shown);

/* The same for the first step: as utf8_sequence() of json.h. */
int utf8_oracle_step(const unsigned char *data, size_t size);

#endif
