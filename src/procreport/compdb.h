/* SPDX-License-Identifier: ISC */
/* A compilation database, as https://clang.llvm.org/docs/JSONCompilationDatabase.html
 * has it. */
#ifndef COMPDB_H
#define COMPDB_H

#include "compiles.h"
#include "recall.h"

#include <stdio.h>

struct compdb_entry {
	const struct text *file, *output; /* absolute; output may be NULL */
	/* Of a compiler that ran: */
	const struct compiler *compiler; /* NULL: it is of a file that was read */
	const struct compiled *source;
	/* Of a file that was read: */
	const char *data; /* the object, as it stands there */
	size_t size;
};

struct compdb {
	struct compdb_entry *entries;
	size_t count;
	size_t unknown; /* left out: nobody knows the directory */
	size_t unnamed; /* left out: the file's name or directory is not UTF-8 */
	size_t inexact; /* with arguments that are not UTF-8 */
	size_t gone;	/* left out: what was read is not there any more */
};

/* Adds what compilers did; with all, probes and preprocessors, too. */
void compdb_add(struct compdb *compdb, const struct compiles *compiles, bool all);

/* Leaves one entry for each source, or, with per_output, for each output of a source:
 * of the same output, the last that did not fail; of several outputs, the first. They
 * stand in the order of the logs then. */
void compdb_unite(struct compdb *compdb, bool per_output);

void compdb_append(struct compdb *compdb, const struct compdb_entry *entry);

/* Appends the entries of a database as a file holds it, which is borrowed. False if it
 * is none. */
bool compdb_read(struct compdb *compdb, const char *data, size_t size);

/* Puts the entries of another before those that are there, but for sources, or outputs
 * of them, that these have, too. The other is empty then. */
void compdb_put_before(struct compdb *compdb, struct compdb *old, bool per_output);

/* Reads commands again; counts what is inexact, and gone, too. */
void compdb_write(struct compdb *compdb, struct recall *recall, FILE *out);
void compdb_free(struct compdb *compdb);

#endif
