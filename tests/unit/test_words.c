/* SPDX-License-Identifier: ISC */
/* Words of response files, as GCC's libiberty and clang divide them. */
#include "macro.h"
#include "tap.h"
#include "words.h"

#include <string.h>

static const struct {
	const char *text, *words; /* words: each in brackets */
} rows[] = {
	{"", ""},
	{" \t\n\v\f\r", ""},
	{"a", "[a]"},
	{" a  b\n", "[a][b]"},
	{"a\tb\vc\fd\re", "[a][b][c][d][e]"},
	{"''", "[]"},
	{"\"\" ''", "[][]"},
	{"a''b\"\"c", "[abc]"},
	{"'a b' \"c d\"", "[a b][c d]"},
	{"'a\"b' \"c'd\"", "[a\"b][c'd]"},
	{"a\\ b \\\\ \\'", "[a b][\\][']"},
	{"\"a\\\"b\" 'a\\'b'", "[a\"b][a'b]"},
	{"\\n", "[n]"},
	{"a\\\nb", "[a\nb]"},
	{"\"open a", "[open a]"},
	{"'open", "[open]"},
	{"'", "[]"},
	{"end\\", "[end\\]"},
	{"\\", "[\\]"},
	{"@x '@y z'", "[@x][@y z]"},
	{"# a", "[#][a]"},
	{"\xff\x80 \xc3\xa4", "[\xff\x80][\xc3\xa4]"},
};

static void divide(const char *text, struct buf *out)
{
	const char *at = text, *end = text + strlen(text);
	struct buf word = {0};

	while (words_next(&at, end, &word))
		buf_printf(out, "[%s]", word.data);
	buf_char(out, '\0');
	ok(at == end, "all of it is read");
	buf_free(&word);
}

int main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf out = {0};

		divide(rows[i].text, &out);
		ok_str(out.data, rows[i].words, "its words");
		buf_free(&out);
	}
	return tap_end();
}
