/* SPDX-License-Identifier: ISC */
#include "tap.h"
#include "twin.h"

#include <string.h>

#define FFFD "\xef\xbf\xbd"

static const struct {
	const char *what, *twin, *shown, *bytes; /* bytes: NULL if it is no twin */
} cases[] = {
	{"one byte", "/w==", FFFD, "\xff"},
	{"two bytes", "//8=", FFFD FFFD, "\xff\xff"},
	{"three bytes", "////", FFFD FFFD FFFD, "\xff\xff\xff"},
	{"text around it", "Yf9i", "a" FFFD "b",
		"a\xff"
		"b"},
	{"one U+FFFD for a sequence that is cut", "4oKC4oI=", "\xe2\x82\x82" FFFD,
		"\xe2\x82\x82\xe2\x82"},
	{"nothing", "", "", NULL},
	{"bytes that are UTF-8", "YQ==", "a", NULL},
	{"another text", "Yf9i", "a" FFFD "c", NULL},
	{"a text that goes on", "Yf9i", "a" FFFD "bc", NULL},
	{"a text that ends", "Yf9i", "a" FFFD, NULL},
	{"a NUL byte", "AP8=", FFFD, NULL},
	{"three digits", "/w=", FFFD, NULL},
	{"no padding", "/w", FFFD, NULL},
	{"padding alone", "====", "", NULL},
	{"three of padding", "/===", FFFD, NULL},
	{"padding in the middle", "/w==/w==", FFFD FFFD, NULL},
	{"bits that stand for nothing", "/x==", FFFD, NULL},
	{"the same in two bytes", "//9=", FFFD FFFD, NULL},
	{"a character of another alphabet", "_w==", FFFD, NULL},
	{"a blank", "/w= ", FFFD, NULL},
};

int main(void)
{
	char out[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long n = twin_decode(out, cases[i].twin, strlen(cases[i].twin), cases[i].shown,
			strlen(cases[i].shown));

		if (cases[i].bytes)
			ok_bytes(out, n < 0 ? 0 : (size_t)n, cases[i].bytes, strlen(cases[i].bytes),
				cases[i].what);
		else
			ok_int(n, -1, cases[i].what);
	}
	return tap_end();
}
