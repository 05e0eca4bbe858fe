/* SPDX-License-Identifier: ISC */
#include "secrets.h"

#include "macro.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* A few thousand usual ones. */
#define MAX_BYTES ((size_t)8 * 1024 * 1024)

/* The value itself, and base64 of three alignments in two alphabets. */
#define PATTERNS 7

struct pattern {
	struct pattern *next; /* in its bucket */
	const struct secret *secret;
	const char *data; /* at least SECRETS_MIN bytes */
	size_t size;
	bool is_base64;
	bool before; /* the digit before it holds bits of the secret, too */
	bool behind; /* so does the one behind it */
};

struct secret {
	UT_hash_handle hh;
	size_t cost; /* bytes in all */
	size_t count;
	struct pattern patterns[PATTERNS];
	size_t size;
	char data[]; /* key; behind it the patterns' data */
};

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* --- Base64 -------------------------------------------------------------- */

static bool is_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/' || c == '-' || c == '_';
}

/* The six bits at this place of data that begins at bit `from`. */
static unsigned six_bits(const unsigned char *data, size_t bit)
{
	unsigned shift = bit % 8, two = (unsigned)data[bit / 8] << 8;

	if (shift > 2)
		two |= data[bit / 8 + 1];
	return two >> (10 - shift) & 63;
}

/* Writes the digits that depend on the value alone, where `lead` bytes stand in
 * front of it; returns how many. */
static size_t put_base64(char *out, const char *data, size_t size, unsigned lead)
{
	size_t bit = (6 - lead * 8 % 6) % 6, n = 0;

	for (; bit + 6 <= size * 8; bit += 6)
		out[n++] = digits[six_bits((const unsigned char *)data, bit)];
	return n;
}

/* The same digits in the other alphabet; false if it is the same text. */
static bool put_urlsafe(char *out, const char *base64, size_t size)
{
	bool differs = false;
	size_t i;

	for (i = 0; i < size; i++) {
		out[i] = base64[i] == '+' ? '-' : base64[i] == '/' ? '_' : base64[i];
		differs |= out[i] != base64[i];
	}
	return differs;
}

static void add_base64(struct secret *secret, char **room, unsigned lead)
{
	struct pattern *pattern = &secret->patterns[secret->count++];
	size_t size = put_base64(*room, secret->data, secret->size, lead);

	*pattern = (struct pattern){
		.secret = secret,
		.data = *room,
		.size = size,
		.is_base64 = true,
		.before = lead > 0,
		.behind = (secret->size + lead) * 8 % 6 != 0,
	};
	*room += size;
	if (!put_urlsafe(*room, pattern->data, size))
		return;
	secret->patterns[secret->count] = *pattern;
	secret->patterns[secret->count++].data = *room;
	*room += size;
}

/* --- Learning ------------------------------------------------------------ */

/* Of eight bytes in memory the first SECRETS_MIN. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define KEY_MASK (~UINT64_C(0) >> 8 * (8 - SECRETS_MIN))
#else
#define KEY_MASK (~UINT64_C(0) << 8 * (8 - SECRETS_MIN))
#endif

/* The first bytes of what begins here; there are at least SECRETS_MIN. One read
 * where that can be: a copy of six would be waited for. */
static inline uint64_t key_at(const char *data, size_t size)
{
	uint64_t key = 0;

	if (size < sizeof(key)) {
		memcpy(&key, data, SECRETS_MIN);
		return key;
	}
	memcpy(&key, data, sizeof(key));
	return key & KEY_MASK;
}

/* Which bit of the filter; its upper bits say which bucket. */
static size_t hash(uint64_t key)
{
	return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 48);
}

static struct pattern **bucket_of(struct secrets *secrets, size_t bit)
{
	return &secrets->buckets[bit / (SECRETS_FILTER / SECRETS_BUCKETS)];
}

