/* SPDX-License-Identifier: ISC */
/* What each record of a log must be after those before it. */
#ifndef RULES_H
#define RULES_H

#include "roster.h"
#include "verify.h"

struct verify {
	verify_found *found;
	verify_log_end *log_end;
	void *context;
	bool no_memory;

	const struct procaudit_record *record; /* the current one */
	struct procaudit_place place;	       /* of the current record, or the last */
	bool damaged;			       /* a line was, since the last record */
	struct {
		bool is; /* the record before has not all its parts, and is not told yet */
		struct procaudit_place place;
		char text[160];
	} torn;

	/* The current log. */
	bool in_log, has_trailer;
	bool partial;	  /* something is missing: it has a gap, or no beginning */
	bool headless;	  /* it has no beginning */
	bool attaches;	  /* to what ran already, in place of a command */
	int64_t let_go;	  /* detach records that were asked for */
	int64_t max_line; /* no line has more bytes; -1: any */
	bool with_threads, env_full, env_once, env_none, failed_none, failed_brief;
	char log_id[33];
	struct verify_log log;
	int64_t part, seq, counts[PROCAUDIT_RECORD_KINDS];
	struct roster roster;
	uint64_t living;
	struct {
		bool is; /* the command has ended */
		int64_t exit_code, core_dumped;
		char signal[32];
	} end;
};

/* Says what is found at v->place. */
__attribute__((format(printf, 3, 4))) void rules_report(
	struct verify *v, enum finding finding, const char *format, ...);

#define damaged(v, ...) rules_report(v, FINDING_DAMAGED, __VA_ARGS__)

/* What a gap explains. */
#define suspect(v, ...)                                                                            \
	do {                                                                                       \
		if (!(v)->partial)                                                                 \
			damaged(v, __VA_ARGS__);                                                   \
	} while (0)

/* Looks at v->record. */
void rules_apply(struct verify *v);

#endif
