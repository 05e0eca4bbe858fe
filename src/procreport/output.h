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

/* Quoted only where it must be: because of characters that a terminal must not see.
 * Borrowed until the next call of any of these. */
const char *output_shown(const char *data, size_t size, size_t *shown_size);

/* A JSON string; false if it is not exact, since U+FFFD stands for bytes that are
 * not UTF-8. */
bool output_json(FILE *out, const char *data, size_t size);
bool output_is_exact(const char *data, size_t size);

/* A JSON string in base64. */
void output_base64(FILE *out, const char *data, size_t size);

/* How many columns standard output has; 0: no limit, it is no terminal. */
unsigned output_columns(void);

/* How many columns text, which is printable UTF-8, takes. */
unsigned output_width(const char *text, size_t size);

/* Prints text, which is printable UTF-8, in at most so many columns, and ends it
 * by an ellipsis if that is not all; 0: all of it. */
void output_cut(const char *text, size_t size, unsigned columns);

/* Likewise with an ellipsis in front, and the end of the text. */
void output_cut_front(const char *text, size_t size, unsigned columns);

/* Seconds with three digits, right-aligned in a width; a dash for -1. */
void output_seconds(int64_t us, int width);

/* A point in time: "2026-11-21 13:31:06.123", in the user's zone or UTC. */
void output_time(int64_t ns, bool utc);

/* As logs have it: "2026-11-21T13:31:06.123456789Z". */
#define OUTPUT_TIME_SIZE 64
void output_log_time(char text[OUTPUT_TIME_SIZE], const struct timespec *time);

/* Whether standard output gets colours. */
bool output_has_color(const struct options *options);

/* Ends: STATUS_FAILED with a word if standard output did not take everything,
 * else status. */
int output_end(int status);

#endif
