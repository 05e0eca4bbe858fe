/* SPDX-License-Identifier: ISC */
/* The processes of a log that live while it is read, as spans of OpenTelemetry. */
#ifndef SPAN_H
#define SPAN_H

#include "bytes.h"
#include "tracecontext.h"

#include <stdint.h>

#include <uthash.h>

/* A process, from its first record to its last: its exit code and its pid belong to
 * it, whatever it has run in between. Text is JSON that is finished but for the
 * commas around it. */
struct span {
	int64_t proc;
	int64_t parent;		 /* proc of its creator; below 1: nobody known */
	int64_t pid, ppid, vpid; /* below 0: unknown */
	int64_t begin_us;	 /* since 1970, as all times here */
	bool forked;		 /* it runs what its creator ran */
	bool runs;		 /* it has run a program, or did when it was attached to */
	int64_t program_us;	 /* from then on, if it does */
	char *exe;		 /* owned; NULL: unknown */
	struct bytes program;	 /* attributes of what it runs */
	struct bytes events;
	unsigned event_count, events_dropped;
	UT_hash_handle hh;
};

/* How it ended. */
struct span_end {
	int64_t us;
	const struct procaudit_record *record; /* its exit; NULL: it has none */
	const char *how;		       /* then; else NULL */
};

struct spans {
	struct span *living; /* in the order of their first records */
	char log_id[33];     /* span ids are made from it */
	struct tracecontext context;
};

/* NULL if it does not live. */
struct span *span_find(const struct spans *spans, int64_t proc);

/* A new one. Does not return without memory. */
struct span *span_new(struct spans *spans, int64_t proc, int64_t us);

void span_set_exe(struct span *span, const char *exe);

/* The last component of the name of what it runs; NULL: unknown. */
const char *span_name(const struct span *span);

/* An event, with attributes as in struct span. Those that take too much room are
 * dropped, and counted. */
void span_event(struct span *span, const char *name, int64_t us, const struct bytes *attributes);

/* As a JSON object, behind what is there. */
void span_write(struct bytes *out, const struct spans *spans, const struct span *span,
	const struct span_end *end);

void span_free(struct spans *spans, struct span *span);

#endif
