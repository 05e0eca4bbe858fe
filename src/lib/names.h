/* SPDX-License-Identifier: ISC */
/* Which names those of secrets are. */
#ifndef NAMES_H
#define NAMES_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Zeroed at first. */
struct names {
	struct buf globs;	   /* patterns, each ended by a NUL byte */
	struct names_entry *known; /* uthash: names that were asked for, and the answers */
	size_t count;		   /* of them */
	struct buf scratch;	   /* a name, ended by a NUL byte */
};

/* Adds a pattern of fnmatch(3), or with "default" all of a list. */
void names_add(struct names *names, const char *glob);

/* Whether a pattern matches the name of a variable; case does not count. True
 * if there is no memory to find out. */
bool names_match(struct names *names, const char *name, size_t size);

/* Whether this is an option or a key, with or without dashes in front, whose
 * value is a secret whatever the patterns are: its last word says so. */
bool names_are_secret(const char *name, size_t size);

/* The same for a header of HTTP that is a secret as a whole. */
bool names_are_header(const char *name, size_t size);

void names_free(struct names *names);

#endif
