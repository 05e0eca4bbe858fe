/* SPDX-License-Identifier: ISC */
/* Which execs are asked for. */
#ifndef FILTER_H
#define FILTER_H

#include "model.h"
#include "options.h"

#include <regex.h>

struct filter {
	const struct options *options;
	regex_t regex; /* valid if options->match is given */
	bool since_relative, until_relative;
	int64_t since_ns, until_ns; /* since 1970, or since a log's beginning */
};

/* Does not return if an option's argument is wrong. */
void filter_compile(struct filter *filter, const struct options *options);

/* Finds what options name in the logs; does not return if it is not there. */
void filter_resolve(struct filter *filter, const struct model *model);

void filter_free(struct filter *filter);

bool filter_passes(const struct filter *filter, const struct exec *exec);

/* Whether the command, its words joined by blanks, matches. */
bool filter_matches(const regex_t *regex, const struct exec *exec);

/* Compiles --match. Does not return if it is wrong. */
void filter_compile_regex(regex_t *regex, const char *pattern);

#endif
