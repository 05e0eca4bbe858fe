/* SPDX-License-Identifier: ISC */
/* Our own exit statuses, as those of env(1), nohup(1) and timeout(1). */
#ifndef STATUS_H
#define STATUS_H

enum {
	STATUS_FAILED = 125,	 /* procaudit failed, or the record is incomplete */
	STATUS_CANNOT_RUN = 126, /* the command was found and could not be executed */
	STATUS_NOT_FOUND = 127,
};

/* Those of a daemon, and when attaching (LSB, "Init Script Actions"). */
enum {
	STATUS_OK = 0,
	STATUS_ERROR = 1, /* or the record is incomplete */
	STATUS_USAGE = 2,
	STATUS_NO_PERMISSION = 4,
	STATUS_NOT_CONFIGURED = 6, /* a file of ours cannot be opened */
};

/* Ends this process by the signal, without a core. Returns the status to exit
 * with where that is not possible. */
int status_die_by(int signo);

#endif
