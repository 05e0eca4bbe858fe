/* SPDX-License-Identifier: ISC */
#include "database.h"

#include "options.h"
#include "rows.h"

#include <bsd/err.h>
#include <sqlite3.h>
#include <stddef.h>

/* "paud": file(1) and others tell by it what a database holds. */
#define APPLICATION_ID "0x70617564"

/* Nothing is to survive a crash; memory is bounded by the cache, in KiB. */
static const char settings[] = "PRAGMA page_size = 8192;"
			       "PRAGMA journal_mode = OFF;"
			       "PRAGMA synchronous = OFF;"
			       "PRAGMA locking_mode = EXCLUSIVE;"
			       "PRAGMA temp_store = FILE;"
			       "PRAGMA cache_size = -65536;"
			       "PRAGMA application_id = " APPLICATION_ID ";"
			       "PRAGMA user_version = 1;";

/* As procreport(1) documents them. */
static const char tables[] =
	"CREATE TABLE log (\n"
	"  log INTEGER PRIMARY KEY,   -- 1, 2, 3 as they were read\n"
	"  log_id TEXT NOT NULL, version TEXT, schema TEXT, mode TEXT,\n"
	"  ts TEXT,                   -- when it began, UTC\n"
	"  end_us INTEGER,            -- of its last record, microseconds since it began\n"
	"  command TEXT,              -- quoted for a shell\n"
	"  pids TEXT,                 -- that were attached to\n"
	"  cwd, host, kernel TEXT, arch TEXT, boot_id TEXT,\n"
	"  uid INTEGER, gid INTEGER, tracer_pid INTEGER,\n"
	"  capture_failed TEXT, capture_env TEXT, capture_redact TEXT,\n"
	"  exit_code INTEGER, signal TEXT,\n"
	"  complete INTEGER,          -- 0 or 1; NULL: there is no trailer\n"
	"  gaps INTEGER               -- gap records, as the trailer says\n"
	");\n"
	"CREATE TABLE process (\n"
	"  log INTEGER NOT NULL, proc INTEGER NOT NULL,\n"
	"  pid INTEGER, ns_pid INTEGER,\n"
	"  parent INTEGER,            -- proc of its creator\n"
	"  kind TEXT,                 -- fork, vfork, clone\n"
	"  begin_us INTEGER,          -- microseconds since the log began\n"
	"  end_us INTEGER,            -- NULL: no end was seen\n"
	"  exit_code INTEGER, signal TEXT,\n"
	"  core_dumped INTEGER,       -- 1 or NULL\n"
	"  attached TEXT,             -- command line when it was attached to\n"
	"  detached TEXT,             -- why it was let go alive\n"
	"  duration_us INTEGER,\n"
	"  cpu_us INTEGER,            -- of this process alone\n"
	"  utime_us INTEGER, stime_us INTEGER, -- these and all below: with children\n"
	"  maxrss_kb INTEGER, minflt INTEGER, majflt INTEGER, inblock INTEGER,\n"
	"  oublock INTEGER, nvcsw INTEGER, nivcsw INTEGER,\n"
	"  environment INTEGER,       -- when it was attached to\n"
	"  PRIMARY KEY (log, proc)\n"
	") WITHOUT ROWID;\n"
	"CREATE TABLE exec (\n"
	"  exec INTEGER PRIMARY KEY,  -- 1, 2, 3 as they were read\n"
	"  log INTEGER NOT NULL, proc INTEGER NOT NULL, pid INTEGER, seq INTEGER,\n"
	"  image INTEGER,             -- n-th program of its process; NULL: a failure\n"
	"  parent INTEGER,            -- proc of the creator\n"
	"  ppid INTEGER,\n"
	"  ts TEXT,                   -- UTC\n"
	"  at_us INTEGER,             -- microseconds since the log began\n"
	"  wall_us INTEGER,           -- until the next program of the process, or its end\n"
	"  success INTEGER NOT NULL,  -- 0 or 1\n"
	"  errno TEXT,                -- of a failure\n"
	"  program,                   -- the last component of exe, or of path\n"
	"  path, exe, cwd,\n"
	"  command TEXT,              -- the arguments, quoted for a shell\n"
	"  asked TEXT,                -- those that the caller gave, if others\n"
	"  argc INTEGER,\n"
	"  argv_error TEXT, env_error TEXT, response_error TEXT, -- why they are not there\n"
	"  environment INTEGER,       -- NULL: not in the log\n"
	"  syscall TEXT, arch TEXT, exe_dev TEXT, exe_ino TEXT,\n"
	"  uid INTEGER, euid INTEGER, gid INTEGER, egid INTEGER, old_tid INTEGER\n"
	");\n"
	"CREATE TABLE argv (\n"
	"  exec INTEGER NOT NULL, idx INTEGER NOT NULL, -- from 0\n"
	"  value NOT NULL,\n"
	"  PRIMARY KEY (exec, idx)\n"
	") WITHOUT ROWID;\n"
	"CREATE TABLE response (\n"
	"  exec INTEGER NOT NULL, idx INTEGER NOT NULL, -- from 0\n"
	"  file NOT NULL,             -- as its argument names it, without the @\n"
	"  content,                   -- NULL: there was none, or it was not kept\n"
	"  errno TEXT,                -- why\n"
	"  PRIMARY KEY (exec, idx)\n"
	") WITHOUT ROWID;\n"
	"CREATE TABLE variable (\n"
	"  variable INTEGER PRIMARY KEY,\n"
	"  name NOT NULL,\n"
	"  value                      -- NULL: an entry without =\n"
	");\n"
	"CREATE TABLE environment (\n"
	"  environment INTEGER NOT NULL, idx INTEGER NOT NULL, -- from 0\n"
	"  variable INTEGER NOT NULL,\n"
	"  PRIMARY KEY (environment, idx)\n"
	") WITHOUT ROWID;\n"
	"CREATE TABLE gap (\n"
	"  log INTEGER NOT NULL, seq INTEGER, ts TEXT, at_us INTEGER,\n"
	"  reason TEXT, count INTEGER, errno TEXT,\n"
	"  proc INTEGER, pid INTEGER, tid INTEGER, child_pid INTEGER, tracer_pid INTEGER\n"
	");\n"
	"CREATE VIEW env AS\n"
	"  SELECT exec, idx, name, value\n"
	"  FROM exec JOIN environment USING (environment) JOIN variable USING (variable);\n"
	"CREATE VIEW attached_env AS\n"
	"  SELECT log, proc, idx, name, value\n"
	"  FROM process JOIN environment USING (environment) JOIN variable USING (variable);\n";

