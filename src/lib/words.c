/* SPDX-License-Identifier: ISC */
#include "words.h"

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool words_next(const char **at, const char *end, struct buf *word)
{
	const char *s = *at;
	char quote = '\0';

	while (s < end && is_blank(*s))
		s++;
	*at = s;
	if (s == end)
		return false;
	buf_truncate(word, 0);
	for (; s < end && (quote || !is_blank(*s)); s++) {
		if (*s == '\\' && s + 1 < end)
			buf_char(word, *++s);
		else if (quote ? *s == quote : *s == '\'' || *s == '"')
			quote = quote ? '\0' : *s;
		else
			buf_char(word, *s);
	}
	buf_char(word, '\0');
	*at = s;
	return true;
}
