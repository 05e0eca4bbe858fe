/* SPDX-License-Identifier: ISC */
#include "page.h"

#include "options.h"

#include <procaudit/text.h>

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void page_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else
			putc(*text, out);
	}
}

/* What could end a script element, or a line of JavaScript, is escaped: U+2028 and
 * U+2029 are E2 80 A8 and E2 80 A9. */
static void write_escaped(FILE *out, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (text[i] == '<' || text[i] == '>' || text[i] == '&') {
			fprintf(out, "\\u%04x", (unsigned)text[i]);
		} else if (size - i > 2 && memcmp(text + i, "\xe2\x80", 2) == 0 &&
			   (text[i + 2] == '\xa8' || text[i + 2] == '\xa9')) {
			fprintf(out, "\\u20%02x", (unsigned)(unsigned char)text[i + 2] - 0x80);
			i += 2;
		} else {
			putc(text[i], out);
		}
	}
}

bool page_json(FILE *out, const char *data, size_t size)
{
	char *text = malloc(PROCAUDIT_JSON_ROOM(size));
	bool exact;

	if (!text)
		errc(STATUS_FAILED, ENOMEM, "cannot hold a string");
	write_escaped(out, text, procaudit_json(text, data, size, &exact));
	free(text);
	return exact;
}

const char *page_file(const struct page *page, const struct model_log *log)
{
	size_t i;

	for (i = 0; page->files[i]; i++)
		if (strcmp(page->files[i], log->file->data) == 0)
			return page->names[i];
	return log->file->data;
}
