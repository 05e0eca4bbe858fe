/* SPDX-License-Identifier: ISC */
/* A query of a database. It only reads, whatever it is. */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>

struct options;
struct sqlite3;

/* Whether this is one, by its first word. */
bool query_is(const char *text);

/* Prepares it; ends the program with STATUS_USAGE if it is wrong. From then on
 * the connection only reads. */
void query_check(struct sqlite3 *db, const char *sql);

/* Prints what it yields: as JSON, as columns on a terminal, else with tabs. Ends the
 * program where the query is wrong; returns its status. */
int query_print(struct sqlite3 *db, const char *sql, const struct options *options);

#endif
