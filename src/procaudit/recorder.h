/* SPDX-License-Identifier: ISC */
/* Encoder and sink together: the log, and what was lost of it. */
#ifndef RECORDER_H
#define RECORDER_H

#include "options.h"
#include "part.h"
#include "sink.h"

#include <procaudit/encode.h>

struct recorder {
	struct procaudit_encoder *encoder; /* owned */
	struct sink sink;
	struct procaudit_redactor *redactor; /* owned; NULL: nothing is masked */
	struct part part;
	enum sync sync;
	bool unsynced;		    /* since the last sync there have been records */
	int64_t sync_at;	    /* when that is due, CLOCK_BOOTTIME; valid if unsynced */
	pid_t pid;		    /* of procaudit, for those who are to send it a signal */
	enum on_log_error on_error; /* CONTINUE also when the others were given up */
	uint64_t bytes;		    /* in the log, all parts together */
	bool blocked;		    /* the reader has to read before more can be written */
	int failing;		    /* -errno: what waits cannot be written, but perhaps soon */
	uint64_t lost;		    /* records that no gap record tells of yet */
	int error;		    /* the errno behind them; valid if lost is not 0 */
	uint64_t executed;	    /* programs that ran */
	bool complete;		    /* what the trailer says */
	bool incomplete;	    /* something is missing from the log */
	bool lossy;		    /* since records of it were lost */
	bool reads_responses;	    /* of whoever is traced */
	bool attached;		    /* there is no command: it has all run before */
	bool said;		    /* that records are lost has been said */
	bool said_cut;		    /* that some are not whole */
	bool said_gap;		    /* that the tracer has missed something, once */
	bool said_part;		    /* that a part could not be begun */
};

/* Opens the log and writes its header. Prints one line and returns false on
 * failure. */
bool recorder_open(struct recorder *recorder, const struct options *options);

void recorder_add(struct recorder *recorder, const struct procaudit_event *event);

/* What recording takes of rights.h, now that the log is open. */
unsigned recorder_needs(const struct recorder *recorder);

/* Whether records wait for recorder_flush(). */
bool recorder_pending(const struct recorder *recorder);

/* Writes what waits, as far as it can be written now. */
void recorder_flush(struct recorder *recorder);

/* The log's name may stand for another file now: goes on in that one. */
void recorder_reopen(struct recorder *recorder);

/* Adds a record of how far the log has come; and then that is on the disk. */
void recorder_add_stats(struct recorder *recorder, size_t living);

/* When recorder_flush() is to be called at the latest, CLOCK_BOOTTIME in
 * nanoseconds; INT64_MAX: no matter when. */
int64_t recorder_due(const struct recorder *recorder);

/* Whether nothing may happen that would have to be recorded, before what waits
 * has been written: see hold(). */
bool recorder_is_held(const struct recorder *recorder);

/* From now on the log is not waited for: records may be lost. */
void recorder_give_up(struct recorder *recorder);

/* Adds the trailer. */
void recorder_end(struct recorder *recorder, struct procaudit_trailer *trailer);

/* Closes the log. What still waits is lost. */
void recorder_close(struct recorder *recorder);

void recorder_free(struct recorder *recorder);

#endif
