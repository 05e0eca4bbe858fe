/* SPDX-License-Identifier: ISC */
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static unsigned run, failed;

static bool print_result(bool condition)
{
	run++;
	if (!condition)
		failed++;
	printf("%sok %u - ", condition ? "" : "not ", run);
	return condition;
}

bool ok(bool condition, const char *name, ...)
{
	va_list args;

	print_result(condition);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	return condition;
}

void skip(const char *name, const char *reason)
{
	print_result(true);
	printf("%s # SKIP %s\n", name, reason);
}

void note(const char *format, ...)
{
	va_list args;

	fputs("# ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void note_bytes(const char *label, const char *data, size_t size)
{
	size_t i;

	printf("# %s: (%zu)", label, size);
	for (i = 0; i < size && i < 256; i++)
		printf(" %02x", (unsigned char)data[i]);
	puts(i < size ? " ..." : "");
}

bool ok_int(long long got, long long expected, const char *name)
{
	if (!ok(got == expected, "%s", name))
		note("got %lld, expected %lld", got, expected);
	return got == expected;
}

bool ok_str(const char *got, const char *expected, const char *name)
{
	bool same = got && strcmp(got, expected) == 0;

	if (!ok(same, "%s", name))
		note("got %s, expected %s", got ? got : "(null)", expected);
	return same;
}

bool ok_bytes(const char *got, size_t got_size, const char *expected, size_t expected_size,
	const char *name)
{
	bool same = got_size == expected_size &&
		    (got_size == 0 || memcmp(got, expected, got_size) == 0);

	if (!ok(same, "%s", name)) {
		note_bytes("got", got, got_size);
		note_bytes("expected", expected, expected_size);
	}
	return same;
}

int tap_end(void)
{
	printf("1..%u\n", run);
	return failed != 0;
}
