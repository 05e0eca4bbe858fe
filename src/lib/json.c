/* SPDX-License-Identifier: ISC */
#include "json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* How many bytes are looked at in one step. */
#define STEP ((size_t)16)

/* Whether a byte stands for itself in a JSON string. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Copies STEP bytes and returns how many of them, from the first on, stand for
 * themselves. */
#ifdef __SSE2__
static size_t copy_step(unsigned char *out, const unsigned char *in)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)in), special;
	unsigned mask;

	/* Signed: above 0x7f is below 0x20, too. */
	special = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20));
	special = _mm_or_si128(special, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
	special = _mm_or_si128(special, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	special = _mm_or_si128(special, _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f)));
	_mm_storeu_si128((__m128i *)(void *)out, x);
	mask = (unsigned)_mm_movemask_epi8(special);
	return mask ? (size_t)__builtin_ctz(mask) : STEP;
}
#else
#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

/* Nonzero if one of the eight bytes of x is zero. */
static uint64_t has_zero(uint64_t x)
{
	return (x - ONES) & ~x & HIGH;
}

/* Nonzero if one of the eight bytes does not stand for itself. */
static uint64_t has_special(const unsigned char *in)
{
	uint64_t x;

	memcpy(&x, in, sizeof(x));
	return ((x | (x - ONES * 0x20)) & HIGH) | has_zero(x ^ ONES * '"') |
	       has_zero(x ^ ONES * '\\') | has_zero(x ^ ONES * 0x7f);
}

static size_t copy_step(unsigned char *out, const unsigned char *in)
{
	size_t n = 0;

	memcpy(out, in, STEP);
	if (!has_special(in) && !has_special(in + 8))
		return STEP;
	while (is_plain(in[n]))
		n++;
	return n;
}
#endif

/* Copies bytes as long as they stand for themselves and returns how many did;
 * out has room for size + STEP. */
static size_t copy_plain(unsigned char *out, const unsigned char *in, size_t size)
{
	size_t n = 0, step;

	for (; n + STEP <= size; n += STEP) {
		step = copy_step(out + n, in + n);
		if (step < STEP)
			return n + step;
	}
	for (; n < size && is_plain(in[n]); n++)
		out[n] = in[n];
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

/* One sequence that does not stand for itself; returns its length. *exact turns
 * false if it is not UTF-8. */
static size_t add_special(struct buf *buf, const unsigned char *data, size_t size, bool *exact)
{
	int length = utf8_sequence(data, size);

	if (length < 0) {
		buf_add(buf, "\xef\xbf\xbd", 3);
		*exact = false;
		return (size_t)-length;
	}
	if (*data == '"' || *data == '\\') {
		buf_char(buf, '\\');
		buf_char(buf, (char)*data);
	} else if (*data < 0x80) {
		add_control(buf, *data);
	} else if (length == 2 && data[0] == 0xc2 && data[1] < 0xa0) {
		add_control(buf, data[1]); /* C1 */
	} else {
		buf_add(buf, data, (size_t)length);
	}
	return (size_t)length;
}

/*
 * Writes a JSON string of the bytes up to end or, with until_nul, up to the
 * first NUL byte, and returns where that is. What follows the NUL byte is
 * looked at, too, so that there is no second walk to find it.
 */
static const unsigned char *add_text(struct buf *buf, const unsigned char *data,
	const unsigned char *end, bool until_nul, bool *exact)
{
	buf_char(buf, '"');
	while (data < end) {
		size_t size = (size_t)(end - data), plain;
		const unsigned char *nul;

		if (!buf_reserve(buf, size + STEP))
			return end;
		plain = copy_plain((unsigned char *)buf->data + buf->size, data, size);
		buf->size += plain;
		data += plain;
		size -= plain;
		if (!size || (until_nul && *data == '\0'))
			break;
		/* A sequence does not reach over the string's end. */
		nul = until_nul ? memchr(data, '\0', size < 4 ? size : 4) : NULL;
		data += add_special(buf, data, nul ? (size_t)(nul - data) : size, exact);
	}
	buf_char(buf, '"');
	return data;
}

bool json_string(struct buf *buf, const char *bytes, size_t size)
{
	const unsigned char *data = (const unsigned char *)bytes;
	bool exact = true;

	add_text(buf, data, data + size, false, &exact);
	return exact;
}

void json_base64(struct buf *buf, const char *bytes, size_t size)
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
	if (json_string(buf, data, size))
		return;
	add_key(buf, key, "_b64");
	json_base64(buf, data, size);
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
		if (json_string(&scratch, s, length))
			buf_add(buf, "\"\"", 2);
		else
			json_base64(buf, s, length);
	}
	buf_char(buf, ']');
	if (scratch.error)
		buf->error = scratch.error;
	buf_free(&scratch);
}

void json_array(struct buf *buf, const char *key, const char *data, size_t size)
{
	const unsigned char *s = (const unsigned char *)data, *end = s + size;
	bool exact = true;

	add_key(buf, key, "");
	buf_char(buf, '[');
	while (s < end) {
		if (s != (const unsigned char *)data)
			buf_char(buf, ',');
		s = add_text(buf, s, end, true, &exact) + 1;
	}
	buf_char(buf, ']');
	if (exact)
		return;
	add_key(buf, key, "_b64");
	add_twins(buf, data, size);
}
