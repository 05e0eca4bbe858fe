/* SPDX-License-Identifier: ISC */
/* Encoder and sink together: the log, and what was lost of it. */
#ifndef RECORDER_H
#define RECORDER_H

#include "options.h"
#include "sink.h"

#include <procaudit/encode.h>

struct recorder {
	struct procaudit_encoder *encoder; /* owned */
	struct sink sink;
	uint64_t lost;	   /* records that no gap record tells of yet */
	int error;	   /* the errno behind them; valid if lost is not 0 */
	uint64_t executed; /* programs that ran */
	bool complete;	   /* what the trailer says */
	bool incomplete;   /* something is missing from the log */
	bool said;	   /* a write error has been said */
};

/* Opens the log and writes its header. Prints one line and returns false on
 * failure. */
bool recorder_open(struct recorder *recorder, const struct options *options);

void recorder_add(struct recorder *recorder, const struct procaudit_event *event);

/* Whether records wait for recorder_flush(). */
bool recorder_pending(const struct recorder *recorder);

/* Writes what waits, in one piece. An error is said once. */
void recorder_flush(struct recorder *recorder);

/* Writes the trailer and closes the log. */
void recorder_close(struct recorder *recorder, struct procaudit_trailer *trailer);

void recorder_free(struct recorder *recorder);

#endif
