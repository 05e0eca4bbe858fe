/* SPDX-License-Identifier: ISC */
/* What is written can be read back, whatever the bytes. */
#include "json.h"
#include "macro.h"
#include "tap.h"
#include "unjson.h"

#include <stdint.h>
#include <stdlib.h>

/* --- UTF-8 --------------------------------------------------------------- */

static bool agrees(const unsigned char *data, size_t size)
{
	int got = utf8_sequence(data, size), expected = utf8_oracle_step(data, size);

	if (got == expected)
		return true;
	note("got %d, expected %d", got, expected);
	note_bytes("for", (const char *)data, size);
	return false;
}

/* Every sequence of up to three bytes; of four those that differ in how the
 * fourth is judged. */
static void test_every_sequence(void)
{
	static const unsigned char fourth[] = {0, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
	unsigned char data[4];
	unsigned wrong[5] = {0};
	uint32_t n;
	size_t i;

	for (n = 0; n < 1 << 24 && !wrong[3] && !wrong[4]; n++) {
		data[0] = (unsigned char)(n >> 16);
		data[1] = (unsigned char)(n >> 8);
		data[2] = (unsigned char)n;
		if ((n & 0xffff) == 0)
			wrong[1] += !agrees(data, 1);
		if ((n & 0xff) == 0)
			wrong[2] += !agrees(data, 2);
		wrong[3] += !agrees(data, 3);
		for (i = 0; i < ARRAY_SIZE(fourth); i++) {
			data[3] = fourth[i];
			wrong[4] += !agrees(data, 4);
		}
	}
	for (i = 1; i <= 4; i++)
		ok(!wrong[i], "sequences of %zu bytes are UTF-8 or not as Unicode says", i);
}

/* --- Strings ------------------------------------------------------------- */

/* Text that is exact, as it must stand. */
static const struct {
	const char *bytes, *json;
} texts[] = {
	{"", "\"\""},
	{"plain", "\"plain\""},
	{"\"\\/", "\"\\\"\\\\/\""},
	{"\n\t\r", "\"\\n\\t\\r\""},
	{"\001\b\f\033\037", "\"\\u0001\\u0008\\u000c\\u001b\\u001f\""},
	{"\177", "\"\\u007f\""},
	{"\xc2\x80\xc2\x9b\xc2\x9f", "\"\\u0080\\u009b\\u009f\""},
	{"\xc2\xa0", "\"\xc2\xa0\""},
	{"\xe2\x82\xac \xf0\x9f\x90\xa7", "\"\xe2\x82\xac \xf0\x9f\x90\xa7\""},
	{"\xef\xbf\xbd", "\"\xef\xbf\xbd\""}, /* U+FFFD itself needs no twin */
	{"\xef\xbf\xbf", "\"\xef\xbf\xbf\""},
};

/* As in RFC 4648, sections 9 and 10; each has a byte that is not UTF-8. */
static const struct {
	const char *bytes, *base64;
} vectors[] = {
	{"\xff", "/w=="},
	{"\xff\x66", "/2Y="},
	{"\xff\x66\x6f", "/2Zv"},
	{"\xff\x66\x6f\x6f", "/2Zvbw=="},
	{"foobar\xff\xff", "Zm9vYmFy//8="},
	{"foobar\xfb\xef\xbe", "Zm9vYmFy++++"},
	{"\x14\xfb\x9c\x03\xd9\x7e", "FPucA9l+"},
};

/* Unicode 15, tables 3-8 to 3-11; ? is U+FFFD here. */
static const struct {
	const char *bytes, *shown;
} ill_formed[] = {
	{"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", "????????A"},
	{"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", "????????A"},
	{"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", "?????A??B"},
	{"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", "????A"},
};

/* {"key":…} without key and braces; what behind shows the twin. */
static bool value_is(struct buf *buf, const char *expected)
{
	const char *at = buf->data, *end = buf->data + buf->size;

	return unjson_expect(&at, end, "{\"k\":") && unjson_expect(&at, end, expected) &&
	       unjson_expect(&at, end, "}\n") && at == end;
}

static void write_bytes(struct buf *buf, const char *bytes, size_t size)
{
	buf_truncate(buf, 0);
	json_begin(buf);
	json_bytes(buf, "k", bytes, size);
	json_end(buf);
}

static void test_texts(void)
{
	struct buf buf = {0};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		write_bytes(&buf, texts[i].bytes, strlen(texts[i].bytes));
		if (!ok(value_is(&buf, texts[i].json), "text %zu is written as it must be", i))
			note_bytes("got", buf.data, buf.size);
	}
	buf_free(&buf);
}

