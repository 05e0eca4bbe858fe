/* SPDX-License-Identifier: ISC */
#include "json.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

/* Nonzero if one of the eight bytes of x is zero. */
static uint64_t has_zero(uint64_t x)
{
	return (x - ONES) & ~x & HIGH;
}

/* Whether a byte stands for itself in a JSON string. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* How many bytes at data stand for themselves: eight in a step. */
static size_t plain_run(const unsigned char *data, size_t size)
{
	size_t n = 0;

	for (; n + 8 <= size; n += 8) {
		uint64_t x, special;

		memcpy(&x, data + n, 8);
		special = (x | (x - ONES * 0x20)) & HIGH; /* above 0x7f, below 0x20 */
		special |= has_zero(x ^ ONES * '"') | has_zero(x ^ ONES * '\\');
		special |= has_zero(x ^ ONES * 0x7f);
		if (special)
			break;
	}
	while (n < size && is_plain(data[n]))
		n++;
	return n;
}

static bool is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

int utf8_sequence(const unsigned char *data, size_t size)
{
	unsigned char low = 0x80, high = 0xbf; /* bounds of the second byte */
	size_t length, n;

	if (data[0] < 0x80)
		return 1;
	if (data[0] < 0xc2 || data[0] > 0xf4)
		return -1; /* continuation, overlong, or above U+10FFFF */
	length = data[0] < 0xe0 ? 2 : data[0] < 0xf0 ? 3 : 4;
	if (data[0] == 0xe0)
		low = 0xa0; /* overlong */
	else if (data[0] == 0xed)
		high = 0x9f; /* surrogates */
	else if (data[0] == 0xf0)
		low = 0x90; /* overlong */
	else if (data[0] == 0xf4)
		high = 0x8f; /* above U+10FFFF */
	if (size < 2 || data[1] < low || data[1] > high)
		return -1;
	for (n = 2; n < length; n++)
		if (n >= size || !is_continuation(data[n]))
			return -(int)n;
	return (int)length;
}

static void add_control(struct buf *buf, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	switch (c) {
	case '\n':
		buf_add(buf, "\\n", 2);
		break;
	case '\t':
		buf_add(buf, "\\t", 2);
		break;
	case '\r':
		buf_add(buf, "\\r", 2);
		break;
	default:
		buf_add(buf, escape, sizeof(escape));
	}
}

/* Writes the bytes as a JSON string; false if they are not UTF-8. */
static bool add_string(struct buf *buf, const char *bytes, size_t size)
{
	const unsigned char *data = (const unsigned char *)bytes;
	bool exact = true;

	buf_char(buf, '"');
	while (size) {
		size_t used = plain_run(data, size);
		int length;

		buf_add(buf, data, used);
		data += used;
		size -= used;
		if (!size)
			break;
		length = utf8_sequence(data, size);
		if (length < 0) {
			buf_add(buf, "\xef\xbf\xbd", 3);
			exact = false;
			length = -length;
		} else if (*data == '"' || *data == '\\') {
			buf_char(buf, '\\');
			buf_char(buf, (char)*data);
		} else if (*data < 0x80) {
			add_control(buf, *data);
		} else if (length == 2 && data[0] == 0xc2 && data[1] < 0xa0) {
			add_control(buf, data[1]); /* C1 */
		} else {
			buf_add(buf, data, (size_t)length);
		}
		data += length;
		size -= (size_t)length;
	}
	buf_char(buf, '"');
	return exact;
}

static void add_base64(struct buf *buf, const char *bytes, size_t size)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *data = (const unsigned char *)bytes;
	size_t i;

	buf_char(buf, '"');
	for (i = 0; i < size; i += 3) {
		unsigned group = (unsigned)data[i] << 16;
		char out[4];

		if (i + 1 < size)
			group |= (unsigned)data[i + 1] << 8;
		if (i + 2 < size)
			group |= data[i + 2];
		out[0] = digit[group >> 18];
		out[1] = digit[group >> 12 & 63];
		out[2] = i + 1 < size ? digit[group >> 6 & 63] : '=';
		out[3] = i + 2 < size ? digit[group & 63] : '=';
		buf_add(buf, out, 4);
	}
	buf_char(buf, '"');
}

static void add_key(struct buf *buf, const char *key, const char *suffix)
{
	if (buf->size && buf->data[buf->size - 1] != '{')
		buf_char(buf, ',');
	buf_char(buf, '"');
	buf_str(buf, key);
	buf_str(buf, suffix);
	buf_add(buf, "\":", 2);
}

static void add_uint(struct buf *buf, uint64_t value)
{
	char digits[20];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + value % 10);
	while (value /= 10);
	buf_add(buf, digits + n, sizeof(digits) - n);
}

void json_begin(struct buf *buf)
{
	buf_char(buf, '{');
}

void json_end(struct buf *buf)
{
	buf_add(buf, "}\n", 2);
}

void json_open(struct buf *buf, const char *key)
{
	add_key(buf, key, "");
	buf_char(buf, '{');
}

void json_close(struct buf *buf)
{
	buf_char(buf, '}');
}

void json_text(struct buf *buf, const char *key, const char *text)
{
	add_key(buf, key, "");
	buf_char(buf, '"');
	buf_str(buf, text);
	buf_char(buf, '"');
}

void json_uint(struct buf *buf, const char *key, uint64_t value)
{
	add_key(buf, key, "");
	add_uint(buf, value);
}

void json_int(struct buf *buf, const char *key, int64_t value)
{
	add_key(buf, key, "");
	if (value < 0)
		buf_char(buf, '-');
	add_uint(buf, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void json_bool(struct buf *buf, const char *key, bool value)
{
	add_key(buf, key, "");
	buf_str(buf, value ? "true" : "false");
}

void json_id(struct buf *buf, const char *key, uint64_t value)
{
	add_key(buf, key, "");
	buf_char(buf, '"');
	add_uint(buf, value);
	buf_char(buf, '"');
}

void json_bytes(struct buf *buf, const char *key, const char *data, size_t size)
{
	add_key(buf, key, "");
	if (add_string(buf, data, size))
		return;
	add_key(buf, key, "_b64");
	add_base64(buf, data, size);
}

/* The twin of an array: "" where the element stands exact in the array. */
static void add_twins(struct buf *buf, const char *data, size_t size)
{
	struct buf scratch = {0};
	const char *s, *end = data + size;

	buf_char(buf, '[');
	for (s = data; s < end; s += strlen(s) + 1) {
		size_t length = strlen(s);

		if (s != data)
			buf_char(buf, ',');
		buf_truncate(&scratch, 0);
		if (add_string(&scratch, s, length))
			buf_add(buf, "\"\"", 2);
		else
			add_base64(buf, s, length);
	}
	buf_char(buf, ']');
	if (scratch.error)
		buf->error = scratch.error;
	buf_free(&scratch);
}

void json_array(struct buf *buf, const char *key, const char *data, size_t size)
{
	const char *s, *end = data + size;
	bool exact = true;

	add_key(buf, key, "");
	buf_char(buf, '[');
	for (s = data; s < end; s += strlen(s) + 1) {
		if (s != data)
			buf_char(buf, ',');
		exact &= add_string(buf, s, strlen(s));
	}
	buf_char(buf, ']');
	if (exact)
		return;
	add_key(buf, key, "_b64");
	add_twins(buf, data, size);
}
