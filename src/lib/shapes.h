/* SPDX-License-Identifier: ISC */
/*
 * Secrets that nobody knows, by the shape of what stands around them:
 *
 *	--password=VALUE  --token VALUE  NAME=VALUE  "name": "VALUE"
 *	Authorization: VALUE  scheme://user:VALUE@host
 *
 * as words of their own, and in the middle of a string, as a shell's.
 */
#ifndef SHAPES_H
#define SHAPES_H

#include "mask.h"
#include "names.h"

/* What one argument says of the next. Zeroed before the first. */
struct shapes {
	bool value;  /* it is the value of the option that stands alone before it */
	bool script; /* behind -c: for a shell to read */
	bool header; /* behind -H: a header of HTTP */
};

/* Adds a span for each secret in a word of size bytes at data + start. */
void shapes_find(struct shapes *shapes, struct names *names, const char *data, size_t start,
	size_t size, struct spans *spans);

#endif
