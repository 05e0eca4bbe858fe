/* SPDX-License-Identifier: ISC */
/*
 * The log's file, by its name: how it is opened, and that nobody else writes it.
 *
 * A regular file is locked by flock(2) as long as it is open: that ends with the
 * process however it ends, holds over fork(2), and with O_CLOEXEC does not reach
 * the command.
 */
#ifndef LOGFILE_H
#define LOGFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Opens path, with mode 0600 if it is new, and locks it. It is emptied; or with
 * append kept, and a jsonl log then freed from a torn end (repair.h). Prints one
 * line and returns -1 on failure; the file is then as it was.
 */
int logfile_open(const char *path, bool append, bool is_jsonl);

/* The same for a regular file that name stands for now in the directory: made
 * anew, or appended to. Returns -errno on failure; -EBUSY: somebody else writes it;
 * -EEXIST: it is no log. */
int logfile_reopen(int dir, const char *name, bool is_jsonl);

/* Returns whether nobody else has the lock. */
bool logfile_lock(int fd);

/* All of it, or -errno. */
int logfile_write(int fd, const char *data, size_t size);

#endif
