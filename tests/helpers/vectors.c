/* SPDX-License-Identifier: ISC */
/*
 * Becomes PROGRAM with an argument vector and an environment that are hard to
 * record. Both hold the same strings where nothing else is said.
 *
 *	vectors bytes PROGRAM		every byte, alone and amid others
 *	vectors invalid PROGRAM		all that UTF-8 forbids, at every place of a string
 *	vectors unicode PROGRAM		what is valid and may be taken for something else
 *	vectors empty PROGRAM		empty strings, duplicates, names without values
 *	vectors none PROGRAM		NULL and NULL
 *	vectors long:BYTES PROGRAM	one string of BYTES bytes
 *	vectors total:BYTES PROGRAM	strings that take BYTES bytes together; no environment
 *	vectors many:N PROGRAM		N arguments; no environment
 *	vectors random:SEED PROGRAM	whatever comes
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct vector {
	char **strings; /* ended by NULL */
	size_t count;
};

static void add(struct vector *vector, const void *data, size_t size)
{
	char *copy = malloc(size + 1);

	vector->strings = realloc(vector->strings, (vector->count + 2) * sizeof(char *));
	if (!copy || !vector->strings)
		err(1, "malloc");
	memcpy(copy, data, size);
	copy[size] = '\0';
	vector->strings[vector->count++] = copy;
	vector->strings[vector->count] = NULL;
}

static void add_string(struct vector *vector, const char *string)
{
	add(vector, string, strlen(string));
}

/* The string alone, and at the beginning, in the midst and at the end of another. */
static void add_places(struct vector *vector, const char *string)
{
	static const char *const formats[] = {
		"%s", "%sb", "a%sb", "a%s", "\xc3\xa4%s\xc3\xa4", "%1$s%1$s", "01234567%s01234567"};
	char place[64];
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(place, sizeof(place), formats[i], string);
		add_string(vector, place);
	}
}

static void fill_bytes(struct vector *vector, unsigned long unused)
{
	char all[256];
	unsigned byte;

	(void)unused;
	for (byte = 1; byte < 256; byte++) {
		char string[2] = {(char)byte, '\0'};

		all[byte - 1] = (char)byte;
		add_places(vector, string);
	}
	add(vector, all, 255);
}

static void fill_invalid(struct vector *vector, unsigned long unused)
{
	/* Continuation bytes alone; truncated; overlong; surrogates; above
	 * U+10FFFF; five and six bytes; never valid; a good start gone wrong. */
	static const char *const strings[] = {"\x80", "\xbf", "\x80\x80", "\xbf\xbf\xbf", "\xc3",
		"\xe2", "\xe2\x82", "\xf0", "\xf0\x9f", "\xf0\x9f\x98", "\xc0\x80", "\xc0\xaf",
		"\xc1\xbf", "\xe0\x80\x80", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbf\xbf",
		"\xed\xa0\xbd\xed\xb8\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf7\xbf\xbf\xbf", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe",
		"\xff", "\xfe\xff", "\xff\xfe", "\xe2\x82\xe2\x82\xac", "\xf0\x9f\x98\xf0",
		"\xf0\x9f\xc3\xa4", "\xc3\xc3\xa4", "\xe2\xc3\xa4\x80", "\xed\xa0", "\xf4\x90",
		"\xe0\x80", "\xf0\x80", "\xc2\x80\x80"};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		add_places(vector, strings[i]);
}

static void fill_unicode(struct vector *vector, unsigned long unused)
{
	/* Byte order mark, line and paragraph separators, replacement character,
	 * non-characters, the borders of each length, C1 controls, direction
	 * override, combining, emoji, what JSON and shells escape. */
	static const char *const strings[] = {"\xef\xbb\xbf", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xef\xbf\xbd", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xc2\x80", "\xc2\x85", "\xc2\x9b",
		"\xc2\x9f", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xe2\x80\xae", "a\xcc\x88",
		"\xf0\x9f\x98\x80", "\x1b[31m", "\x7f", "\\", "\"", "\\\"", "\\u0000", "\\n",
		"\r\n", "\t", "\b\f", "</script>", "$(x)`x`", "'", "!!", "{a,b}", "~", "=x", "*",
		"#", "-", "--", "null", "\\ud800"};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		add_places(vector, strings[i]);
}

static void fill_empty(struct vector *vector, unsigned long unused)
{
	static const char *const strings[] = {"", "", "A=1", "A=1", "A=2", "=", "=X=1", "==", "A",
		"A", "A=", " ", "", "last=", ""};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		add_string(vector, strings[i]);
}

/* All bytes but NUL, again and again. */
static void fill_long(struct vector *vector, unsigned long bytes)
{
	char *string = malloc(bytes);
	unsigned long i;

	if (!string)
		err(1, "malloc");
	for (i = 0; i < bytes; i++)
		string[i] = (char)(i % 255 + 1);
	add(vector, string, bytes);
	free(string);
}

/* Each at most as long as the kernel takes it (MAX_ARG_STRLEN). */
static void fill_total(struct vector *vector, unsigned long bytes)
{
	const unsigned long max = 32 * 4096;

	for (; bytes > max; bytes -= max)
		fill_long(vector, max - 1);
	if (bytes)
		fill_long(vector, bytes - 1);
}

static void fill_many(struct vector *vector, unsigned long n)
{
	char string[24];
	unsigned long i;

	for (i = 0; i < n; i++) {
		snprintf(string, sizeof(string), "%lu", i);
		add_string(vector, string);
	}
}

/* xorshift64 (Marsaglia, 2003). */
static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Strings of bytes that often make UTF-8, and often nearly do. */
static void fill_random(struct vector *vector, unsigned long seed)
{
	static const unsigned char likely[] = "aZ0=\"\\\n\x1b\x7f\x80\x9f\xbf\xc2\xc3\xe0\xe2\xed"
					      "\xef\xf0\xf4\xff\xa0\x90";
	uint64_t state = seed * 2 + 1;
	size_t count = next(&state) % 200;
	char string[1000];

	while (count--) {
		size_t size = next(&state) % (next(&state) % 50 ? 20 : sizeof(string)), i;

		for (i = 0; i < size; i++) {
			uint64_t dice = next(&state);

			string[i] = (char)(dice % 3 ? likely[dice / 3 % (sizeof(likely) - 1)]
						    : dice / 3 % 255 + 1);
		}
		add(vector, string, size);
	}
}

static const struct {
	const char *name;
	void (*fill)(struct vector *vector, unsigned long number);
	int has_env;
} cases[] = {
	{"bytes", fill_bytes, 1},
	{"invalid", fill_invalid, 1},
	{"unicode", fill_unicode, 1},
	{"empty", fill_empty, 1},
	{"none", NULL, 0},
	{"long", fill_long, 1},
	{"total", fill_total, 0},
	{"many", fill_many, 0},
	{"random", fill_random, 1},
};

int main(int argc, char **argv)
{
	struct vector args = {0}, env = {0};
	size_t length, i;
	unsigned long number;

	if (argc != 3)
		errx(1, "usage: vectors CASE[:NUMBER] PROGRAM");
	length = strcspn(argv[1], ":");
	number = argv[1][length] ? strtoul(argv[1] + length + 1, NULL, 10) : 0;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strncmp(cases[i].name, argv[1], length) != 0 || cases[i].name[length])
			continue;
		if (cases[i].fill)
			cases[i].fill(&args, number);
		if (cases[i].has_env)
			cases[i].fill(&env, number);
		execve(argv[2], args.strings, env.strings);
		err(1, "%s", argv[2]);
	}
	errx(1, "no case %s", argv[1]);
}
