/* SPDX-License-Identifier: ISC */
/* Names that are the same on all machines, and say nothing of one. */
#ifndef COMMON_H
#define COMMON_H

#include <stdbool.h>
#include <stddef.h>

/* Of an account, of any host to itself, or of a directory at the top; case does
 * not count. */
bool common_name(const char *data, size_t size);

/* A home that is nobody's own; without slashes at its end, or double ones. */
bool common_dir(const char *data, size_t size);

/* A machine to compile for, as HOST often holds, such as aarch64-linux-gnu. */
bool common_triple(const char *data, size_t size);

/* Of a network, in numbers. */
bool common_address(const char *data, size_t size);

/* Of ASCII alone, whatever the locale is. */
static inline char common_fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool common_digit(char c)
{
	return c >= '0' && c <= '9';
}

#endif
