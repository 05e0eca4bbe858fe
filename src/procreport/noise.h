/* SPDX-License-Identifier: ISC */
/* Environments without what differs from one run of a build to the next. */
#ifndef NOISE_H
#define NOISE_H

#include "intern.h"
#include "normal.h"
#include "options.h"

#include <procaudit/reader.h>

/*
 * What is left of an environment, by name: an array of struct text *, its entries
 * without what differs, as one text. So each entry, and each environment, is kept
 * once.
 */
const struct text *noise_filter(const struct options *options, const struct normal *normal,
	const struct procaudit_strings *env);

/* How many entries such an environment has, and one of them. */
size_t noise_count(const struct text *env);
const struct text *noise_entry(const struct text *env, size_t index);

/* Compares the names of two entries, as strcmp() does. */
int noise_compare_names(const char *a, const char *b);

/* Whether a word of a command line, or of MAKEFLAGS, only tells how many jobs run at
 * once. */
bool noise_is_jobs(const char *word, size_t size);

#endif
