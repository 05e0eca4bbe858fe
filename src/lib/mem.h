/* SPDX-License-Identifier: ISC */
/* A stopped task's memory. */
#ifndef MEM_H
#define MEM_H

#include "buf.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * Reads everything from address to the end of its mapping into out, which is
 * emptied first. Returns 0, or -errno if reading ended for another reason;
 * out then holds what came before.
 */
int mem_read_upwards(pid_t tid, uint64_t address, struct buf *out);

/*
 * A look at scattered memory of a stopped task: keeps the last few pieces that
 * were read, since strings of one vector lie close together.
 */
struct mem_view {
	pid_t tid;
	struct mem_window {
		uint64_t start; /* page-aligned */
		size_t size;	/* bytes read; 0: unused */
		unsigned used;	/* clock of the last use */
		char *data;	/* in memory below */
	} windows[8];
	unsigned clock;
	unsigned reads; /* pieces read since mem_view_begin() */
	char *memory;	/* owned; NULL: none yet */
};

/* Forgets what was read and looks at tid. The view is zeroed at first. */
void mem_view_begin(struct mem_view *view, pid_t tid);

/* Copies size bytes. Returns 0 or -errno; -E2BIG when the view has been made to
 * read without end. */
int mem_view_copy(struct mem_view *view, uint64_t address, void *data, size_t size);

/* Appends the string at address with its NUL byte, at most max bytes of it.
 * Returns 0; or -errno, -E2BIG for max; out is then as before. */
int mem_view_string(struct mem_view *view, uint64_t address, size_t max, struct buf *out);

void mem_view_free(struct mem_view *view);

#endif
