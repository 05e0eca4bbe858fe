/* SPDX-License-Identifier: ISC */
#include "query.h"

#include "jsonout.h"
#include "options.h"
#include "output.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Columns are as wide as those of the first rows need. */
#define FIRST_ROWS 500

/* No column is made narrower than that to fit a terminal. */
#define NARROW 8

/* Behind blanks and comments. */
static const char *first_word(const char *at)
{
	const char *end;

	for (;;) {
		at += strspn(at, " \t\n\r\f");
		if (strncmp(at, "--", 2) == 0)
			end = strchr(at, '\n');
		else if (strncmp(at, "/*", 2) == 0)
			end = (end = strstr(at + 2, "*/")) ? end + 1 : NULL;
		else
			return at;
		at = end ? end + 1 : at + strlen(at);
	}
}

bool query_is(const char *text)
{
	static const char *const words[] = {"select", "with", "values", "explain"};
	const char *at = first_word(text);
	size_t i, size;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size = strlen(words[i]);
		if (strncasecmp(at, words[i], size) == 0 && at[size] &&
			strspn(at + size, " \t\n\r\f(*'\"-/[") > 0)
			return true;
	}
	return false;
}

/* What a query may do: no writing, no other files, no settings, no code. */
static int authorize(void *context, int action, const char *one, const char *two, const char *three,
	const char *four)
{
	(void)context;
	(void)one;
	(void)three;
	(void)four;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return strcasecmp(two, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

/* Its message may quote the query. */
static _Noreturn void fail(struct sqlite3 *db, int status)
{
	const char *message =
		sqlite3_errcode(db) == SQLITE_AUTH ? "a query can only read" : sqlite3_errmsg(db);
	size_t size;
	const char *shown;

	fflush(stdout);
	shown = output_shown(message, strlen(message), &size);
	errx(status, "the query: %.*s", (int)size, shown);
}

static struct sqlite3_stmt *prepare(struct sqlite3 *db, const char *sql)
{
	struct sqlite3_stmt *statement;
	const char *rest;

	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_set_authorizer(db, authorize, NULL);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, &rest) != SQLITE_OK)
		fail(db, STATUS_USAGE);
	if (!statement || *first_word(rest))
		errx(STATUS_USAGE, "the query: one statement is expected");
	if (!sqlite3_stmt_readonly(statement))
		errx(STATUS_USAGE, "the query: a query can only read");
	return statement;
}

void query_check(struct sqlite3 *db, const char *sql)
{
	sqlite3_finalize(prepare(db, sql));
}

/* --- JSON ---------------------------------------------------------------------- */

/* Names of columns, each once: the second "id" is "id_2". */
static char **unique_names(struct sqlite3_stmt *statement)
{
	int count = sqlite3_column_count(statement), i, j, n;
	char **names = calloc((size_t)count + 1, sizeof(*names));

	for (i = 0; names && i < count; i++) {
		const char *name = sqlite3_column_name(statement, i);

		n = 1;
		for (j = 0; name && j < i; j++)
			n += strcmp(sqlite3_column_name(statement, j), name) == 0;
		if (!name || asprintf(&names[i], n > 1 ? "%s_%d" : "%s", name, n) < 0)
			names[i] = NULL;
		if (!names[i])
			break;
	}
	if (!names || i < count)
		errc(STATUS_FAILED, ENOMEM, "cannot print a table");
	return names;
}

static void json_key(const char *name, const char *suffix, bool comma)
{
	char *key;

	if (comma)
		putchar(',');
	if (asprintf(&key, "%s%s", name, suffix) < 0)
		errc(STATUS_FAILED, ENOMEM, "cannot print a table");
	output_json(stdout, key, strlen(key));
	putchar(':');
	free(key);
}

static void json_cell(struct sqlite3_stmt *statement, int i, const char *name)
{
	const char *data;
	size_t size;
	double real;

	json_key(name, "", i > 0);
	switch (sqlite3_column_type(statement, i)) {
	case SQLITE_INTEGER:
		printf("%" PRId64, (int64_t)sqlite3_column_int64(statement, i));
		break;
	case SQLITE_FLOAT:
		real = sqlite3_column_double(statement, i);
		if (isfinite(real))
			printf("%.17g", real);
		else
			fputs("null", stdout);
		break;
	case SQLITE_TEXT:
	case SQLITE_BLOB:
		data = sqlite3_column_blob(statement, i);
		size = (size_t)sqlite3_column_bytes(statement, i);
		if (output_json(stdout, data ? data : "", size))
			break;
		json_key(name, "_b64", true);
		output_base64(stdout, data, size);
		break;
	default:
		fputs("null", stdout);
	}
}

static int print_json(struct sqlite3_stmt *statement)
{
	int count = sqlite3_column_count(statement), i, code;
	char **names = unique_names(statement);
	bool first = true;

	putchar('[');
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		fputs(first ? "\n{" : ",\n{", stdout);
		for (i = 0; i < count; i++)
			json_cell(statement, i, names[i]);
		putchar('}');
		first = false;
	}
	fputs(first ? "]\n" : "\n]\n", stdout);
	for (i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return code;
}

/* --- Text ---------------------------------------------------------------------- */

/* What is shown of a value; NULL is nothing. Borrowed until the next call. */
static const char *cell(struct sqlite3_stmt *statement, int i, size_t *size)
{
	const char *data = sqlite3_column_type(statement, i) == SQLITE_BLOB
				   ? sqlite3_column_blob(statement, i)
				   : (const char *)sqlite3_column_text(statement, i);

	return output_shown(data ? data : "", (size_t)sqlite3_column_bytes(statement, i), size);
}

