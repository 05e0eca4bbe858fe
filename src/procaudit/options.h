/* SPDX-License-Identifier: ISC */
/* The command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <procaudit/encode.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LINGER_FOREVER (-1)

/* What to do when the log cannot be written. */
enum on_log_error {
	ON_LOG_ERROR_STOP, /* wait until it can, if that may be; lose records if not */
	ON_LOG_ERROR_CONTINUE,
	ON_LOG_ERROR_KILL, /* the command */
};

/* When what has been written is to be on the disk. */
enum sync {
	SYNC_NONE,     /* when the kernel likes */
	SYNC_INTERVAL, /* a second later at most */
	SYNC_RECORD,   /* before the next event is looked at */
};

struct options {
	const char *output;  /* NULL: standard error; "-": standard output */
	const char **redact; /* patterns; NULL if there are none */
	size_t redact_count;
	const char *redact_key; /* with redact_hmac: the key's file; NULL: a random key */
	size_t max_line;	/* bytes of a line; 0: any number */
	uint64_t rotate;	/* bytes of a finished part; 0: all in one file */
	long long linger;	/* seconds, or LINGER_FOREVER */
	const char *pidfile;	/* NULL: none */
	const char *user;	/* USER[:GROUP] that the command runs as; NULL: ours */
	char **command;		/* argv of the command, ended by NULL; borrowed from main's argv;
				   NULL: there is none */
	pid_t *pids;		/* to attach to; NULL: run the command */
	char **pid_words;	/* the same as text, ended by NULL */
	size_t pid_count;
	unsigned keep; /* finished parts; 0: all */
	enum procaudit_format format;
	enum procaudit_env env;
	enum procaudit_failed failed;
	enum on_log_error on_log_error;
	enum sync sync;
	bool append;
	bool daemonize;
	bool compress; /* finished parts */
	bool redact_hmac;
	bool threads;
	bool response_files; /* what they hold */
	bool kill_on_exit;
	bool verbose;
	bool quiet;
};

/* Fills options. Does not return after --help, --version (status 0) or a
 * usage error (one line on stderr; status 125, or 2 with --attach). */
void options_parse(struct options *options, int argc, char *argv[]);

#endif
