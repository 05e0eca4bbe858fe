/* SPDX-License-Identifier: ISC */
#include "track.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

void tracks_begin(struct tracks *tracks)
{
	struct track *track, *next;

	HASH_ITER (hh, tracks->living, track, next)
		track_end(tracks, track);
	tracks->base = tracks->highest;
}

struct track *track_find(const struct tracks *tracks, int64_t proc)
{
	struct track *track;

	HASH_FIND(hh, tracks->living, &proc, sizeof(proc), track);
	return track;
}

/* Perfetto knows threads by their tids alone, in 32 bits: those of two logs differ.
 * What no recorder would number so gets one from the other end. */
static uint32_t tid_of(struct tracks *tracks, int64_t proc)
{
	if (proc > INT32_MAX - (int64_t)tracks->base)
		return UINT32_MAX - tracks->odd++;
	if (tracks->base + (uint32_t)proc > tracks->highest)
		tracks->highest = tracks->base + (uint32_t)proc;
	return tracks->base + (uint32_t)proc;
}

struct track *track_new(struct tracks *tracks, int64_t proc)
{
	struct track *track =
		allocated(calloc(1, sizeof(*track)), "cannot follow the processes of the log");

	track->proc = proc;
	track->tid = tid_of(tracks, proc);
	HASH_ADD(hh, tracks->living, proc, sizeof(proc), track);
	return track;
}

void track_rename(struct track *track, const char *name)
{
	char *copy = allocated(strdup(name), "cannot follow the processes of the log");

	free(track->name);
	track->name = copy;
}

void track_end(struct tracks *tracks, struct track *track)
{
	HASH_DEL(tracks->living, track);
	free(track->name);
	bytes_free(&track->facts);
	free(track);
}
