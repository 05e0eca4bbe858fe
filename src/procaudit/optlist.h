/* SPDX-License-Identifier: ISC */
/* The options, as --help shows them and getopt_long(3) takes them. */
#ifndef OPTLIST_H
#define OPTLIST_H

#include <getopt.h>
#include <stdbool.h>

/* Values of options that have no letter. */
enum {
	OPT_ENV = 256,
	OPT_REDACT,
	OPT_REDACT_HMAC,
	OPT_FAILED,
	OPT_THREADS,
	OPT_LINGER,
	OPT_KILL_ON_EXIT,
	OPT_ON_LOG_ERROR,
	OPT_ROTATE,
	OPT_KEEP,
	OPT_COMPRESS,
	OPT_MAX_LINE,
	OPT_SYNC,
	OPT_PIDFILE,
	OPT_READY_FD,
	OPT_RESPONSE_FILES
};

/* There are not more. */
#define OPTLIST_MAX 40

/* Prints the help text. */
void optlist_print(void);

/* What getopt_long(3) needs; it takes options in front of COMMAND alone, and tells
 * a missing argument from an unknown option. */
void optlist_getopt(struct option longs[OPTLIST_MAX + 1], char shorts[2 * OPTLIST_MAX + 3]);

/* Whether there is this option: its letter or OPT_... */
bool optlist_has(int value);

#endif
