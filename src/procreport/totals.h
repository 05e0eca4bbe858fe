/* SPDX-License-Identifier: ISC */
/* What logs come to, taken together. */
#ifndef TOTALS_H
#define TOTALS_H

#include "group.h"
#include "model.h"

/* Columns of the chart. */
#define BUCKETS 60

struct totals {
	uint64_t processes, execs, failed, misses, bad, no_end;
	int64_t wall_us, cpu_us, misses_us;
	const struct process *largest; /* by memory; NULL: unknown */
	double cpu[BUCKETS];	       /* processors in use, on average in this part of the time */
	struct groups programs, commands;
};

/* totals is zeroed at first. */
void totals_sum_up(struct totals *totals, const struct model *model);
void totals_free(struct totals *totals);

#endif