static void test_vectors(void)
{
	struct buf buf = {0};
	const char *at, *end;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		write_bytes(&buf, vectors[i].bytes, strlen(vectors[i].bytes));
		end = buf.data + buf.size;
		at = memmem(buf.data, buf.size, "\"k_b64\":\"", 9);
		at = at ? at + 9 : end;
		if (!ok(unjson_expect(&at, end, vectors[i].base64) &&
				    unjson_expect(&at, end, "\"}\n") && at == end,
			    "base64 of vector %zu", i))
			note_bytes("got", buf.data, buf.size);
	}
	buf_free(&buf);
}

static void test_ill_formed(void)
{
	struct buf buf = {0}, expected = {0};
	const char *c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ill_formed); i++) {
		write_bytes(&buf, ill_formed[i].bytes, strlen(ill_formed[i].bytes));
		buf_truncate(&expected, 0);
		buf_str(&expected, "{\"k\":\"");
		for (c = ill_formed[i].shown; *c; c++)
			buf_add(&expected, *c == '?' ? "\xef\xbf\xbd" : c, *c == '?' ? 3 : 1);
		buf_str(&expected, "\",\"k_b64\":");
		ok(buf.size > expected.size && memcmp(buf.data, expected.data, expected.size) == 0,
			"table 3-%zu of Unicode: U+FFFD where it belongs", i + 8);
	}
	buf_free(&buf);
	buf_free(&expected);
}

/* --- Round trips --------------------------------------------------------- */

static uint32_t next_random(void)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* Bytes that are often UTF-8, or nearly, and often not. */
static size_t random_bytes(char *bytes, size_t max)
{
	static const char *const pieces[] = {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x90\xa7",
		"\xe2\x82", "\xf0\x9f", "\xed\xa0\x80", "\xc2\x9b", "\"", "\\", "\n", "plain text ",
		"\x7f"};
	size_t size = 0, goal = next_random() % max;

	while (size < goal) {
		const char *piece = pieces[next_random() % ARRAY_SIZE(pieces)];

		if (next_random() % 4 == 0)
			bytes[size++] = (char)(next_random() % 255 + 1);
		else
			while (*piece && size < goal)
				bytes[size++] = *piece++;
	}
	return size;
}

/* Whether the object is the bytes: shown as the oracle shows them, with a
 * twin if and only if they need one. */
static bool is_round_trip(const struct buf *json, const char *bytes, size_t size)
{
	const char *at = json->data, *end = json->data + json->size;
	struct buf shown = {0}, expected = {0}, twin = {0};
	bool exact = utf8_oracle((const unsigned char *)bytes, size, &expected);
	bool same = unjson_expect(&at, end, "{\"k\":") && unjson_string(&at, end, &shown);

	if (!exact)
		same = same && unjson_expect(&at, end, ",\"k_b64\":") &&
		       unjson_base64(&at, end, &twin) && twin.size == size &&
		       memcmp(twin.data, bytes, size) == 0;
	same = same && unjson_expect(&at, end, "}\n") && at == end;
	same = same && shown.size == expected.size &&
	       (!shown.size || memcmp(shown.data, expected.data, shown.size) == 0);
	buf_free(&shown);
	buf_free(&expected);
	buf_free(&twin);
	return same;
}

