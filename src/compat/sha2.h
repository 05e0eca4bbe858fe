/* SPDX-License-Identifier: ISC */
/* sha2.h of libmd: SHA-256 (FIPS 180-4). */
#ifndef COMPAT_SHA2_H
#define COMPAT_SHA2_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BLOCK_LENGTH  64
#define SHA256_DIGEST_LENGTH 32

typedef struct {
	uint32_t state[8];
	uint64_t size; /* in bytes, of what has been taken */
	uint8_t block[SHA256_BLOCK_LENGTH];
} SHA2_CTX;

void SHA256Init(SHA2_CTX *context);
void SHA256Update(SHA2_CTX *context, const uint8_t *data, size_t size);
void SHA256Final(uint8_t digest[SHA256_DIGEST_LENGTH], SHA2_CTX *context);

#endif
