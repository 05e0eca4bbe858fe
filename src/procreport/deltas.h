/* SPDX-License-Identifier: ISC */
/* What the environment of each exec has changed against that of the first one of its
 * log, found while the log is read: no environment but that one is kept. */
#ifndef DELTAS_H
#define DELTAS_H

#include "model.h"

#include <uthash.h>

struct delta_entry;

struct deltas {
	const struct text **list; /* by the number of the exec; NULL: unknown */
	unsigned cap;
	char log_id[33];	    /* of the current log; "": none yet */
	const struct text *first;   /* its environment; NULL: none yet */
	const struct text **firsts; /* by the number of the log */
	unsigned logs;
	struct text *last;	      /* the environment before, */
	const struct text *last_text; /* and what it changed */
	struct delta_entry *entries;  /* of env records */
};

/* A model_hook; context is the deltas. */
void deltas_record(void *context, const struct procaudit_record *record, struct exec *exec);

/* Entries one behind the other: "+NAME=VALUE" for what is another or new, "-NAME" for
 * what is gone, by name; NULL: unknown. */
const struct text *deltas_of(const struct deltas *deltas, const struct exec *exec);

/* The first environment of a log; NULL: none. */
const struct text *deltas_first(const struct deltas *deltas, const struct model_log *log);

void deltas_free(struct deltas *deltas);

#endif
