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
	bool has_reader;  /* a pipe, socket or terminal: room is what somebody reads */
	bool is_socket;
	bool midline; /* what was written last is a part of a line */
	bool torn;    /* and the rest will never be */
};

/* Opens path; see logfile_open(). Prints one line and returns false on failure. */
bool sink_open(struct sink *sink, const char *path, bool append, bool is_jsonl);

/* Writes to a copy of standard output or standard error. */
bool sink_open_fd(struct sink *sink, int fd, const char *name);

/*
 * Writes what can be written without waiting for a reader; *done says how much
 * that is. Returns 0 if that is all; -EAGAIN: the reader has to read first; or
 * another -errno. A file of our own then ends with a whole line.
 */
int sink_write(struct sink *sink, const char *data, size_t size, size_t *done);

/* Waits until there is something to write for, at most so many milliseconds
 * (-1: for ever): there is room, or an error to be seen. */
bool sink_wait(const struct sink *sink, int ms);

/* What has been written is on the disk then, where the log is a file. Returns 0 or
 * -errno. */
int sink_sync(const struct sink *sink);

/* Closes the file and writes to another one from now on, a regular file at the end
 * of a line; fd is the sink's then. Returns as sink_close(). */
int sink_move(struct sink *sink, int fd);

/* A line that is there in part stays so: the next write ends it. */
void sink_abandon(struct sink *sink);

/* Returns 0, or -errno of close(2): some file systems tell late. */
int sink_close(struct sink *sink);

#endif
