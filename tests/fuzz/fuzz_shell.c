/* SPDX-License-Identifier: ISC */
/* Any word, quoted, is read back by the shell's rules (POSIX 2024, XCU 2.2). */
#include "fuzz.h"
#include "shell.h"

#include <stdbool.h>

/* Characters that stand for themselves in a shell, wherever in a word. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("%+,-./:=@_", c));
}

/* Each reads what is behind its opening and returns what is behind its end. */
static const char *read_single(const char *at, const char *end, struct buf *out)
{
	for (; at < end && *at != '\''; at++)
		buf_char(out, *at);
	require(at < end);
	return at + 1;
}

static const char *read_octal(const char *at, const char *end, struct buf *out)
{
	unsigned value = 0, digits;

	require(end - at >= 3);
	for (digits = 0; digits < 3; digits++, at++) {
		require(*at >= '0' && *at <= '7');
		value = value * 8 + (unsigned)(*at - '0');
	}
	require(value > 0 && value < 256);
	buf_char(out, (char)value);
	return at;
}

static const char *read_escapes(const char *at, const char *end, struct buf *out)
{
	while (at < end && *at != '\'') {
		require((unsigned char)*at >= 0x20 && *at != 0x7f);
		if (*at != '\\') {
			buf_char(out, *at++);
			continue;
		}
		require(++at < end);
		switch (*at) {
		case '\\':
		case '\'':
			buf_char(out, *at++);
			break;
		case 'n':
			buf_char(out, '\n');
			at++;
			break;
		case 't':
			buf_char(out, '\t');
			at++;
			break;
		default:
			at = read_octal(at, end, out);
		}
	}
	require(at < end);
	return at + 1;
}

static void unquote(const char *at, const char *end, struct buf *out)
{
	require(at < end && *at != '='); /* zsh */
	while (at < end) {
		if (*at == '\'') {
			at = read_single(at + 1, end, out);
		} else if (end - at >= 2 && at[0] == '\\' && at[1] == '\'') {
			buf_char(out, '\'');
			at += 2;
		} else if (end - at >= 2 && at[0] == '$' && at[1] == '\'') {
			at = read_escapes(at + 2, end, out);
		} else {
			require(is_plain(*at));
			buf_char(out, *at++);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = strnlen((const char *)data, size); /* words have no NUL byte */
	struct buf quoted = {0}, word = {0};

	shell_quote(&quoted, (const char *)data, length);
	require(!quoted.error);
	unquote(quoted.data, quoted.data + quoted.size, &word);
	require(word.size == length);
	require(!length || memcmp(word.data, data, length) == 0);
	buf_free(&quoted);
	buf_free(&word);
	return 0;
}
