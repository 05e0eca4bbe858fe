/* SPDX-License-Identifier: ISC */
/* What a log must be, record by record: see procaudit-log(5). */
#ifndef VERIFY_H
#define VERIFY_H

#include <procaudit/reader.h>

/* What is found. A log is complete if nothing is. */
enum finding {
	FINDING_INCOMPLETE, /* the recorder itself says that something is missing */
	FINDING_UNKNOWN,    /* keys, events or values that this version does not know */
	FINDING_TRUNCATED,  /* the log has no end, or no beginning */
	FINDING_DAMAGED,    /* this is not what a recorder writes */
	FINDINGS
};

struct verify;

/* Called for each finding; text is one line, printable. */
typedef void verify_found(
	void *context, enum finding finding, const struct procaudit_place *place, const char *text);

/* Called at the end of each log. */
struct verify_log {
	const char *file;  /* where it begins */
	uint64_t findings; /* in it */
	uint64_t records, bytes;
	uint64_t processes, execs; /* of execs those that succeeded */
	int64_t mono_us;	   /* of the last record */
};
typedef void verify_log_end(void *context, const struct verify_log *log);

/* NULL without memory, and so the others say false. */
struct verify *verify_new(verify_found *found, verify_log_end *log_end, void *context);
bool verify_record(struct verify *verify, const struct procaudit_record *record);
void verify_problem(struct verify *verify, int error, const struct procaudit_problem *problem);
void verify_end(struct verify *verify);
void verify_free(struct verify *verify);

#endif
