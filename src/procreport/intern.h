/* SPDX-License-Identifier: ISC */
/* Byte strings, each kept once, until the program ends. */
#ifndef INTERN_H
#define INTERN_H

#include <stddef.h>
#include <stdint.h>

struct text {
	uint64_t hash; /* of the bytes */
	uint32_t size;
	uint32_t uses; /* of no meaning here, 0 at first: for whoever counts */
	char data[];   /* ended by a NUL byte that does not count */
};

/* The text of these bytes. Ends the program without memory. */
struct text *intern(const char *data, size_t size);

/* A text that is kept nowhere, without a hash, in the place of an older one, which may
 * be NULL. Freed by free(). Likewise. */
struct text *text_instead(struct text *old, const char *data, size_t size);

/* Memory that stays until the program ends, zeroed; likewise. */
void *permanent(size_t size);

/* FNV-1a, from a hash on; HASH_START at the beginning. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t hash_bytes(uint64_t hash, const void *data, size_t size);

#endif
