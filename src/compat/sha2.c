/* SPDX-License-Identifier: ISC */
#include <sha2.h>
#include <string.h>

/* The first 32 bits behind the point: of the cube roots of the first 64 primes,
 * and of the square roots of the first 8. */
static const uint32_t cubes[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b,
	0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6,
	0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
	0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
	0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585,
	0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa,
	0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static const uint32_t squares[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
	0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t rotate(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

/* The 16 words of a block, and 48 that come from them. */
static void expand(const uint8_t *block, uint32_t words[64])
{
	unsigned i;

	for (i = 0; i < 16; i++, block += 4)
		words[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
			   (uint32_t)block[2] << 8 | block[3];
	for (; i < 64; i++) {
		uint32_t a = words[i - 15], b = words[i - 2];

		words[i] = words[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + words[i - 7] +
			   (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
}

static void take_block(uint32_t state[8], const uint8_t *block)
{
	uint32_t words[64], s[8];
	unsigned i;

	expand(block, words);
	memcpy(s, state, sizeof(s));
	for (i = 0; i < 64; i++) {
		uint32_t a = s[0], e = s[4];
		uint32_t first = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
				 ((e & s[5]) ^ (~e & s[6])) + cubes[i] + words[i];
		uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
				  ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += first;
		s[0] = first + second;
	}
	for (i = 0; i < 8; i++)
		state[i] += s[i];
}

void SHA256Init(SHA2_CTX *context)
{
	context->size = 0;
	memcpy(context->state, squares, sizeof(squares));
}

void SHA256Update(SHA2_CTX *context, const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t used = context->size % sizeof(context->block);
		size_t some = sizeof(context->block) - used;

		if (some > size)
			some = size;
		memcpy(context->block + used, data, some);
		context->size += some;
		data += some;
		size -= some;
		if (used + some == sizeof(context->block))
			take_block(context->state, context->block);
	}
}

static void put_big_endian(uint8_t *to, uint64_t number, unsigned bytes)
{
	while (bytes-- > 0) {
		to[bytes] = (uint8_t)number;
		number >>= 8;
	}
}

void SHA256Final(uint8_t digest[SHA256_DIGEST_LENGTH], SHA2_CTX *context)
{
	static const uint8_t padding[SHA256_BLOCK_LENGTH] = {0x80};
	uint64_t bits = context->size * 8;
	uint8_t length[8];
	unsigned i;

	/* A one, zeroes, and the number of bits at the end of a block. */
	SHA256Update(context, padding, 1 + (119 - context->size % 64) % 64);
	put_big_endian(length, bits, sizeof(length));
	SHA256Update(context, length, sizeof(length));
	for (i = 0; i < 8; i++)
		put_big_endian(digest + (size_t)4 * i, context->state[i], 4);
}
