/* SPDX-License-Identifier: ISC */
/* A file whose content is replaced as a whole. */
#ifndef REPLACE_H
#define REPLACE_H

#include <stddef.h>
#include <stdio.h>

struct replace {
	const char *name;
	char *target; /* the file itself, behind symbolic links; NULL: written directly */
	FILE *out;
};

/* Begins a file beside the one of this name, which may be there or not. What is no
 * regular file, such as a pipe, is written to directly. Does not return after a
 * failure, of which it tells. */
void replace_begin(struct replace *replace, const char *name);

/* Puts it in the place of the old one. Likewise. */
void replace_end(struct replace *replace);

/* The content of a file, owned by the caller; "" if it is not there. Likewise. */
char *replace_old(const char *name, size_t *size);

#endif
