/* SPDX-License-Identifier: ISC */
/* The part of the log that is being written, and how the next one begins. */
#ifndef PART_H
#define PART_H

#include "compress.h"
#include "options.h"
#include "parts.h"
#include "sink.h"

#include <procaudit/encode.h>

struct part {
	struct procaudit_header header; /* .part: its number in the log */
	char log_id[33];
	char *cwd;	    /* owned; of the header. NULL: unknown */
	struct parts files; /* .dir is -1 if the log is not a file of our own */
	struct compressor compressor;
	struct sink *sink; /* borrowed; where it is written */
	bool is_jsonl;	   /* not text */
	unsigned keep;	   /* so many finished parts; 0: all */
	uint64_t limit;	   /* it is finished at so many bytes; 0: never */
	uint64_t next;	   /* limit, or more if the next one could not be begun */
	uint64_t bytes;	   /* in its file */
	bool sync;	   /* it is on the disk before it has the name */
	bool reopen;	   /* the file is to be opened by its name again */
	bool is_last;	   /* it has the trailer */
};

/*
 * Begins the first part: its header is in the file then. The sink is open on the
 * log, and the encoder new; mode and the like are those of header, which is
 * copied. Returns 0 or -errno.
 */
int part_open(struct part *part, struct sink *sink, struct procaudit_encoder *encoder,
	const struct procaudit_header *header, const struct options *options);

/* The log has ended: does what is left to do with finished parts. Returns 0, or
 * -errno of what could not be compressed. */
int part_finish(struct part *part);

void part_close(struct part *part);

/* Whether the next part is to be begun when so many bytes more have been written. */
bool part_is_due(const struct part *part, size_t more);

/*
 * Begins the next part, its header in it, and lets the sink write there. The
 * encoder must hold nothing. Returns 0; or -errno, and the old part goes on.
 * *late is 0, or -errno of what could not be written into the old part, as some
 * file systems tell at last.
 */
int part_turn(struct part *part, struct procaudit_encoder *encoder, int *late);

/* That failed: it is not tried again for a while. */
void part_postpone(struct part *part);

#endif
