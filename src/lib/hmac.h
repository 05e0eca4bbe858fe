/* SPDX-License-Identifier: ISC */
/* HMAC-SHA256 (RFC 2104, FIPS 180-4), with the key's two blocks hashed once. */
#ifndef HMAC_H
#define HMAC_H

#include <sha2.h>
#include <stddef.h>
#include <stdint.h>

#define HMAC_SIZE SHA256_DIGEST_LENGTH

struct hmac {
	SHA2_CTX inner, outer; /* each has taken one block: the key, padded */
};

void hmac_init(struct hmac *hmac, const void *key, size_t size);
void hmac_digest(const struct hmac *hmac, const void *data, size_t size, uint8_t digest[HMAC_SIZE]);

#endif