static void add_patterns(struct secrets *secrets, struct secret *secret)
{
	size_t i, bit;

	for (i = 0; i < secret->count; i++) {
		struct pattern *pattern = &secret->patterns[i], **bucket;

		bit = hash(key_at(pattern->data, pattern->size));
		bucket = bucket_of(secrets, bit);
		pattern->next = *bucket;
		*bucket = pattern;
		secrets->filter[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

static struct secret *secret_new(const char *data, size_t size)
{
	size_t cost = sizeof(struct secret) + size + 6 * (size * 4 / 3 + 1);
	struct secret *secret = calloc(1, cost);
	unsigned lead;
	char *room;

	if (!secret)
		return NULL;
	secret->cost = cost;
	secret->size = size;
	memcpy(secret->data, data, size);
	secret->patterns[secret->count++] =
		(struct pattern){.secret = secret, .data = secret->data, .size = size};
	room = secret->data + size;
	for (lead = 0; lead < 3; lead++)
		add_base64(secret, &room, lead);
	return secret;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A mask is no secret: it stands in what another recorder has handed on. */
static bool is_mask(const char *data, size_t size)
{
	return size >= 3 && memcmp(data, "***", 3) == 0;
}

int secrets_learn(struct secrets *secrets, const char *data, size_t size)
{
	struct secret *secret;

	while (size && is_blank(data[size - 1]))
		size--;
	for (; size && is_blank(*data); size--)
		data++;
	if (size < SECRETS_MIN || is_mask(data, size))
		return 0;
	HASH_FIND(hh, secrets->all, data, size, secret);
	if (secret)
		return 0;
	secret = secret_new(data, size);
	if (!secret)
		return -ENOMEM;
	HASH_ADD(hh, secrets->all, data, size, secret);
	if (!secret->hh.tbl) {
		free(secret);
		return -ENOMEM;
	}
	add_patterns(secrets, secret);
	secrets->bytes += secret->cost;
	return 0;
}

static void drop(struct secrets *secrets, struct secret *secret)
{
	secrets->bytes -= secret->cost;
	HASH_DEL(secrets->all, secret);
	explicit_bzero(secret->data, secret->cost - sizeof(*secret));
	free(secret);
}

void secrets_bound(struct secrets *secrets)
{
	struct secret *secret, *next;

	if (secrets->bytes <= MAX_BYTES)
		return;
	HASH_ITER (hh, secrets->all, secret, next) {
		if (secrets->bytes <= MAX_BYTES / 2)
			break;
		drop(secrets, secret);
	}
	memset(secrets->buckets, 0, sizeof(secrets->buckets));
	memset(secrets->filter, 0, sizeof(secrets->filter));
	HASH_ITER (hh, secrets->all, secret, next) {
		add_patterns(secrets, secret);
	}
}

void secrets_free(struct secrets *secrets)
{
	struct secret *secret, *next;

	HASH_ITER (hh, secrets->all, secret, next) {
		drop(secrets, secret);
	}
}

/* --- Finding ------------------------------------------------------------- */

/* The longest pattern that begins at data; NULL: none. */
static const struct pattern *find_at(const struct pattern *bucket, const char *data, size_t size)
{
	const struct pattern *pattern, *longest = NULL;

	for (pattern = bucket; pattern; pattern = pattern->next) {
		if (pattern->size > size || (longest && pattern->size <= longest->size))
			continue;
		if (memcmp(pattern->data, data, pattern->size) == 0)
			longest = pattern;
	}
	return longest;
}

/* The digits that hold only some bits of the secret go with it, and so does the
 * padding behind. */
static struct span span_of(
	const struct pattern *pattern, const char *data, size_t size, size_t start)
{
	struct span span = {.start = start, .end = start + pattern->size};
	size_t padding;

	if (!pattern->is_base64)
		return span;
	if (pattern->before && start && is_digit(data[start - 1]))
		span.start--;
	if (pattern->behind && span.end < size && is_digit(data[span.end]))
		span.end++;
	for (padding = 0; padding < 2 && span.end < size && data[span.end] == '='; padding++)
		span.end++;
	span.same = pattern->secret->data;
	span.same_size = pattern->secret->size;
	return span;
}

/* Adds a span; *last, which is yet to be added, grows instead where it can, so
 * that a long run of one byte is not as many spans. */
static void add_span(struct spans *spans, struct span *last, const struct span *span)
{
	if (last->end && span->start > last->start && span->start <= last->end) {
		if (span->end > last->end) {
			last->end = span->end;
			last->same = NULL;
		}
		return;
	}
	if (last->end)
		spans_add(spans, last);
	*last = *span;
}

void secrets_find(const struct secrets *secrets, const char *data, size_t size, struct spans *spans)
{
	struct span last = {0}, span;
	const struct pattern *pattern;
	size_t i, bit;

	if (!secrets->all)
		return;
	for (i = 0; i + SECRETS_MIN <= size; i++) {
		bit = hash(key_at(data + i, size - i));
		if (!(secrets->filter[bit / 64] >> bit % 64 & 1))
			continue;
		pattern = find_at(secrets->buckets[bit / (SECRETS_FILTER / SECRETS_BUCKETS)],
			data + i, size - i);
		if (!pattern)
			continue;
		span = span_of(pattern, data, size, i);
		add_span(spans, &last, &span);
	}
	if (last.end)
		spans_add(spans, &last);
}
