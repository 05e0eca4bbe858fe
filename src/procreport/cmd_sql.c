/* SPDX-License-Identifier: ISC */
/* The log as a database: to be asked, or to be kept. */
#include "commands.h"
#include "options.h"

#include <bsd/err.h>

#ifdef HAVE_SQLITE

#include "database.h"
#include "kept.h"
#include "query.h"

#include <sqlite3.h>
#include <stddef.h>

/* Takes the query from the end of the operands. NULL: there is none, nor need there be. */
static const char *take_query(const struct options *options)
{
	size_t count = 0;
	const char *query;

	while (options->files[count])
		count++;
	query = options->files[count - 1];
	if (!query_is(query)) {
		if (options->output)
			return NULL;
		errx(STATUS_USAGE, "the last argument is to be a query, which begins with SELECT, "
				   "WITH, VALUES or EXPLAIN, or -o is to name a file (see "
				   "'procreport sql --help')");
	}
	if (count < 2)
		errx(STATUS_USAGE, "no log given (see 'procreport sql --help')");
	options->files[count - 1] = NULL;
	return query;
}

/* A wrong query is told of before a large log is read. */
static void check(const char *query)
{
	struct sqlite3 *db = database_new(NULL);

	query_check(db, query);
	sqlite3_close(db);
}

/* Reads the logs into a file that is kept, and opens that for a query. */
static struct sqlite3 *keep(const struct options *options, bool *whole)
{
	struct sqlite3 *db = database_new(kept_new(options->output));

	*whole = database_load(db, options->files);
	database_finish(db);
	if (sqlite3_close(db) != SQLITE_OK)
		database_fail(db);
	kept_finish(options->output);
	if (sqlite3_open_v2(options->output, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		database_fail(db);
	return db;
}

static int run(const struct options *options)
{
	const char *query = take_query(options);
	struct sqlite3 *db;
	int status = STATUS_OK;
	bool whole;

	if (query)
		check(query);
	if (options->output) {
		db = keep(options, &whole);
	} else {
		db = database_new("");
		whole = database_load(db, options->files);
		database_finish(db);
	}
	if (query)
		status = query_print(db, query, options);
	sqlite3_close(db);
	return whole ? status : STATUS_FAILED;
}

#else

static int run(const struct options *options)
{
	(void)options;
	errx(STATUS_FAILED, "this procreport was built without SQLite; build it again with "
			    "libsqlite3-dev installed");
}

#endif

const struct command cmd_sql = {
	.name = "sql",
	.operands = "LOG... [QUERY]",
	.summary = "The log as an SQLite database: ask it, or keep it",
	.options = "|json|output|",
	.help = "Tables: log, process, exec, argv, env, gap. A QUERY begins with SELECT, WITH,\n"
		"VALUES or EXPLAIN; -o keeps the database, and then none is needed.\n",
	.run = run,
};
