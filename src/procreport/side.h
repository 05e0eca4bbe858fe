/* SPDX-License-Identifier: ISC */
/* One of two builds that are compared: its commands, and what each of them does. */
#ifndef SIDE_H
#define SIDE_H

#include "model.h"
#include "normal.h"
#include "options.h"

struct run {
	const struct exec *exec;
	const struct text *key;	    /* program, directory, arguments, each ended by a NUL byte,
				       without what differs from one run to the next */
	const struct text *program; /* the first of these */
	const struct text *env;	    /* of noise_filter(); NULL: unknown */
	const struct text *status;  /* "exit 0", "SIGKILL", "ENOENT"; "": another program
				       took its place */
	unsigned side;		    /* 0 or 1 */
};

struct cached_env;
struct env_entry;
struct filtered_env;

struct side {
	unsigned number; /* 0 or 1 */
	const struct options *options;
	const regex_t *ignore; /* of each of --ignore */
	struct model model;
	struct normal *normals; /* of each log */
	unsigned normal_count;
	const struct text **envs; /* of noise_keep(), of each exec, by its number */
	size_t env_cap;
	struct run *commands; /* in the order of the logs */
	size_t count;

	bool holes;		       /* records are missing */
	struct filtered_env *filtered; /* while commands are found */

	/* while it is being read */
	int64_t next_seq;
	struct cached_env *cache;
	struct env_entry *env_ids;
};

/* Reads the logs. Number, options and ignore are set. Does not return without memory. */
void side_read(struct side *side, char *const *files);

/* Whether execs that failed are in all logs. */
bool side_has_failed(const struct side *side);

/* Whether nothing is missing: all of it was read, and the logs say so of themselves. */
bool side_is_complete(const struct side *side);

/* Finds the commands, those that failed among them or not. */
void side_find_commands(struct side *side, bool failed);

void side_free(struct side *side);

#endif
