/* SPDX-License-Identifier: ISC */
/* As much of a log as has room on a page. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "model.h"

/* Programs for which there is room, for each process for which there is. */
#define SAMPLE_PROGRAMS_EACH 4

struct sample {
	unsigned processes; /* that were selected */
	unsigned programs;  /* of these: execs, those that failed, too */
	uint64_t lost;	    /* programs of theirs that were not selected */
};

/* Selects at most so many processes, and what they ran: those that failed before
 * others, the longest first, and whatever they came from. */
struct sample sample_take(const struct model *model, unsigned most);

#endif
