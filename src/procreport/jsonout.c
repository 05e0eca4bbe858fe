/* SPDX-License-Identifier: ISC */
#include "jsonout.h"

#include "output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Whether a comma comes before the next value. */
static bool comma;

static void begin(const char *key)
{
	if (comma)
		putchar(',');
	if (key)
		printf("\"%s\":", key);
	comma = true;
}

void json_open(const char *key, char bracket)
{
	begin(key);
	putchar(bracket);
	comma = false;
}

void json_close(char bracket)
{
	putchar(bracket);
	comma = true;
}

void json_line(void)
{
	putchar('\n');
	comma = false;
}

void json_int(const char *key, int64_t value)
{
	begin(key);
	printf("%" PRId64, value);
}

void json_known(const char *key, int64_t value)
{
	if (value >= 0)
		json_int(key, value);
}

void json_bool(const char *key, bool value)
{
	begin(key);
	fputs(value ? "true" : "false", stdout);
}

void json_string(const char *key, const char *text)
{
	begin(key);
	output_json(stdout, text, strlen(text));
}

void json_seconds(const char *key, int64_t us)
{
	if (us < 0)
		return;
	begin(key);
	printf("%" PRId64 ".%06" PRId64, us / 1000000, us % 1000000);
}

void json_text(const char *key, const struct text *text)
{
	char name[64];

	if (!text)
		return;
	begin(key);
	if (output_json(stdout, text->data, text->size))
		return;
	snprintf(name, sizeof(name), "%s_b64", key);
	begin(name);
	output_base64(stdout, text->data, text->size);
}

void json_strings(const char *key, const char *data, size_t size)
{
	const char *s, *end = data + size;
	bool exact = true;
	char name[64];

	json_open(key, '[');
	for (s = data; s < end; s += strlen(s) + 1) {
		begin(NULL);
		exact = output_json(stdout, s, strlen(s)) && exact;
	}
	json_close(']');
	if (exact)
		return;
	snprintf(name, sizeof(name), "%s_b64", key);
	json_open(name, '[');
	for (s = data; s < end; s += strlen(s) + 1) {
		begin(NULL);
		if (output_is_exact(s, strlen(s)))
			fputs("\"\"", stdout);
		else
			output_base64(stdout, s, strlen(s));
	}
	json_close(']');
}
