/* SPDX-License-Identifier: ISC */
/* Where the log goes. */
#ifndef SINK_H
#define SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sink {
	int fd;		  /* close-on-exec, never one of 0, 1, 2; -1: closed */
	const char *name; /* for messages; borrowed */
	bool can_cut;	  /* a regular file of our own */
	off_t size;	  /* where its last whole record ends; valid if can_cut */
	bool torn;	  /* what was written last is a part of a line */
};

/* Opens path, with mode 0600 if it is new; a log that is appended to is first
 * freed from a torn last line. Prints one line and returns false on failure. */
bool sink_open(struct sink *sink, const char *path, bool append, bool is_jsonl);

/* Writes to a copy of standard output or standard error. */
bool sink_open_fd(struct sink *sink, int fd, const char *name);

/* Writes whole records: all, or none, or, where nothing can be taken back (a
 * pipe), a part that the next write ends as a line. Returns 0 or -errno. */
int sink_write(struct sink *sink, const char *data, size_t size);

/* Returns 0, or -errno of close(2): some file systems tell late. */
int sink_close(struct sink *sink);

#endif
