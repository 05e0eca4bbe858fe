/* SPDX-License-Identifier: ISC */
/* A command line out of an input: words that NUL bytes end. */
#ifndef CMDLINE_H
#define CMDLINE_H

#include <stddef.h>
#include <stdint.h>

/* There are not more. */
#define WORDS_MOST 64

struct words {
	char *text;  /* all of them */
	size_t size; /* bytes of it, without the last NUL */
	int argc;
	char *argv[WORDS_MOST + 2]; /* the first is the program's name; ended by NULL */
};

void words_split(struct words *words, char *name, const uint8_t *data, size_t size);
void words_free(struct words *words);

#endif