/* The parameters are in the order in which load.c fills them. What comes later of a
 * process that is there adds to it; parts of a log may be missing. */
const char *const rows_statements[ROWS_STATEMENTS] = {
	[ROWS_HEADER] = "INSERT INTO log (log, log_id, version, schema, mode, ts, command, pids,"
			" cwd, host, kernel, arch, boot_id, uid, gid, tracer_pid, capture_failed,"
			" capture_env, capture_redact)"
			" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[ROWS_TRAILER] = "UPDATE log SET exit_code = ?2, signal = ?3, complete = ?4, gaps = ?5"
			 " WHERE log = ?1",
	[ROWS_LOG_END] = "UPDATE log SET end_us = ?2 WHERE log = ?1",
	[ROWS_PROCESS] = "INSERT INTO process"
			 " (log, proc, pid, ns_pid, parent, kind, begin_us, attached,"
			 " environment) VALUES (?,?,?,?,?,?,?,?,?)"
			 " ON CONFLICT DO UPDATE SET pid = coalesce(pid, excluded.pid),"
			 " ns_pid = coalesce(ns_pid, excluded.ns_pid),"
			 " parent = coalesce(parent, excluded.parent),"
			 " kind = coalesce(kind, excluded.kind),"
			 " attached = coalesce(attached, excluded.attached),"
			 " environment = coalesce(environment, excluded.environment)",
	[ROWS_END] = "INSERT INTO process (log, proc, pid, ns_pid, end_us, exit_code, signal,"
		     " core_dumped, detached, duration_us, cpu_us, utime_us, stime_us, maxrss_kb,"
		     " minflt, majflt, inblock, oublock, nvcsw, nivcsw)"
		     " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
		     " ON CONFLICT DO UPDATE SET ns_pid = coalesce(ns_pid, excluded.ns_pid),"
		     " end_us = excluded.end_us, exit_code = excluded.exit_code,"
		     " signal = excluded.signal, core_dumped = excluded.core_dumped,"
		     " detached = excluded.detached, duration_us = excluded.duration_us,"
		     " cpu_us = excluded.cpu_us, utime_us = excluded.utime_us,"
		     " stime_us = excluded.stime_us, maxrss_kb = excluded.maxrss_kb,"
		     " minflt = excluded.minflt, majflt = excluded.majflt,"
		     " inblock = excluded.inblock, oublock = excluded.oublock,"
		     " nvcsw = excluded.nvcsw, nivcsw = excluded.nivcsw",
	[ROWS_EXEC] = "INSERT INTO exec (exec, log, proc, pid, seq, image, parent, ppid, ts, at_us,"
		      " success, errno, program, path, exe, cwd, command, asked, argc,"
		      " argv_error, env_error, response_error, environment, syscall, arch, "
		      "exe_dev, exe_ino,"
		      " uid, euid, gid, egid, old_tid)"
		      " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[ROWS_WALL] = "UPDATE exec SET wall_us = ?2 WHERE exec = ?1",
	[ROWS_ARGV] = "INSERT INTO argv VALUES (?,?,?)",
	[ROWS_RESPONSE] = "INSERT INTO response VALUES (?,?,?,?,?)",
	[ROWS_VARIABLE] = "INSERT INTO variable VALUES (?,?,?)",
	[ROWS_ENVIRONMENT] = "INSERT INTO environment VALUES (?,?,?)",
	[ROWS_GAP] = "INSERT INTO gap VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
};

/* What joins need; made when everything is there, which is faster. */
static const char indexes[] = "CREATE INDEX process_parent ON process (log, parent);"
			      "CREATE INDEX exec_process ON exec (log, proc);"
			      "CREATE INDEX exec_environment ON exec (environment);"
			      "CREATE INDEX variable_name ON variable (name);"
			      "CREATE INDEX environment_variable ON environment (variable);"
			      "PRAGMA analysis_limit = 1000;"
			      "ANALYZE;";

_Noreturn void database_fail(struct sqlite3 *db)
{
	errx(STATUS_FAILED, "cannot write the database: %s", sqlite3_errmsg(db));
}

void database_run(struct sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		database_fail(db);
}

struct sqlite3 *database_new(const char *path)
{
	struct sqlite3 *db;

	if (sqlite3_open(path ? path : ":memory:", &db) != SQLITE_OK)
		errx(STATUS_FAILED, "cannot open a database: %s", sqlite3_errmsg(db));
	database_run(db, settings);
	database_run(db, "BEGIN");
	database_run(db, tables);
	return db;
}

void database_finish(struct sqlite3 *db)
{
	database_run(db, indexes);
	database_run(db, "COMMIT");
}