static int print_plain(struct sqlite3_stmt *statement)
{
	int count = sqlite3_column_count(statement), i, code;
	const char *text;
	size_t size;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		for (i = 0; i < count; i++) {
			if (i)
				putchar('\t');
			text = cell(statement, i, &size);
			fwrite(text, 1, size, stdout);
		}
		putchar('\n');
	}
	return code;
}

struct column {
	unsigned width;
	bool has_text; /* its values are not numbers alone */
};

struct table {
	struct column *columns;
	int count;
	unsigned terminal;	     /* columns of it */
	char *cells[FIRST_ROWS + 1]; /* rows, each value ended by a NUL byte */
	int rows;
};

/* A line: values one behind the other, each ended by a NUL byte. */
static void print_line(const struct table *table, const char *line)
{
	unsigned left = table->terminal, width;
	int i;

	for (i = 0; i < table->count && left > 0; i++, line += strlen(line) + 1) {
		const struct column *column = &table->columns[i];
		unsigned used = output_width(line, strlen(line)), room;
		bool is_last = i + 1 == table->count;

		width = column->width;
		room = width > left ? left : width;
		used = used > room ? room : used;
		if (!column->has_text)
			printf("%*s", (int)(room - used), "");
		if (room)
			output_cut(line, strlen(line), room);
		left -= room;
		if (is_last)
			break;
		room = left < 2 ? left : 2;
		printf("%*s", (int)((column->has_text ? width - used : 0) + room), "");
		left -= room;
	}
	putchar('\n');
}

/* The row as a line, which is to be freed. */
static char *line_of(struct sqlite3_stmt *statement, int count)
{
	char *line = NULL;
	size_t used = 0, size;
	const char *text;
	FILE *out = open_memstream(&line, &used);
	int i;

	for (i = 0; out && i < count; i++) {
		text = cell(statement, i, &size);
		fwrite(text, 1, size, out);
		putc('\0', out);
	}
	if (!out || fclose(out) != 0)
		errc(STATUS_FAILED, ENOMEM, "cannot print a table");
	return line;
}

static char *heading(struct sqlite3_stmt *statement, int count)
{
	char *line = NULL;
	size_t used = 0, size;
	FILE *out = open_memstream(&line, &used);
	const char *name, *text;
	int i;

	for (i = 0; out && i < count; i++) {
		name = sqlite3_column_name(statement, i);
		text = output_shown(name ? name : "", name ? strlen(name) : 0, &size);
		fwrite(text, 1, size, out);
		putc('\0', out);
	}
	if (!out || fclose(out) != 0)
		errc(STATUS_FAILED, ENOMEM, "cannot print a table");
	return line;
}

static void measure(struct table *table, const char *line)
{
	unsigned width;
	int i;

	for (i = 0; i < table->count; i++, line += strlen(line) + 1) {
		width = output_width(line, strlen(line));
		if (width > table->columns[i].width)
			table->columns[i].width = width;
	}
}

/* Columns that are wider than the others get narrower until all fit. */
static void fit(struct table *table)
{
	unsigned total = 0;
	int i, widest;

	for (i = 0; i < table->count; i++) {
		if (table->columns[i].width > table->terminal)
			table->columns[i].width = table->terminal;
		total += table->columns[i].width + (i ? 2 : 0);
	}
	for (; total > table->terminal; total--) {
		for (i = widest = 0; i < table->count; i++)
			if (table->columns[i].width > table->columns[widest].width)
				widest = i;
		if (table->columns[widest].width <= NARROW)
			return;
		table->columns[widest].width--;
	}
}

static void print_first(struct table *table)
{
	int i;

	fit(table);
	for (i = 0; i < table->rows; i++) {
		print_line(table, table->cells[i]);
		free(table->cells[i]);
	}
	table->rows = 0;
}

static int print_columns(struct sqlite3_stmt *statement, unsigned terminal)
{
	struct table table = {.count = sqlite3_column_count(statement), .terminal = terminal};
	bool printing = false;
	int i, code, type;

	table.columns = calloc((size_t)table.count, sizeof(*table.columns));
	if (!table.columns)
		errc(STATUS_FAILED, ENOMEM, "cannot print a table");
	table.cells[table.rows++] = heading(statement, table.count);
	measure(&table, table.cells[0]);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		char *line;

		/* Before values become text. */
		for (i = 0; i < table.count && !printing; i++) {
			type = sqlite3_column_type(statement, i);
			table.columns[i].has_text |= type == SQLITE_TEXT || type == SQLITE_BLOB;
		}
		line = line_of(statement, table.count);
		if (printing) {
			print_line(&table, line);
			free(line);
			continue;
		}
		measure(&table, line);
		table.cells[table.rows++] = line;
		if (table.rows <= FIRST_ROWS)
			continue;
		print_first(&table);
		printing = true;
	}
	print_first(&table);
	free(table.columns);
	return code;
}

int query_print(struct sqlite3 *db, const char *sql, const struct options *options)
{
	struct sqlite3_stmt *statement = prepare(db, sql);
	unsigned columns = output_columns();
	int code;

	if (options->json)
		code = print_json(statement);
	else if (columns)
		code = print_columns(statement, columns);
	else
		code = print_plain(statement);
	/* What it computes can be wrong, too; a full disk is not its fault. */
	if (code == SQLITE_ERROR || code == SQLITE_MISMATCH || code == SQLITE_TOOBIG)
		fail(db, STATUS_USAGE);
	if (code != SQLITE_DONE)
		fail(db, STATUS_FAILED);
	sqlite3_finalize(statement);
	return output_end(STATUS_OK);
}
