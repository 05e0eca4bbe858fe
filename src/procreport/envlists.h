/* SPDX-License-Identifier: ISC */
/* The environments of a log as lists, collected while it is read first. */
#ifndef ENVLISTS_H
#define ENVLISTS_H

#include "lists.h"
#include "model.h"
#include "sample.h"

struct envlists {
	struct lists *lists; /* borrowed */
	const struct model *model;
	unsigned most;		   /* of so many processes all may be selected */
	bool too_many;		   /* there are more: nothing is collected */
	struct env_entry *entries; /* by the places of their records */
	int64_t last;		   /* the list that was added last, or -1 */
	uint64_t lost;		   /* for which there was no room */
};

/* To be collected from a model that is about to be read. */
void envlists_init(
	struct envlists *envlists, struct lists *lists, const struct model *model, unsigned most);
void envlists_free(struct envlists *envlists);

/* The hook by which the model is read; context is the envlists. */
void envlists_collect(void *context, const struct procaudit_record *record, struct exec *exec);

/* When a sample has been taken: if that is not all, the environments of the execs that
 * were selected are read from the files again, and the lists are those alone. */
void envlists_select(struct envlists *envlists, const struct sample *sample, char *const *files);

/* The number of an exec's environment among the lists; -1: it is not known. */
int64_t envlists_of(const struct envlists *envlists, const struct exec *exec);

#endif
