/* SPDX-License-Identifier: ISC */
#include "unjson.h"

#include <stdint.h>
#include <stdlib.h>

bool unjson_expect(const char **at, const char *end, const char *text)
{
	size_t size = strlen(text);

	if ((size_t)(end - *at) < size || memcmp(*at, text, size) != 0)
		return false;
	*at += size;
	return true;
}

/* The bytes of a code point, by the table of RFC 3629, section 3. */
static size_t put_utf8(uint32_t code, unsigned char out[4])
{
	size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
	size_t i;

	for (i = size; i-- > 1; code >>= 6)
		out[i] = (unsigned char)(0x80 | (code & 0x3f));
	out[0] = (unsigned char)(lead[size] | code);
	return size;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1; /* the encoder writes small letters only */
}

static bool unescape(const char **at, const char *end, struct buf *out)
{
	static const char names[] = "\"\\nrt", values[] = "\"\\\n\r\t";
	unsigned char bytes[4];
	const char *name;
	uint32_t code = 0;
	int i;

	if (*at == end)
		return false;
	name = memchr(names, *(*at)++, sizeof(names) - 1);
	if (name) {
		buf_char(out, values[name - names]);
		return true;
	}
	if ((*at)[-1] != 'u' || end - *at < 4)
		return false;
	for (i = 0; i < 4; i++) {
		int digit = hex_digit(*(*at)++);

		if (digit < 0)
			return false;
		code = code << 4 | (uint32_t)digit;
	}
	buf_add(out, bytes, put_utf8(code, bytes));
	/* Only what would drive a terminal is written so. */
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

bool unjson_string(const char **at, const char *end, struct buf *out)
{
	if (!unjson_expect(at, end, "\""))
		return false;
	while (*at < end && **at != '"') {
		unsigned char c = (unsigned char)*(*at)++;

		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == 0xc2 && *at < end && (unsigned char)**at < 0xa0)
			return false; /* C1 */
		if (c != '\\')
			buf_char(out, (char)c);
		else if (!unescape(at, end, out))
			return false;
	}
	return unjson_expect(at, end, "\"");
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool unjson_base64(const char **at, const char *end, struct buf *out)
{
	if (!unjson_expect(at, end, "\""))
		return false;
	while (end - *at >= 4 && **at != '"') {
		uint32_t bits = 0;
		int i, digits = 0;

		for (i = 0; i < 4; i++) {
			int digit = base64_digit((*at)[i]);

			if (digit < 0 && ((*at)[i] != '=' || i < 2))
				return false;
			if (digit >= 0 && digits++ != i)
				return false; /* a digit behind = */
			bits = bits << 6 | (digit < 0 ? 0 : (uint32_t)digit);
		}
		for (i = 0; i < digits - 1; i++)
			buf_char(out, (char)(bits >> (16 - 8 * i) & 0xff));
		*at += 4;
		if (digits < 4)
			break;
	}
	return unjson_expect(at, end, "\"");
}

/* A bit for each beginning of a well-formed sequence, up to three bytes long,
 * and for each whole sequence of up to three. */
struct beginnings {
	unsigned char two[1 << 13], three[1 << 21], whole_two[1 << 13], whole_three[1 << 21];
	bool one[256];
};

static void mark(unsigned char *bits, uint32_t index)
{
	bits[index >> 3] |= (unsigned char)(1 << (index & 7));
}

static bool is_marked(const unsigned char *bits, uint32_t index)
{
	return bits[index >> 3] >> (index & 7) & 1;
}

static const struct beginnings *beginnings(void)
{
	static struct beginnings all;
	uint32_t code, two, three;
	unsigned char bytes[4];
	size_t size;

	if (all.one[0xc2])
		return &all;
	for (code = 0x80; code <= 0x10ffff; code++) {
		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		size = put_utf8(code, bytes);
		two = (uint32_t)bytes[0] << 8 | bytes[1];
		three = two << 8 | bytes[2];
		all.one[bytes[0]] = true;
		mark(size == 2 ? all.whole_two : all.two, two);
		if (size >= 3)
			mark(size == 3 ? all.whole_three : all.three, three);
	}
	return &all;
}

int utf8_oracle_step(const unsigned char *data, size_t size)
{
	const struct beginnings *all = beginnings();
	uint32_t two, three;

	if (data[0] < 0x80)
		return 1;
	if (!all->one[data[0]] || size < 2)
		return -1;
	two = (uint32_t)data[0] << 8 | data[1];
	if (is_marked(all->whole_two, two))
		return 2;
	if (!is_marked(all->two, two))
		return -1;
	if (size < 3)
		return -2;
	three = two << 8 | data[2];
	if (is_marked(all->whole_three, three))
		return 3;
	if (!is_marked(all->three, three))
		return -2;
	/* Every beginning of three bytes can end in each of 80 … BF. */
	return size >= 4 && data[3] >= 0x80 && data[3] <= 0xbf ? 4 : -3;
}

bool utf8_oracle(const unsigned char *data, size_t size, struct buf *shown)
{
	bool exact = true;

	while (size) {
		int step = utf8_oracle_step(data, size);
		size_t used = (size_t)abs(step);

		if (step < 0) {
			buf_str(shown, "\xef\xbf\xbd");
			exact = false;
		} else {
			buf_add(shown, data, used);
		}
		data += used;
		size -= used;
	}
	return exact;
}
