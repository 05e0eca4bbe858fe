/* SPDX-License-Identifier: ISC */
/* The command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <procaudit/encode.h>

#include <stdbool.h>

#define LINGER_FOREVER (-1)

struct options {
	const char *output; /* NULL: standard error; "-": standard output */
	bool append;
	enum procaudit_format format;
	enum procaudit_env env;
	enum procaudit_failed failed;
	bool threads;
	bool kill_on_exit;
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
