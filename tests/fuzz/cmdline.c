/* SPDX-License-Identifier: ISC */
#include "cmdline.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

void words_split(struct words *words, char *name, const uint8_t *data, size_t size)
{
	char *at, *end;

	words->text = malloc(size + 1);
	require(words->text);
	memcpy(words->text, data, size);
	words->text[size] = '\0';
	words->size = size;
	words->argc = 1;
	words->argv[0] = name;
	end = words->text + size;
	for (at = words->text; at < end && words->argc <= WORDS_MOST; at += strlen(at) + 1)
		words->argv[words->argc++] = at;
	words->argv[words->argc] = NULL;
}

void words_free(struct words *words)
{
	free(words->text);
}
