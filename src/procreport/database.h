/* SPDX-License-Identifier: ISC */
/*
 * Logs as an SQLite database. Its tables are described in procreport(1).
 *
 * Functions end the program where they fail, having said why.
 */
#ifndef DATABASE_H
#define DATABASE_H

#include <stdbool.h>

struct sqlite3;

/* Opens a database with empty tables. path: NULL for one in memory; "" for one in a
 * temporary file that nobody else sees; else a file, which is empty. */
struct sqlite3 *database_new(const char *path);

/* Adds all logs. False: a file could not be read to its end. */
bool database_load(struct sqlite3 *db, char *const *files);

/* Ends what database_new() began: the indexes. */
void database_finish(struct sqlite3 *db);

/* Runs statements that yield nothing. */
void database_run(struct sqlite3 *db, const char *sql);

/* Says that something failed, why, and ends. */
_Noreturn void database_fail(struct sqlite3 *db);

#endif
