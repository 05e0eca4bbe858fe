/* SPDX-License-Identifier: ISC */
/* Environments without what differs from one run of a build to the next. */
#ifndef NOISE_H
#define NOISE_H

#include "intern.h"
#include "normal.h"
#include "options.h"

#include <procaudit/reader.h>

/*
 * The entries of an environment that matter, as they are: an array of struct text * as
 * one text. So each entry, and each environment, is kept once.
 */
const struct text *noise_keep(const struct options *options, const struct procaudit_strings *env);

/* The same of those entries without what differs, by name. */
const struct text *noise_filter(
	const struct options *options, const struct normal *normal, const struct text *kept);

/* How many entries such an environment has, and one of them. */
size_t noise_count(const struct text *env);
const struct text *noise_entry(const struct text *env, size_t index);

/* Compares the names of two entries, as strcmp() does. */
int noise_compare_names(const char *a, const char *b);

/* Whether a word of a command line, or of MAKEFLAGS, only tells how many jobs run at
 * once. */
bool noise_is_jobs(const char *word, size_t size);

#endif
