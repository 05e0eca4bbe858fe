/* SPDX-License-Identifier: ISC */
/*
 * The files of a log that is rotated. FILE is the part that is being written;
 * those that are finished stand beside it as FILE.000001, FILE.000002 …, in the
 * order in which they were finished, or with .zst behind that when they have been
 * compressed. A number is not used again, nor a file renamed twice.
 *
 * The directory is opened once and stays open: what it is called, and whether we
 * may find it, may change in months.
 */
#ifndef PARTS_H
#define PARTS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct parts {
	int dir;	  /* close-on-exec; -1: closed */
	const char *name; /* of FILE in it; borrowed */
	unsigned first;	  /* number of the oldest finished part that there may be */
	unsigned last;	  /* of the newest; first - 1 if there is none */
};

/* A file's name in the directory. */
typedef char part_name[NAME_MAX + 1];

/* Opens the directory of path. Returns 0 or -errno. */
int parts_open(struct parts *parts, const char *path);

/* Learns which finished parts there are, and removes what a crash has left half
 * done. To be called when FILE is locked. Returns 0 or -errno. */
int parts_scan(struct parts *parts);

void parts_close(struct parts *parts);

/* Whether its directory is ours to write, without a capability. */
bool parts_are_ours(const struct parts *parts);

/* Whether FILE is the file that fd is open on. */
bool parts_is_current(const struct parts *parts, int fd);

/* Makes an empty file, under the name that FILE will have when it is finished.
 * Returns a locked descriptor or -errno. */
int parts_create(struct parts *parts);

/* That file will not be used. */
void parts_discard(const struct parts *parts);

/* It becomes FILE, and FILE gets its name. Returns 0 or -errno. */
int parts_swap(struct parts *parts);

/* The number of the oldest finished part, when no more than keep are left; 0: all
 * are. */
unsigned parts_first(const struct parts *parts, unsigned keep);

/* Removes the finished parts in front of that. */
void parts_prune(struct parts *parts, unsigned first);

/* What names are now on the disk stay there. Returns 0 or -errno. */
int parts_sync(const struct parts *parts);

/* The name of a finished part, with this behind it. */
void parts_name(const struct parts *parts, unsigned number, const char *suffix, part_name name);

#endif
