/* SPDX-License-Identifier: ISC */
/*
 * The encoder: turns events into the bytes of a log, in memory.
 *
 * What it writes is described in procaudit-log(5). Bytes gather in the encoder
 * until the caller has done something with them:
 *
 *	procaudit_encode(encoder, event);
 *	data = procaudit_encoded(encoder, &size);
 *	n = write(fd, data, size);
 *	if (n >= 0)
 *		procaudit_encoder_written(encoder, n);
 *	else
 *		procaudit_encoder_lost(encoder);
 *
 * Functions that return int return 0 or -errno (-ENOMEM; the record is then
 * left out as a whole; -EINVAL for options that do not go together).
 */
#ifndef PROCAUDIT_ENCODE_H
#define PROCAUDIT_ENCODE_H

#include <procaudit/event.h>
#include <procaudit/reader.h>
#include <procaudit/redact.h>

#ifdef __cplusplus
extern "C" {
#endif

enum procaudit_format {
	PROCAUDIT_JSONL, /* one JSON object per line, lossless */
	PROCAUDIT_TEXT,	 /* for people: one line per exec and exit, no environment */
};

enum procaudit_env {
	PROCAUDIT_ENV_FULL, /* in every exec record */
	PROCAUDIT_ENV_ONCE, /* as `env` records that exec records name by id */
	PROCAUDIT_ENV_NONE,
};

/* Less than that a record may need that has nothing to be cut. */
#define PROCAUDIT_MIN_LINE 2048

struct procaudit_encode_options {
	enum procaudit_format format;
	enum procaudit_env env;
	size_t max_line; /* jsonl only: no line is longer, its end included; at least
			    PROCAUDIT_MIN_LINE. Longer records go on in part records. 0: any. */
	bool color;	 /* text only: ANSI colours */
	struct procaudit_redactor *redactor; /* NULL: everything is shown. Borrowed for as long as
						the encoder lives. */
};

/* What stands at the top of a log, and of each further part of one that is
 * written into several files. All pointers borrowed for the call. */
struct procaudit_header {
	const char *log_id;   /* 32 hex digits; see procaudit_log_id(). The same in all parts */
	unsigned part;	      /* 1 (or 0), 2, 3 … */
	const char *cwd;      /* NULL: the working directory, now */
	const char *mode;     /* "run" or "attach" */
	char *const *command; /* run: argv, ended by NULL; else NULL */
	char *const *pids;    /* attach: what was asked for, likewise; else NULL */
	pid_t tracer_pid;
	bool threads;	     /* thread events are recorded */
	bool proc;	     /* /proc can be read */
	bool response_files; /* what they hold is recorded */
	enum procaudit_failed failed;
	bool no_new_privs; /* the filter for failed execs makes the command run so */
};

/* What only the caller knows while it goes on. */
struct procaudit_stats {
	uint64_t living; /* processes that are followed */
};

/* What stands at the end. */
struct procaudit_trailer {
	int status;	 /* of the command, as from waitpid(2); valid if has_status */
	bool has_status; /* false: the command was still running, or never ran */
	bool complete;	 /* nothing is missing from the record */
};

struct procaudit_encoder;

int procaudit_encoder_new(
	struct procaudit_encoder **encoder, const struct procaudit_encode_options *options);
void procaudit_encoder_free(struct procaudit_encoder *encoder);

/* Fills id with 128 random bits as 32 hex digits. Returns 0 or -errno of
 * getrandom(2). */
int procaudit_log_id(char id[33]);

/* With a part above 1: what follows rests on nothing in front of it. */
int procaudit_encode_header(
	struct procaudit_encoder *encoder, const struct procaudit_header *header);
int procaudit_encode(struct procaudit_encoder *encoder, const struct procaudit_event *event);
/* How far the log has come. */
int procaudit_encode_stats(struct procaudit_encoder *encoder, const struct procaudit_stats *stats);
int procaudit_encode_trailer(
	struct procaudit_encoder *encoder, const struct procaudit_trailer *trailer);

/* The bytes that wait to be written, up to the end of a record; they begin
 * inside of one only if procaudit_encoder_written() was told so. Borrowed until
 * the next call; NULL if there are none. */
const char *procaudit_encoded(const struct procaudit_encoder *encoder, size_t *size);

/* The first size of these bytes are in the log: forgets them. */
void procaudit_encoder_written(struct procaudit_encoder *encoder, size_t size);

/* The bytes are not in the log and never will be: forgets them and takes back
 * the sequence numbers and counts of their records, with one that is in the log
 * in part. Returns the number of records lost; for a gap of
 * PROCAUDIT_GAP_WRITE_ERROR those that it stood for. */
uint64_t procaudit_encoder_lost(struct procaudit_encoder *encoder);

/* How many records of this kind the log holds (procaudit_encoded() included). */
uint64_t procaudit_encoder_count(
	const struct procaudit_encoder *encoder, enum procaudit_event_kind kind);

/*
 * A record, as a reader has yielded it, as a line of a log. Only what struct
 * procaudit_record knows is written: no key and no value that this version does not
 * know; of an event that it does not know, "unknown" and when it was. As in
 * getline(3), *line is what realloc(3) has yielded, of *room bytes, or NULL and 0; it
 * grows if it must. *size bytes of it are the line with its end, without a NUL byte.
 */
int procaudit_record_line(
	const struct procaudit_record *record, char **line, size_t *room, size_t *size);

#ifdef __cplusplus
}
#endif
#endif
