/* SPDX-License-Identifier: ISC */
/*
 * Writes one flat JSON object into a buffer, losslessly: bytes that are not
 * UTF-8 (RFC 3629) show as U+FFFD and are kept exactly in a twin key <key>_b64.
 * Control characters, DEL and C1 are escaped, so that no log drives a terminal.
 */
#ifndef JSON_H
#define JSON_H

#include "buf.h"

#include <stdint.h>

/* Begins and ends the object; keys come in between. */
void json_begin(struct buf *buf);
void json_end(struct buf *buf);

/* key is a plain ASCII name. */
void json_text(struct buf *buf, const char *key, const char *text); /* ASCII that needs no escape */
void json_uint(struct buf *buf, const char *key, uint64_t value);
void json_int(struct buf *buf, const char *key, int64_t value);
void json_bool(struct buf *buf, const char *key, bool value);

/* A 64-bit id as a decimal string. */
void json_id(struct buf *buf, const char *key, uint64_t value);

/* Any bytes. */
void json_bytes(struct buf *buf, const char *key, const char *data, size_t size);

/* An array of the NUL-terminated strings that lie one behind the other in
 * size bytes. */
void json_array(struct buf *buf, const char *key, const char *data, size_t size);

/* A nested object: json_open … json_close. */
void json_open(struct buf *buf, const char *key);
void json_close(struct buf *buf);

/* A string alone, without a key; false if the bytes are not UTF-8. */
bool json_string(struct buf *buf, const char *bytes, size_t size);

/* Any bytes in base64, as a string without a key. */
void json_base64(struct buf *buf, const char *bytes, size_t size);

/* The length of the UTF-8 sequence at data, 1 to 4; or minus the length of
 * the invalid bytes there that one U+FFFD stands for (the maximal subpart of
 * Unicode 15, section 3.9, as Python and browsers do it). size is at least 1. */
int utf8_sequence(const unsigned char *data, size_t size);

#endif
