/* SPDX-License-Identifier: ISC */
#include "jsonout.h"

#include "options.h"
#include "output.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Whether a comma comes before the next value. */
static bool comma;

/* Values that go somewhere else than to standard output. */
static struct {
	FILE *file;	      /* writes into bytes; NULL: never asked for */
	struct bytes *target; /* NULL: to standard output */
	bool comma;	      /* there */
} inner;

static FILE *stream(void)
{
	return inner.target ? inner.file : stdout;
}

static ssize_t write_bytes(void *cookie, const char *data, size_t size)
{
	(void)cookie;
	bytes_add(inner.target, data, size);
	return (ssize_t)size;
}

void json_into(struct bytes *bytes)
{
	if (!inner.file)
		inner.file = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_bytes});
	if (!inner.file)
		errc(STATUS_FAILED, ENOMEM, "cannot write JSON");
	inner.target = bytes;
	inner.comma = comma;
	comma = false;
}

void json_back(void)
{
	fflush(inner.file);
	inner.target = NULL;
	comma = inner.comma;
}

static void begin(const char *key)
{
	if (comma)
		putc(',', stream());
	if (key)
		fprintf(stream(), "\"%s\":", key);
	comma = true;
}

void json_values(const struct bytes *bytes)
{
	if (!bytes->size)
		return;
	begin(NULL);
	fwrite(bytes->data, 1, bytes->size, stream());
}

void json_open(const char *key, char bracket)
{
	begin(key);
	putc(bracket, stream());
	comma = false;
}

void json_close(char bracket)
{
	putc(bracket, stream());
	comma = true;
}

void json_line(void)
{
	putc('\n', stream());
	comma = false;
}

void json_int(const char *key, int64_t value)
{
	begin(key);
	fprintf(stream(), "%" PRId64, value);
}

void json_known(const char *key, int64_t value)
{
	if (value >= 0)
		json_int(key, value);
}

void json_bool(const char *key, bool value)
{
	begin(key);
	fputs(value ? "true" : "false", stream());
}

void json_string(const char *key, const char *text)
{
	begin(key);
	output_json(stream(), text, strlen(text));
}

void json_seconds(const char *key, int64_t us)
{
	if (us < 0)
		return;
	begin(key);
	fprintf(stream(), "%" PRId64 ".%06" PRId64, us / 1000000, us % 1000000);
}

static void put_exact(const char *key, const char *data, size_t size)
{
	char name[64];

	begin(key);
	if (output_json(stream(), data, size))
		return;
	snprintf(name, sizeof(name), "%s_b64", key);
	begin(name);
	output_base64(stream(), data, size);
}

void json_text(const char *key, const struct text *text)
{
	if (text)
		put_exact(key, text->data, text->size);
}

void json_exact(const char *key, const char *string)
{
	if (string)
		put_exact(key, string, strlen(string));
}

void json_strings(const char *key, const char *data, size_t size)
{
	const char *s, *end = data + size;
	bool exact = true;
	char name[64];

	json_open(key, '[');
	for (s = data; s < end; s += strlen(s) + 1) {
		begin(NULL);
		exact = output_json(stream(), s, strlen(s)) && exact;
	}
	json_close(']');
	if (exact)
		return;
	snprintf(name, sizeof(name), "%s_b64", key);
	json_open(name, '[');
	for (s = data; s < end; s += strlen(s) + 1) {
		begin(NULL);
		if (output_is_exact(s, strlen(s)))
			fputs("\"\"", stream());
		else
			output_base64(stream(), s, strlen(s));
	}
	json_close(']');
}
