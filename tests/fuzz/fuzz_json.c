/* SPDX-License-Identifier: ISC */
/* Any bytes, as one string and as an array of them, can be read back. */
#include "fuzz.h"
#include "json.h"
#include "unjson.h"

#include <stdlib.h>

/* One string as it must be shown; true if it needs no twin. */
static bool require_shown(const char **at, const char *end, const char *bytes, size_t size)
{
	struct buf shown = {0}, expected = {0};
	bool exact = utf8_oracle((const unsigned char *)bytes, size, &expected);

	require(unjson_string(at, end, &shown));
	require(shown.size == expected.size);
	require(!shown.size || memcmp(shown.data, expected.data, shown.size) == 0);
	buf_free(&shown);
	buf_free(&expected);
	return exact;
}

/* The twin: the bytes themselves, or "" where none are needed. */
static void require_twin(
	const char **at, const char *end, const char *bytes, size_t size, bool exact)
{
	struct buf twin = {0};

	require(unjson_base64(at, end, &twin));
	require(twin.size == (exact ? 0 : size));
	require(!twin.size || memcmp(twin.data, bytes, size) == 0);
	buf_free(&twin);
}

static void try_string(const char *bytes, size_t size)
{
	struct buf buf = {0};
	const char *at, *end;

	json_begin(&buf);
	json_bytes(&buf, "k", bytes, size);
	json_end(&buf);
	at = buf.data;
	end = at + buf.size;
	require(unjson_expect(&at, end, "{\"k\":"));
	if (!require_shown(&at, end, bytes, size)) {
		require(unjson_expect(&at, end, ",\"k_b64\":"));
		require_twin(&at, end, bytes, size, false);
	}
	require(unjson_expect(&at, end, "}\n") && at == end);
	buf_free(&buf);
}

static bool is_exact(const char *bytes)
{
	struct buf shown = {0};
	bool exact = utf8_oracle((const unsigned char *)bytes, strlen(bytes), &shown);

	buf_free(&shown);
	return exact;
}

/* strings: one behind the other, each ended by a NUL byte. */
static void try_array(const char *strings, size_t size)
{
	const char *s, *limit = strings + size, *at, *end;
	struct buf buf = {0};
	bool exact = true;

	json_begin(&buf);
	json_array(&buf, "k", strings, size);
	json_end(&buf);
	at = buf.data;
	end = at + buf.size;
	require(unjson_expect(&at, end, "{\"k\":["));
	for (s = strings; s < limit; s += strlen(s) + 1) {
		require(s == strings || unjson_expect(&at, end, ","));
		exact &= require_shown(&at, end, s, strlen(s));
	}
	require(unjson_expect(&at, end, "]"));
	require(exact || unjson_expect(&at, end, ",\"k_b64\":["));
	for (s = strings; !exact && s < limit; s += strlen(s) + 1) {
		require(s == strings || unjson_expect(&at, end, ","));
		require_twin(&at, end, s, strlen(s), is_exact(s));
	}
	require(exact || unjson_expect(&at, end, "]"));
	require(unjson_expect(&at, end, "}\n") && at == end);
	buf_free(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);

	memcpy(copy, data, size);
	copy[size] = '\0';
	try_string(copy, size);
	try_array(copy, size + 1);
	free(copy);
	return 0;
}
