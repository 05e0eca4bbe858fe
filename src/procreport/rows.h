/* SPDX-License-Identifier: ISC */
/*
 * Rows of the tables of database.c, filled value by value:
 *
 *	rows_begin(rows, ROWS_GAP);
 *	rows_int(rows, log);
 *	…
 *	rows_end(rows);
 *
 * Functions end the program where they fail.
 */
#ifndef ROWS_H
#define ROWS_H

#include <procaudit/reader.h>

enum rows_statement {
	ROWS_HEADER,
	ROWS_TRAILER,
	ROWS_LOG_END,
	ROWS_PROCESS, /* or what is new of one */
	ROWS_END,     /* of a process: exit, detach */
	ROWS_EXEC,
	ROWS_WALL, /* of an exec, when the next comes */
	ROWS_ARGV,
	ROWS_RESPONSE,
	ROWS_VARIABLE,
	ROWS_ENVIRONMENT,
	ROWS_GAP,
	ROWS_STATEMENTS
};

extern const char *const rows_statements[ROWS_STATEMENTS];

struct rows {
	struct sqlite3 *db;
	struct sqlite3_stmt *statements[ROWS_STATEMENTS]; /* NULL: not used yet */
	struct sqlite3_stmt *statement;			  /* that is being filled */
	int column;					  /* of it, that was filled last */
	char *room;					  /* for a text */
	size_t room_cap;
};

void rows_begin(struct rows *rows, enum rows_statement which);
void rows_end(struct rows *rows);

void rows_null(struct rows *rows);
void rows_int(struct rows *rows, int64_t value); /* what is negative is unknown: NULL */

/* TEXT, or a BLOB where it is not UTF-8; there are no NUL bytes in it. Borrowed
 * until rows_end(). */
void rows_bytes(struct rows *rows, const char *data, size_t size);
void rows_string(struct rows *rows, const struct procaudit_string *string);

/* All of them in one line, quoted for a shell. */
void rows_command(struct rows *rows, const struct procaudit_strings *strings);

void rows_time(struct rows *rows, const struct timespec *time);
void rows_error(struct rows *rows, int error); /* by its name; 0: NULL */

void rows_free(struct rows *rows);

/* Memory of at least that size in the place of *cap bytes. */
void *rows_grown(void *memory, size_t *cap, size_t size);

#endif
