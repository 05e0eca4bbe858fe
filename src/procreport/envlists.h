/* SPDX-License-Identifier: ISC */
/* The environments of the execs that were selected, read again. */
#ifndef ENVLISTS_H
#define ENVLISTS_H

#include "lists.h"
#include "model.h"

struct envlists {
	struct env_entry *entries; /* by the places of their records */
	uint64_t lost;		   /* for which there was no room */
};

/* Reads the files, as model_read() did, and adds the environments to the lists. */
void envlists_read(struct envlists *envlists, struct lists *lists, const struct model *model,
	char *const *files);
void envlists_free(struct envlists *envlists);

/* The number of an exec's environment among the lists; -1: it is not known. */
int64_t envlists_of(const struct envlists *envlists, const struct exec *exec);

#endif
