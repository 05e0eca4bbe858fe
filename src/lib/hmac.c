/* SPDX-License-Identifier: ISC */
#include "hmac.h"

#include <string.h>

static void hash(const void *data, size_t size, uint8_t digest[HMAC_SIZE])
{
	SHA2_CTX context;

	SHA256Init(&context);
	SHA256Update(&context, data, size);
	SHA256Final(digest, &context);
}

static void take_key(SHA2_CTX *context, uint8_t block[SHA256_BLOCK_LENGTH], uint8_t pad)
{
	size_t i;

	for (i = 0; i < SHA256_BLOCK_LENGTH; i++)
		block[i] ^= pad;
	SHA256Init(context);
	SHA256Update(context, block, SHA256_BLOCK_LENGTH);
}

void hmac_init(struct hmac *hmac, const void *key, size_t size)
{
	uint8_t block[SHA256_BLOCK_LENGTH] = {0};

	if (size > sizeof(block))
		hash(key, size, block);
	else
		memcpy(block, key, size);
	take_key(&hmac->inner, block, 0x36);
	take_key(&hmac->outer, block, 0x36 ^ 0x5c);
	explicit_bzero(block, sizeof(block));
}

void hmac_digest(const struct hmac *hmac, const void *data, size_t size, uint8_t digest[HMAC_SIZE])
{
	SHA2_CTX context = hmac->inner;

	SHA256Update(&context, data, size);
	SHA256Final(digest, &context);
	context = hmac->outer;
	SHA256Update(&context, digest, HMAC_SIZE);
	SHA256Final(digest, &context);
}
