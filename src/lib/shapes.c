/* SPDX-License-Identifier: ISC */
#include "shapes.h"

#include "macro.h"

#include <string.h>
#include <strings.h>

/* A word that is being looked at. */
struct scan {
	const struct shapes *shapes;
	struct names *names;
	const char *text;
	size_t size;
	size_t base; /* where it begins in what the spans are of */
	struct spans *spans;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
	return is_letter(c) || is_decimal(c) || c == '_' || c == '-' || c == '.';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

static size_t skip_blanks(const struct scan *scan, size_t i)
{
	while (i < scan->size && is_blank(scan->text[i]))
		i++;
	return i;
}

static void add(const struct scan *scan, size_t start, size_t end)
{
	struct span span = {.start = scan->base + start, .end = scan->base + end};

	if (start < end)
		spans_add(scan->spans, &span);
}

/* The quotation mark directly before i; 0: there is none. */
static char opener(const struct scan *scan, size_t i)
{
	return i && is_quote(scan->text[i - 1]) ? scan->text[i - 1] : '\0';
}

/* --- Words of a shell ---------------------------------------------------- */

/* Behind the quotation that begins at i; the end if it does not end. */
static size_t end_of_quotation(const struct scan *scan, size_t i)
{
	char quote = scan->text[i++];

	for (; i < scan->size && scan->text[i] != quote; i++)
		if (quote == '"' && scan->text[i] == '\\')
			i++;
	return i < scan->size ? i + 1 : scan->size;
}

/* Where the word that begins at i ends; stop: a quotation mark that ends it. */
static size_t end_of_word(const struct scan *scan, size_t i, char stop)
{
	while (i < scan->size) {
		char c = scan->text[i];

		if (c == stop || is_blank(c) || strchr(";&|()<>", c))
			return i;
		if (is_quote(c))
			i = end_of_quotation(scan, i);
		else
			i += c == '\\' ? 2 : 1;
	}
	return scan->size;
}

/* Masks the word at i, without the quotation marks if it is quoted as a whole.
 * What a command is to print is no secret that stands there. */
static size_t mask_word(const struct scan *scan, size_t i, char stop)
{
	size_t end;

	if (i + 1 < scan->size && memcmp(scan->text + i, "$(", 2) == 0)
		return i;
	if (i < scan->size && scan->text[i] == '`')
		return i;
	if (i < scan->size && scan->text[i] == stop)
		return i;
	end = end_of_word(scan, i, stop);
	if (end - i >= 2 && is_quote(scan->text[i]) && end_of_quotation(scan, i) == end &&
		scan->text[end - 1] == scan->text[i])
		add(scan, i + 1, end - 1);
	else
		add(scan, i, end);
	return end;
}

/* --- Shapes -------------------------------------------------------------- */

/* The name without what makes it an option. */
static void strip_dashes(const struct scan *scan, size_t *start, size_t end)
{
	while (*start < end && scan->text[*start] == '-')
		++*start;
}

/* Whether its value is a secret. The name may be glued to an option's letter, as
 * in -DNAME=value. */
static bool is_secret(const struct scan *scan, size_t start, size_t end)
{
	bool glued = end - start > 2 && scan->text[start] == '-' && scan->text[start + 1] != '-';

	if (names_are_secret(scan->text + start, end - start))
		return true;
	strip_dashes(scan, &start, end);
	if (start == end)
		return false;
	return names_match(scan->names, scan->text + start, end - start) ||
	       (glued && names_match(scan->names, scan->text + start + 1, end - start - 1));
}

/* name=value: up to the end of an argument that begins so, else a shell's word. */
static size_t on_assignment(const struct scan *scan, size_t start, size_t at)
{
	if (!is_secret(scan, start, at))
		return at + 1;
	if (start > 0 || scan->shapes->script)
		return mask_word(scan, at + 1, opener(scan, start));
	add(scan, at + 1, scan->size);
	return scan->size;
}

/* The end of a JSON value that begins at i. */
static size_t mask_json(const struct scan *scan, size_t i)
{
	size_t end = i;
	bool escaped = i + 1 < scan->size && scan->text[i] == '\\' && is_quote(scan->text[i + 1]);
	char quote;

	i += escaped;
	if (i == scan->size)
		return i;
	quote = scan->text[i];
	if (!is_quote(quote)) {
		while (end < scan->size && !is_blank(scan->text[end]) &&
			!strchr(",}]", scan->text[end]))
			end++;
	} else {
		for (end = ++i; end < scan->size && scan->text[end] != quote; end++)
			if (scan->text[end] == '\\' && !escaped)
				end++;
		if (end > scan->size)
			end = scan->size;
		if (escaped && end < scan->size && scan->text[end - 1] == '\\' && end - 1 >= i)
			end--;
	}
	add(scan, i, end);
	return end;
}

/* "name": value. Returns where to go on; at itself if this is nothing. */
static size_t on_quoted_name(const struct scan *scan, size_t start, size_t at)
{
	size_t i = at + (scan->text[at] == '\\');

	if (!opener(scan, start) || i == scan->size || scan->text[i] != scan->text[start - 1])
		return at;
	i = skip_blanks(scan, i + 1);
	if (i == scan->size || scan->text[i] != ':' || !is_secret(scan, start, at))
		return at;
	return mask_json(scan, skip_blanks(scan, i + 1));
}

/* Behind "Bearer " and the like, which are no secrets. */
static size_t skip_scheme(const struct scan *scan, size_t i, size_t end)
{
	static const char *const schemes[] = {
		"Basic", "Bearer", "Digest", "Token", "ApiKey", "Negotiate", "NTLM"};
	size_t n, length;

	for (n = 0; n < ARRAY_SIZE(schemes); n++) {
		length = strlen(schemes[n]);
		if (end - i > length && is_blank(scan->text[i + length]) &&
			strncasecmp(scan->text + i, schemes[n], length) == 0)
			return skip_blanks(scan, i + length);
	}
	return i;
}

/* Name: value, to the end of the line, or of the quotation that begins with it. */
static size_t on_header(const struct scan *scan, size_t start, size_t at)
{
	bool is_header = names_are_header(scan->text + start, at - start);
	size_t i = at + 1, end;
	char stop = opener(scan, start);

	if ((i < scan->size && scan->text[i] == ':') || (start && scan->text[start - 1] == ':'))
		return i;
	if (!is_header && !(i < scan->size && is_blank(scan->text[i])) && !scan->shapes->header &&
		memcmp(scan->text, "-H", 2) != 0)
		return i;
	if (!is_header && !is_secret(scan, start, at))
		return i;
	i = skip_blanks(scan, i);
	for (end = i; end < scan->size && scan->text[end] != '\n'; end++)
		if (stop && scan->text[end] == stop)
			break;
	i = skip_scheme(scan, i, end);
	if (stop && end > i && end < scan->size && scan->text[end - 1] == '\\')
		add(scan, i, end - 1);
	else if (end > i)
		add(scan, i, end);
	return end;
}

static bool is_option_word(const struct scan *scan, size_t start)
{
	return scan->text[start] == '-' &&
	       (start == 0 || is_blank(scan->text[start - 1]) || is_quote(scan->text[start - 1]));
}

/* An option's value, and not the next option. */
static bool is_value(const char *text, size_t size)
{
	return size && (*text != '-' || (size >= 12 && text[1] != '-'));
}

/* --name value, in the middle of a string. */
static size_t on_option(const struct scan *scan, size_t start, size_t at)
{
	size_t i = skip_blanks(scan, at);

	if (!names_are_secret(scan->text + start, at - start))
		return at;
	if (!is_value(scan->text + i, end_of_word(scan, i, '\0') - i))
		return at;
	return mask_word(scan, i, opener(scan, start));
}

/* Where what may be a URL ends. */
static size_t end_of_url(const struct scan *scan, size_t i)
{
	while (i < scan->size && !is_blank(scan->text[i]) && !strchr("\"'<>`\\", scan->text[i]))
		i++;
	return i;
}

static const char *find(const struct scan *scan, size_t from, size_t end, char c)
{
	return from < end ? memchr(scan->text + from, c, end - from) : NULL;
}

/* Whether these bytes are a port. */
static bool is_port(const char *text, const char *end)
{
	while (text < end && is_decimal(*text))
		text++;
	return text == end;
}

/* Where the user's part of a URL, which begins at i, ends with "@"; NULL: there
 * is none. A password that should have been percent-encoded may hold anything. */
static const char *end_of_user(const struct scan *scan, size_t i, size_t end)
{
	const char *host = scan->text + i, *limit = scan->text + end, *colon, *at;

	while (host < limit && !strchr("/?#", *host))
		host++;
	at = memrchr(scan->text + i, '@', (size_t)(host - scan->text) - i);
	if (at || host == limit)
		return at;
	colon = find(scan, i, (size_t)(host - scan->text), ':');
	if (!colon || is_port(colon + 1, host))
		return NULL;
	return memrchr(host, '@', (size_t)(limit - host));
}

/* scheme://user:password@host. A web server's user alone is a token. */
static size_t on_url(const struct scan *scan, size_t start, size_t at)
{
	size_t i = at + 3, end = end_of_url(scan, i), user_end;
	const char *user = end_of_user(scan, i, end), *colon;
	bool web = (at - start >= 4 && memcmp(scan->text + at - 4, "http", 4) == 0) ||
		   (at - start >= 5 && memcmp(scan->text + at - 5, "https", 5) == 0);

	if (!user)
		return i;
	user_end = (size_t)(user - scan->text);
	colon = find(scan, i, user_end, ':');
	if (colon)
		add(scan, (size_t)(colon - scan->text) + 1, user_end);
	else if (web)
		add(scan, i, user_end);
	return user_end;
}

/* A name stands between start and at. Returns where to go on. */
static size_t on_name(const struct scan *scan, size_t start, size_t at)
{
	char c = scan->text[at];

	if (c == '=')
		return on_assignment(scan, start, at);
	if (c == ':' && scan->size - at >= 3 && memcmp(scan->text + at, "://", 3) == 0)
		return on_url(scan, start, at);
	if (c == ':')
		return on_header(scan, start, at);
	if (is_quote(c) || c == '\\')
		return on_quoted_name(scan, start, at);
	if (is_blank(c) && is_option_word(scan, start))
		return on_option(scan, start, at);
	return at;
}

static void scan_text(const struct scan *scan)
{
	size_t i = 0, start;

	while (i < scan->size) {
		start = i;
		while (i < scan->size && is_name(scan->text[i]))
			i++;
		if (i == scan->size)
			return;
		if (i == start)
			i++;
		else
			i = on_name(scan, start, i);
	}
}

/* What the whole argument says of the next one. */
static struct shapes next_of(const char *text, size_t size)
{
	struct shapes next = {0};
	size_t i;

	if (size < 2 || text[0] != '-')
		return next;
	for (i = 1; i < size && is_name(text[i]); i++)
		;
	if (i < size)
		return next;
	next.value = names_are_secret(text, size);
	next.header =
		(size == 2 && text[1] == 'H') || (size == 8 && memcmp(text, "--header", 8) == 0);
	for (i = 1; i < size && is_letter(text[i]); i++)
		;
	next.script = i == size && text[size - 1] == 'c';
	return next;
}

void shapes_find(struct shapes *shapes, struct names *names, const char *data, size_t start,
	size_t size, struct spans *spans)
{
	const struct scan scan = {shapes, names, data + start, size, start, spans};

	if (shapes->value && is_value(scan.text, size))
		add(&scan, 0, size);
	else
		scan_text(&scan);
	*shapes = next_of(scan.text, size);
}
