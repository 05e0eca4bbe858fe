/* SPDX-License-Identifier: ISC */
/* The processes of a log that live while it is read, as tracks of a trace. */
#ifndef TRACK_H
#define TRACK_H

#include "bytes.h"

#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

struct track {
	int64_t proc;
	uint32_t tid; /* its number in the trace */
	size_t peak;  /* its place among the peaks */
	char *name;   /* what it runs; NULL: nobody knows */
	/* Of the slice that has begun: */
	int64_t since_us;     /* since the log began */
	const char *category; /* borrowed, for ever */
	struct bytes facts;   /* JSON values */
	UT_hash_handle hh;
};

/* Memory is needed for those that live, however many there are in all. Whoever has
 * a track from here may keep it until track_end(). */
struct tracks {
	struct track *living; /* in the order of their first records */
	uint32_t base;	      /* tids of this log are above */
	uint32_t highest;     /* tid so far, of all logs */
	uint32_t odd;	      /* given to processes whose numbers are too large */
};

/* Forgets all; tids of what comes next are of a new log. */
void tracks_begin(struct tracks *tracks);

/* NULL if it does not live. */
struct track *track_find(const struct tracks *tracks, int64_t proc);

/* A new one. Does not return without memory. */
struct track *track_new(struct tracks *tracks, int64_t proc);

/* Copies the name. */
void track_rename(struct track *track, const char *name);

void track_end(struct tracks *tracks, struct track *track);

#endif
