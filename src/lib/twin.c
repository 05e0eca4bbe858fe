/* SPDX-License-Identifier: ISC */
#include "twin.h"

#include "json.h"

/* What a digit of base64 stands for, or 64. */
static unsigned digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* One group of four digits, of which the last may be '='. Returns how many bytes
 * it stands for, or 0. */
static size_t decode_group(char *out, const char *group, bool is_last)
{
	unsigned value = 0, digit;
	size_t i, digits = 4;

	while (is_last && digits > 2 && group[digits - 1] == '=')
		digits--;
	for (i = 0; i < 4; i++) {
		digit = i < digits ? digit_value(group[i]) : 0;
		if (digit > 63)
			return 0;
		value = value << 6 | digit;
	}
	out[0] = (char)(value >> 16);
	out[1] = (char)(value >> 8);
	out[2] = (char)value;
	/* Bits that stand for nothing are zero. */
	if ((digits == 2 && (value & 0xffff)) || (digits == 3 && (value & 0xff)))
		return 0;
	return digits - 1;
}

static long decode(char *out, const char *twin, size_t size)
{
	size_t i, n, bytes = 0;

	if (size == 0 || size % 4)
		return -1;
	for (i = 0; i < size; i += 4) {
		n = decode_group(out + bytes, twin + i, i + 4 == size);
		if (n == 0)
			return -1;
		bytes += n;
	}
	return memchr(out, '\0', bytes) ? -1 : (long)bytes;
}

/* Whether the bytes are shown as they have to be. They are not UTF-8, or
 * *needed stays false. */
static bool is_shown(
	const char *bytes, size_t size, const char *shown, size_t shown_size, bool *needed)
{
	size_t i = 0, at = 0;

	while (i < size) {
		int length = utf8_sequence((const unsigned char *)bytes + i, size - i);
		const char *as = length < 0 ? "\xef\xbf\xbd" : bytes + i;
		size_t as_size = length < 0 ? 3 : (size_t)length;

		if (as_size > shown_size - at || memcmp(shown + at, as, as_size) != 0)
			return false;
		*needed = *needed || length < 0;
		at += as_size;
		i += (size_t)(length < 0 ? -length : length);
	}
	return at == shown_size;
}

long twin_decode(char *out, const char *twin, size_t size, const char *shown, size_t shown_size)
{
	long bytes = decode(out, twin, size);
	bool needed = false;

	if (bytes < 0 || !is_shown(out, (size_t)bytes, shown, shown_size, &needed) || !needed)
		return -1;
	return bytes;
}
