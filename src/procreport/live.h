/* SPDX-License-Identifier: ISC */
/* What a live log tells, line by line, in the recorder's text format: the processes
 * that live, which of them are asked for, and what has not come. */
#ifndef LIVE_H
#define LIVE_H

#include "filter.h"
#include "lines.h"

#include <procaudit/encode.h>

struct alive;

struct live {
	const struct options *options;
	struct options plain; /* without --failed, which is known at the end only */
	struct filter filter;
	struct procaudit_encoder *encoder;
	struct lines lines;
	struct alive *alive; /* by their number */

	/* The current log. */
	char log_id[33]; /* "": none has begun */
	int64_t part, seq;
	bool skipped;  /* a line was, since the last record */
	bool ended;    /* it has its trailer */
	bool complete; /* that says so; valid if ended */
};

/* Does not return if options are wrong, or without memory. */
void live_open(struct live *live, const struct options *options);
void live_close(struct live *live);

/* How many parts of the log are missing in front of this header. */
int64_t live_missing_parts(const struct live *live, const struct procaudit_record *header);

/* Takes the next record. How many are missing in front of it; 0 if a line was skipped
 * there, since that has been told. */
uint64_t live_add(struct live *live, const struct procaudit_record *record);

/* What was there has been read: from now on lines are printed as they come. */
void live_begin(struct live *live);

#endif
