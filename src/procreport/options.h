/* SPDX-License-Identifier: ISC */
/* The command line of every subcommand. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How procreport ends; verify has more, see verify.h. */
enum {
	STATUS_OK = 0,
	STATUS_FAILED = 1, /* a file could not be read, or output not written */
	STATUS_USAGE = 2,
	STATUS_TRUNCATED = 4, /* a log has no end */
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What flame counts. */
enum measure { MEASURE_CPU, MEASURE_WALL, MEASURE_COUNT };

/* The arguments of an option that may be given several times. */
#define LIST_MOST 64
struct list {
	const char *items[LIST_MOST];
	size_t count;
};

struct options {
	enum color color;
	enum measure measure;
	bool json;
	bool quiet;
	bool utc;
	bool failed;
	bool no_fold;
	bool sh;
	bool misses;
	bool from_start;
	bool forever;
	bool append;
	bool all_compilers; /* --all of compdb */
	bool per_output;
	bool all_env;
	bool times;
	bool args;
	bool byproduct;
	bool home, host, user; /* names of these are masked */
	bool null;	       /* strings end with NUL bytes */
	long top;	       /* rows of a table */
	long lines;	       /* of what is there already */
	long batch;	       /* spans of a request */
	long depth;	       /* -1: no limit */
	long most;	       /* processes on a page; 0: the default */
	int64_t pid;	       /* 0: any */
	const char *program;   /* these are NULL if not given */
	const char *match;
	const char *cwd;
	const char *since, *until;
	const char *under, *from;
	const char *env;
	const char *output;
	struct list fail_on, ignore, ignore_env, map, redact, subject;
	const char *key;
	const char *post; /* a URL */
	char **files;	  /* borrowed from argv, ended by NULL; at least one */
};

struct command {
	const char *name;
	const char *operands; /* as help shows them */
	const char *summary;  /* one line */
	const char *options;  /* names of those it takes, "|json|quiet|" */
	const char *help;     /* further text of its help, whole lines; NULL: none */
	int (*run)(const struct options *options);
};

/* Parses what stands behind the subcommand's name. Does not return after --help
 * or a usage error. argv[0] is the subcommand's name. */
void options_parse(struct options *options, const struct command *command, int argc, char *argv[]);

/* Ends with success if standard output took everything. */
_Noreturn void options_finish(void);

#endif
