/* SPDX-License-Identifier: ISC */
/*
 * With --daemonize the recorder is nobody's child, in a session of its own without
 * a terminal. The process that was started waits until recording is up: then it
 * ends, or in run mode becomes the command, whose parent, id and job are so those
 * that it would have without us.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "options.h"

#include <sys/types.h>

struct procaudit_seat;

/* Lets record, whose result is the exit status, do its work in a daemon. seat: where
 * the command waits; NULL: nobody waits for us there. Returns the exit status, in the
 * daemon and, if it does not become the command, in the process that was started. */
int daemon_run(const struct options *options,
	int (*record)(const struct options *options, struct procaudit_seat *seat));

/* In the daemon, when recording is up: the process that was started goes on, and
 * nothing of where it was is held any more. Returns whether it had not been ended
 * meanwhile. Does nothing where there is no daemon. */
bool daemon_settle(void);

/* In the daemon the process that waits for it; 0: none. */
pid_t daemon_starter(void);

#endif
