/* SPDX-License-Identifier: ISC */
/* JSON to standard output, value by value. Within an array key is NULL. */
#ifndef JSONOUT_H
#define JSONOUT_H

#include "bytes.h"
#include "intern.h"

#include <stdbool.h>

/* Values from here on go into bytes, behind what is there, as if they were the first;
 * json_back() goes on where others stand on standard output. */
void json_into(struct bytes *bytes);
void json_back(void);

/* Values that came about so are the next ones. */
void json_values(const struct bytes *bytes);

/* Objects and arrays: open, values, close. */
void json_open(const char *key, char bracket);
void json_close(char bracket);

/* The outermost value is complete: ends its line. */
void json_line(void);

void json_int(const char *key, int64_t value);
void json_known(const char *key, int64_t value); /* nothing if it is negative */
void json_bool(const char *key, bool value);
void json_string(const char *key, const char *text);
void json_seconds(const char *key, int64_t us); /* nothing if it is negative */

/* Bytes, and <key>_b64 if they are not UTF-8; nothing for NULL. Key is not NULL. */
void json_text(const char *key, const struct text *text);

/* Likewise, of a string that ends with a NUL byte. */
void json_exact(const char *key, const char *string);

/* Strings one behind the other, each ended by a NUL byte; with a twin as above. */
void json_strings(const char *key, const char *data, size_t size);

#endif
