/* SPDX-License-Identifier: ISC */
/* The part of the process tree that is asked for: --depth, --failed, --from, --match,
 * and siblings that are alike once. */
#ifndef PRUNE_H
#define PRUNE_H

#include "fold.h"
#include "model.h"
#include "options.h"

#include <regex.h>

struct prune {
	const struct options *options;
	const struct model *model;
	struct process *top; /* NULL: all */
	struct fold *folds;  /* NULL: nothing is folded */
	regex_t regex;	     /* valid if options->match is given */
};

/* Does not return if an option's argument is wrong. */
void prune_compile(struct prune *prune, const struct options *options);

/* Finds what is to be seen in the logs; does not return if --from is not there. */
void prune_resolve(struct prune *prune, const struct model *model);

void prune_free(struct prune *prune);

/* Visits each process that is to be seen, above those that came from it; depth is 0
 * for the first ones. */
typedef void prune_visit(void *context, const struct process *process, unsigned depth);
void prune_walk(const struct prune *prune, prune_visit *visit, void *context);

/* How many are alike with a process, itself included, and their time together; -1 if
 * it has no end. */
uint32_t prune_count(const struct prune *prune, const struct process *process);
int64_t prune_wall(const struct prune *prune, const struct process *process);

#endif
