/* SPDX-License-Identifier: ISC */
/* Process ids within strings, as $$ puts them there. */
#ifndef PIDS_H
#define PIDS_H

#include "bytes.h"
#include "model.h"

#define PIDS_NAME "%pid%"

struct pid {
	int64_t pid;
	const struct process *process; /* NULL: procaudit */
};

struct pids {
	struct pid *list; /* by pid */
	size_t count;
};

void pids_begin(struct pids *pids, const struct model *model);
void pids_free(struct pids *pids);

/* Adds the bytes with PIDS_NAME for the ids of the process that runs exec, of those above
 * it, and of their children. */
void pids_leave_out(const struct pids *pids, const struct exec *exec, struct bytes *out,
	const char *data, size_t size);

#endif
