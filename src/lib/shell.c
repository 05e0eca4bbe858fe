/* SPDX-License-Identifier: ISC */
#include "shell.h"

#include "json.h"

#include <ctype.h>

/* How a word has to be written. */
enum quoting { QUOTE_NONE, QUOTE_SINGLE, QUOTE_ESCAPES };

static bool is_c1(const unsigned char *data, int length)
{
	return length == 2 && data[0] == 0xc2 && data[1] < 0xa0;
}

/* Characters that nobody sees and that change how others look: separators of
 * lines and paragraphs, and those that turn the direction of writing. */
static bool is_deceptive(const unsigned char *data, int length)
{
	unsigned c;

	if (length != 3)
		return false;
	c = (data[0] & 15U) << 12 | (data[1] & 63U) << 6 | (data[2] & 63U);
	return c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Whether a terminal must not see this sequence. */
static bool is_hidden(const unsigned char *data, int length)
{
	return length < 0 || is_c1(data, length) || is_deceptive(data, length) || data[0] < 0x20 ||
	       data[0] == 0x7f;
}

static enum quoting quoting_of(const unsigned char *data, size_t size)
{
	enum quoting quoting = size ? QUOTE_NONE : QUOTE_SINGLE;
	size_t i;
	int length;

	/* = means something at the beginning of a word (zsh). */
	if (size && data[0] == '=')
		quoting = QUOTE_SINGLE;
	for (i = 0; i < size; i += (size_t)length) {
		length = utf8_sequence(data + i, size - i);
		if (is_hidden(data + i, length))
			return QUOTE_ESCAPES;
		if (length > 1 || (!isalnum(data[i]) && !strchr("%+,-./:=@_", data[i])))
			quoting = QUOTE_SINGLE;
	}
	return quoting;
}

static void add_escaped(struct buf *buf, const unsigned char *data, size_t size)
{
	size_t i;

	buf_str(buf, "$'");
	for (i = 0; i < size;) {
		int length = utf8_sequence(data + i, size - i);

		if (data[i] == '\'' || data[i] == '\\') {
			buf_char(buf, '\\');
			buf_char(buf, (char)data[i]);
		} else if (data[i] == '\n') {
			buf_str(buf, "\\n");
		} else if (data[i] == '\t') {
			buf_str(buf, "\\t");
		} else if (!is_hidden(data + i, length)) {
			buf_add(buf, data + i, (size_t)length);
		} else {
			/* Three octal digits cannot swallow what follows. */
			buf_printf(buf, "\\%03o", data[i]);
			length = 1;
		}
		i += (size_t)length;
	}
	buf_char(buf, '\'');
}

static void add_single(struct buf *buf, const char *data, size_t size)
{
	const char *end = data + size, *quote;

	buf_char(buf, '\'');
	while ((quote = memchr(data, '\'', (size_t)(end - data)))) {
		buf_add(buf, data, (size_t)(quote - data));
		buf_str(buf, "'\\''");
		data = quote + 1;
	}
	buf_add(buf, data, (size_t)(end - data));
	buf_char(buf, '\'');
}

void shell_quote(struct buf *buf, const char *data, size_t size)
{
	switch (quoting_of((const unsigned char *)data, size)) {
	case QUOTE_NONE:
		buf_add(buf, data, size);
		break;
	case QUOTE_SINGLE:
		add_single(buf, data, size);
		break;
	case QUOTE_ESCAPES:
		add_escaped(buf, (const unsigned char *)data, size);
		break;
	}
}
