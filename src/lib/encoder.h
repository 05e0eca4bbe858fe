/* SPDX-License-Identifier: ISC */
/* What the encoders share. */
#ifndef ENCODER_H
#define ENCODER_H

#include "buf.h"
#include "envtable.h"

#include <procaudit/encode.h>

/* The public kinds, and the records that only an encoder writes. */
enum {
	RECORD_HEADER = PROCAUDIT_EVENT_KINDS,
	RECORD_ENV,
	RECORD_STATS,
	RECORD_TRAILER,
	RECORD_PART,
	RECORD_KINDS,
};

/* How far the log has come; kept twice so that lost records can be taken back. */
struct progress {
	uint64_t seq;		       /* the next record's number */
	uint64_t counts[RECORD_KINDS]; /* by kind */
};

/* A record in out. */
struct mark {
	size_t end;	  /* where it ends */
	uint64_t records; /* what is lost with it: itself, or those that a gap stands for */
	unsigned kind;	  /* for counts */
};

struct procaudit_encoder {
	struct procaudit_encode_options options;
	struct buf out;		 /* whole records; the first may be in the log in part */
	size_t taken;		 /* so much of out is in the log */
	size_t whole;		 /* so much of it as whole records; at most taken */
	struct buf marks;	 /* struct mark: the records of out */
	size_t passed;		 /* so many of them are in the log */
	uint64_t start;		 /* where in the log out begins */
	struct progress now;	 /* with out */
	struct progress written; /* as far as the log holds whole records */
	int64_t epoch_ns;	 /* CLOCK_BOOTTIME of the header: mono_us counts from here */
	int64_t last_ns;	 /* CLOCK_BOOTTIME of the record before */
	struct envtable envs;	 /* with PROCAUDIT_ENV_ONCE: those that the log holds */
	time_t second;		 /* the second that time is the text of; 0: none */
	char time[48];		 /* jsonl: UTC with nine digits; text: local time of day */
	size_t dot;		 /* jsonl: where in it the nine digits begin */
	struct buf cwd;		 /* text: the last directory shown */
};

/* Behind each record that was appended to out: counts it. */
void encoder_mark(struct procaudit_encoder *encoder, unsigned kind);
void encoder_mark_event(struct procaudit_encoder *encoder, const struct procaudit_event *event);

/* One record each, appended to out. */
void encode_jsonl_header(struct procaudit_encoder *encoder, const struct procaudit_header *header);
void encode_jsonl(struct procaudit_encoder *encoder, const struct procaudit_event *event);
void encode_jsonl_stats(struct procaudit_encoder *encoder, const struct procaudit_stats *stats);
void encode_jsonl_trailer(
	struct procaudit_encoder *encoder, const struct procaudit_trailer *trailer);

void encode_text_header(struct procaudit_encoder *encoder, const struct procaudit_header *header);
void encode_text(struct procaudit_encoder *encoder, const struct procaudit_event *event);
void encode_text_stats(struct procaudit_encoder *encoder, const struct procaudit_stats *stats);
void encode_text_trailer(
	struct procaudit_encoder *encoder, const struct procaudit_trailer *trailer);

#endif