static void test_round_trips(void)
{
	struct buf buf = {0};
	char bytes[100];
	size_t size;
	int i;

	for (i = 0; i < 65536; i++) {
		bytes[0] = (char)(i >> 8);
		bytes[1] = (char)i;
		write_bytes(&buf, bytes, 2);
		if (!is_round_trip(&buf, bytes, 2))
			break;
	}
	if (!ok(i == 65536, "all pairs of bytes, NUL too, are read back as they were"))
		note_bytes("but for", bytes, 2);
	for (i = 0; i < 50000; i++) {
		size = random_bytes(bytes, sizeof(bytes));
		write_bytes(&buf, bytes, size);
		if (!is_round_trip(&buf, bytes, size))
			break;
	}
	if (!ok(i == 50000, "so are strings of pieces of characters"))
		note_bytes("but for", bytes, size);
	buf_free(&buf);
}

/* The word at a time must judge each byte as if it stood alone. */
static void test_every_place(void)
{
	struct buf buf = {0};
	char bytes[50];
	unsigned wrong = 0;
	size_t place;
	int c;

	for (c = 0; c < 256; c++) {
		for (place = 0; place < sizeof(bytes); place++) {
			memset(bytes, 'a', sizeof(bytes));
			bytes[place] = (char)c;
			write_bytes(&buf, bytes, sizeof(bytes));
			wrong += !is_round_trip(&buf, bytes, sizeof(bytes));
		}
	}
	ok(!wrong, "every byte is written the same wherever it stands among others");
	buf_free(&buf);
}

/* --- Arrays -------------------------------------------------------------- */

static const struct {
	const char *data;
	size_t size;
	const char *json;
} arrays[] = {
	{"", 0, "[]"},
	{"", 1, "[\"\"]"},
	{"\0", 2, "[\"\",\"\"]"},
	{"a\0b c\0", 6, "[\"a\",\"b c\"]"},
	{"a\0a\0", 4, "[\"a\",\"a\"]"},
	{"=X=1\0NOEQUALS", 14, "[\"=X=1\",\"NOEQUALS\"]"},
	{"a\0\xff\0", 4, "[\"a\",\"\xef\xbf\xbd\"],\"k_b64\":[\"\",\"/w==\"]"},
	{"\xff\0\0b", 5, "[\"\xef\xbf\xbd\",\"\",\"b\"],\"k_b64\":[\"/w==\",\"\",\"\"]"},
};

static void test_arrays(void)
{
	struct buf buf = {0};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(arrays); i++) {
		buf_truncate(&buf, 0);
		json_begin(&buf);
		json_array(&buf, "k", arrays[i].data, arrays[i].size);
		json_end(&buf);
		if (!ok(value_is(&buf, arrays[i].json), "array %zu is written as it must be", i))
			note_bytes("got", buf.data, buf.size);
	}
	buf_free(&buf);
}

/* --- Other values -------------------------------------------------------- */

static void test_values(void)
{
	static const char expected[] =
		"{\"text\":\"t\",\"zero\":0,\"max\":18446744073709551615,\"minus\":-1,"
		"\"min\":-9223372036854775808,\"plus\":9223372036854775807,\"yes\":true,"
		"\"no\":false,\"id\":\"18446744073709551615\",\"in\":{\"a\":1,\"b\":2},"
		"\"none\":{},\"last\":10}\n";
	struct buf buf = {0};

	json_begin(&buf);
	json_text(&buf, "text", "t");
	json_uint(&buf, "zero", 0);
	json_uint(&buf, "max", UINT64_MAX);
	json_int(&buf, "minus", -1);
	json_int(&buf, "min", INT64_MIN);
	json_int(&buf, "plus", INT64_MAX);
	json_bool(&buf, "yes", true);
	json_bool(&buf, "no", false);
	json_id(&buf, "id", UINT64_MAX);
	json_open(&buf, "in");
	json_uint(&buf, "a", 1);
	json_uint(&buf, "b", 2);
	json_close(&buf);
	json_open(&buf, "none");
	json_close(&buf);
	json_uint(&buf, "last", 10);
	json_end(&buf);
	ok_bytes(buf.data, buf.size, expected, sizeof(expected) - 1,
		"numbers to their limits, truth, ids, objects in objects");
	buf_free(&buf);
}

int main(void)
{
	test_every_sequence();
	test_texts();
	test_vectors();
	test_ill_formed();
	test_round_trips();
	test_every_place();
	test_arrays();
	test_values();
	return tap_end();
}
