/* SPDX-License-Identifier: ISC */
/* What is printed: nothing of a log reaches a terminal as it stands there. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "options.h"

#include <procaudit/reader.h>

#include <stdio.h>

/* Quoted for a shell. */
void output_quoted(FILE *out, const char *data, size_t size);

/* "FILE:LINE", the file's name quoted; "FILE" of a whole file. */
void output_place(FILE *out, const struct procaudit_place *place);

/* A JSON string; of what is not UTF-8 as U+FFFD. */
void output_json(FILE *out, const char *data, size_t size);

/* Whether standard output gets colours. */
bool output_has_color(const struct options *options);

/* Ends: STATUS_FAILED with a word if standard output did not take everything,
 * else status. */
int output_end(int status);

#endif
