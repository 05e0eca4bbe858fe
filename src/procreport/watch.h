/* SPDX-License-Identifier: ISC */
/*
 * Waiting for a file that is written, moved away and made anew, by inotify(7): whoever
 * writes it is not asked, held up or locked.
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>

struct watch {
	const char *path; /* borrowed */
	int fd;		  /* of inotify; -1: it cannot be had */
	int file;	  /* what is watched of the file itself; -1: nothing */
	bool blind;	  /* something cannot be watched, so it is looked at now and then */
	bool idle;	  /* the last wait ended so: nothing is known to have happened */
};

/* For a file of this name, which there may not be. Says so if it cannot be watched. */
void watch_open(struct watch *watch, const char *path);
void watch_close(struct watch *watch);

/* What stands for the name now is open here. */
void watch_file(struct watch *watch, int fd);

/* What stands for the name now, though another file is open, is watched as well. */
void watch_name(struct watch *watch);

/* Waits until something may have happened since the last call, or since the watch
 * was opened; with look, no longer than a second. False: nobody reads standard output
 * any more. */
bool watch_wait(struct watch *watch, bool look);

#endif
