/* SPDX-License-Identifier: ISC */
/* The command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <procaudit/encode.h>

#include <stdbool.h>
#include <stdint.h>

#define LINGER_FOREVER (-1)

/* What to do when the log cannot be written. */
enum on_log_error {
	ON_LOG_ERROR_STOP, /* wait until it can, if that may be; lose records if not */
	ON_LOG_ERROR_CONTINUE,
	ON_LOG_ERROR_KILL, /* the command */
};

struct options {
	const char *output; /* NULL: standard error; "-": standard output */
	bool append;
	enum procaudit_format format;
	enum procaudit_env env;
	const char **redact; /* patterns; NULL if there are none */
	size_t redact_count;
	bool redact_hmac;
	const char *redact_key; /* with redact_hmac: the key's file; NULL: a random key */
	enum procaudit_failed failed;
	bool threads;
	bool kill_on_exit;
	enum on_log_error on_log_error;
	size_t max_line;  /* bytes of a line; 0: any number */
	bool compress;	  /* finished parts */
	uint64_t rotate;  /* bytes of a finished part; 0: all in one file */
	unsigned keep;	  /* finished parts; 0: all */
	long long linger; /* seconds, or LINGER_FOREVER */
	const char *user; /* USER[:GROUP] that the command runs as; NULL: ours */
	bool verbose;
	bool quiet;
	char **command; /* argv of the command, ended by NULL; borrowed from main's argv */
};

/* Fills options. Does not return after --help, --version (status 0) or a
 * usage error (one line on stderr, status 125). */
void options_parse(struct options *options, int argc, char *argv[]);

#endif
