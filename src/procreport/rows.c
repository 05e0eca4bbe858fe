/* SPDX-License-Identifier: ISC */
#include "rows.h"

#include "database.h"
#include "options.h"
#include "output.h"

#include <procaudit/text.h>

#include <bsd/err.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

void *rows_grown(void *memory, size_t *cap, size_t size)
{
	if (size <= *cap)
		return memory;
	*cap = size + size / 2 + 4096;
	memory = realloc(memory, *cap);
	if (!memory)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the log");
	return memory;
}

void rows_begin(struct rows *r, enum rows_statement which)
{
	const char *sql = rows_statements[which];

	if (!r->statements[which] && sqlite3_prepare_v3(r->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
					     &r->statements[which], NULL) != SQLITE_OK)
		database_fail(r->db);
	r->statement = r->statements[which];
	r->column = 0;
}

void rows_end(struct rows *r)
{
	if (sqlite3_step(r->statement) != SQLITE_DONE)
		database_fail(r->db);
	sqlite3_reset(r->statement);
}

static void check(const struct rows *r, int code)
{
	if (code != SQLITE_OK)
		database_fail(r->db);
}

void rows_null(struct rows *r)
{
	check(r, sqlite3_bind_null(r->statement, ++r->column));
}

void rows_int(struct rows *r, int64_t value)
{
	if (value < 0)
		rows_null(r);
	else
		check(r, sqlite3_bind_int64(r->statement, ++r->column, value));
}

static bool is_ascii(const char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (data[i] & '\x80')
			return false;
	return true;
}

static bool is_utf8(struct rows *r, const char *data, size_t size)
{
	bool exact;

	if (is_ascii(data, size))
		return true;
	r->room = rows_grown(r->room, &r->room_cap, PROCAUDIT_JSON_ROOM(size));
	procaudit_json(r->room, data, size, &exact);
	return exact;
}

void rows_bytes(struct rows *r, const char *data, size_t size)
{
	int column = ++r->column;

	if (is_utf8(r, data, size))
		check(r, sqlite3_bind_text64(
				 r->statement, column, data, size, SQLITE_STATIC, SQLITE_UTF8));
	else
		check(r, sqlite3_bind_blob64(r->statement, column, data, size, SQLITE_STATIC));
}

void rows_string(struct rows *r, const struct procaudit_string *string)
{
	if (string->data)
		rows_bytes(r, string->data, string->size);
	else
		rows_null(r);
}

void rows_command(struct rows *r, const struct procaudit_strings *strings)
{
	const char *s = strings->data, *last;
	size_t used = 0;

	if (!s) {
		rows_null(r);
		return;
	}
	last = s + strings->size;
	r->room = rows_grown(
		r->room, &r->room_cap, PROCAUDIT_QUOTE_ROOM(strings->size) + 17 * strings->count);
	for (; s < last; s += strlen(s) + 1) {
		if (used)
			r->room[used++] = ' ';
		used += procaudit_quote(r->room + used, s, strlen(s));
	}
	check(r, sqlite3_bind_text64(
			 r->statement, ++r->column, r->room, used, SQLITE_TRANSIENT, SQLITE_UTF8));
}

void rows_time(struct rows *r, const struct timespec *time)
{
	char text[OUTPUT_TIME_SIZE];

	output_log_time(text, time);
	check(r, sqlite3_bind_text(r->statement, ++r->column, text, -1, SQLITE_TRANSIENT));
}

void rows_error(struct rows *r, int error)
{
	char buffer[16];

	if (error)
		check(r, sqlite3_bind_text(r->statement, ++r->column,
				 procaudit_errno_name(error, buffer), -1, SQLITE_TRANSIENT));
	else
		rows_null(r);
}

void rows_free(struct rows *r)
{
	size_t i;

	for (i = 0; i < ROWS_STATEMENTS; i++)
		sqlite3_finalize(r->statements[i]);
	free(r->room);
}
