/* SPDX-License-Identifier: ISC */
/* Logs into the tables. */
#include "database.h"
#include "input.h"
#include "once.h"
#include "options.h"
#include "rows.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

/* A process that lives, or an environment that records name. */
struct known {
	UT_hash_handle hh;
	int64_t number; /* proc, or env_id: key */
	int64_t row;	/* its last program, 0: none yet; or the environment */
	int64_t at_us;	/* of that program */
};

struct load {
	struct rows rows;
	int64_t log, exec; /* the last ones; log 0 before the first header */
	char log_id[33];
	struct known *living;	    /* uthash */
	struct known *environments; /* uthash: those of this part */
	struct once variables, lists;
	struct {
		char *data; /* the environment that came last, */
		size_t size, cap;
		int64_t row; /* 0: none */
	} last;
	int64_t *list; /* the variables of an environment */
	size_t list_cap;
};

/* --- What is known ------------------------------------------------------------- */

static struct known *known_find(struct known *table, int64_t number)
{
	struct known *known;

	HASH_FIND(hh, table, &number, sizeof(number), known);
	return known;
}

static struct known *known_add(struct known **table, int64_t number)
{
	struct known *known = calloc(1, sizeof(*known));

	if (!known)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the log");
	known->number = number;
	HASH_ADD(hh, *table, number, sizeof(known->number), known);
	return known;
}

static void known_remove(struct known **table, struct known *known)
{
	HASH_DEL(*table, known);
	free(known);
}

static void known_clear(struct known **table)
{
	struct known *known, *next;

	HASH_ITER (hh, *table, known, next) {
		known_remove(table, known);
	}
}

/* --- Environments -------------------------------------------------------------- */

static int64_t add_variable(struct load *l, const char *entry, size_t size)
{
	const char *value = memchr(entry, '=', size);
	bool is_new;
	int64_t row = once_number(&l->variables, entry, size, &is_new);

	if (!is_new)
		return row;
	rows_begin(&l->rows, ROWS_VARIABLE);
	rows_int(&l->rows, row);
	rows_bytes(&l->rows, entry, value ? (size_t)(value - entry) : size);
	if (value)
		rows_bytes(&l->rows, value + 1, (size_t)(entry + size - value - 1));
	else
		rows_null(&l->rows);
	rows_end(&l->rows);
	return row;
}

static int64_t add_list(struct load *l, size_t count)
{
	bool is_new;
	int64_t row = once_number(&l->lists, l->list, count * sizeof(*l->list), &is_new);
	size_t i;

	for (i = 0; is_new && i < count; i++) {
		rows_begin(&l->rows, ROWS_ENVIRONMENT);
		rows_int(&l->rows, row);
		rows_int(&l->rows, (int64_t)i);
		rows_int(&l->rows, l->list[i]);
		rows_end(&l->rows);
	}
	return row;
}

/* The row of an environment. Most are what the one before was. */
static int64_t environment(struct load *l, const struct procaudit_strings *env)
{
	const char *s = env->data, *last = s + env->size;
	size_t count = 0;

	if (l->last.row && l->last.size == env->size &&
		(!env->size || memcmp(l->last.data, env->data, env->size) == 0))
		return l->last.row;
	l->list = rows_grown(l->list, &l->list_cap, env->count * sizeof(*l->list));
	for (; s < last; s += strlen(s) + 1)
		l->list[count++] = add_variable(l, s, strlen(s));
	l->last.row = add_list(l, count);
	l->last.data = rows_grown(l->last.data, &l->last.cap, env->size);
	if (env->size)
		memcpy(l->last.data, env->data, env->size);
	l->last.size = env->size;
	return l->last.row;
}

static void add_env(struct load *l, const struct procaudit_record *r)
{
	struct known *known = known_find(l->environments, r->env_id);

	if (!known)
		known = known_add(&l->environments, r->env_id);
	known->row = environment(l, &r->env);
}

/* -1: it is not in the log. */
static int64_t environment_of(struct load *l, const struct procaudit_record *r)
{
	const struct known *known;

	if (r->env.data)
		return environment(l, &r->env);
	known = known_find(l->environments, r->env_id);
	return known ? known->row : -1;
}

/* --- Logs ---------------------------------------------------------------------- */

static void add_header(struct load *l, const struct procaudit_record *r)
{
	known_clear(&l->environments);
	if (l->log && r->part > 1 && strcmp(l->log_id, r->log_id.data) == 0)
		return;
	known_clear(&l->living);
	memcpy(l->log_id, r->log_id.data, sizeof(l->log_id));
	rows_begin(&l->rows, ROWS_HEADER);
	rows_int(&l->rows, ++l->log);
	rows_string(&l->rows, &r->log_id);
	rows_string(&l->rows, &r->version);
	rows_string(&l->rows, &r->schema);
	rows_string(&l->rows, &r->mode);
	rows_time(&l->rows, &r->ts);
	rows_command(&l->rows, &r->command);
	rows_command(&l->rows, &r->pids);
	rows_string(&l->rows, &r->cwd);
	rows_string(&l->rows, &r->host);
	rows_string(&l->rows, &r->kernel);
	rows_string(&l->rows, &r->arch);
	rows_string(&l->rows, &r->boot_id);
	rows_int(&l->rows, r->uid);
	rows_int(&l->rows, r->gid);
	rows_int(&l->rows, r->tracer_pid);
	rows_string(&l->rows, &r->capture_failed);
	rows_string(&l->rows, &r->capture_env);
	rows_string(&l->rows, &r->capture_redact);
	rows_end(&l->rows);
}

static void add_trailer(struct load *l, const struct procaudit_record *r)
{
	rows_begin(&l->rows, ROWS_TRAILER);
	rows_int(&l->rows, l->log);
	rows_int(&l->rows, r->exit_code);
	rows_string(&l->rows, &r->signal);
	rows_int(&l->rows, r->complete);
	rows_int(&l->rows, r->gaps);
	rows_end(&l->rows);
}

static void add_gap(struct load *l, const struct procaudit_record *r)
{
	rows_begin(&l->rows, ROWS_GAP);
	rows_int(&l->rows, l->log);
	rows_int(&l->rows, r->seq);
	rows_time(&l->rows, &r->ts);
	rows_int(&l->rows, r->mono_us);
	rows_string(&l->rows, &r->reason);
	rows_int(&l->rows, r->count);
	rows_string(&l->rows, &r->error_name);
	rows_int(&l->rows, r->proc);
	rows_int(&l->rows, r->pid);
	rows_int(&l->rows, r->tid);
	rows_int(&l->rows, r->child_pid);
	rows_int(&l->rows, r->tracer_pid);
	rows_end(&l->rows);
}

/* --- Processes ----------------------------------------------------------------- */

static void add_process(
	struct load *l, int64_t proc, int64_t pid, int64_t parent, const struct procaudit_record *r)
{
	bool attached = r->kind == PROCAUDIT_RECORD_ATTACH;
	int64_t row = attached ? environment_of(l, r) : -1;

	rows_begin(&l->rows, ROWS_PROCESS);
	rows_int(&l->rows, l->log);
	rows_int(&l->rows, proc);
	rows_int(&l->rows, pid);
	rows_int(&l->rows, r->kind == PROCAUDIT_RECORD_FORK ? -1 : r->ns_pid);
	rows_int(&l->rows, parent);
	rows_string(&l->rows, &r->fork_kind);
	rows_int(&l->rows, r->mono_us);
	if (attached)
		rows_command(&l->rows, &r->argv);
	else
		rows_null(&l->rows);
	rows_int(&l->rows, row);
	rows_end(&l->rows);
	if (!known_find(l->living, proc))
		known_add(&l->living, proc);
}

static void set_wall(struct load *l, const struct known *known, int64_t now_us)
{
	if (!known->row)
		return;
	rows_begin(&l->rows, ROWS_WALL);
	rows_int(&l->rows, known->row);
	rows_int(&l->rows, now_us - known->at_us);
	rows_end(&l->rows);
}

static void add_end(struct load *l, const struct procaudit_record *r)
{
	struct known *known = known_find(l->living, r->proc);

	rows_begin(&l->rows, ROWS_END);
	rows_int(&l->rows, l->log);
	rows_int(&l->rows, r->proc);
	rows_int(&l->rows, r->pid);
	rows_int(&l->rows, r->ns_pid);
	rows_int(&l->rows, r->mono_us);
	rows_int(&l->rows, r->exit_code);
	rows_string(&l->rows, &r->signal);
	rows_int(&l->rows, r->core_dumped);
	rows_string(&l->rows, &r->reason);
	rows_int(&l->rows, r->duration_us);
	rows_int(&l->rows, r->cpu_us);
	rows_int(&l->rows, r->utime_us);
	rows_int(&l->rows, r->stime_us);
	rows_int(&l->rows, r->maxrss_kb);
	rows_int(&l->rows, r->minflt);
	rows_int(&l->rows, r->majflt);
	rows_int(&l->rows, r->inblock);
	rows_int(&l->rows, r->oublock);
	rows_int(&l->rows, r->nvcsw);
	rows_int(&l->rows, r->nivcsw);
	rows_end(&l->rows);
	if (!known)
		return;
	if (r->kind == PROCAUDIT_RECORD_EXIT)
		set_wall(l, known, r->mono_us);
	known_remove(&l->living, known);
}

/* --- Execs --------------------------------------------------------------------- */

static void put_program(struct load *l, const struct procaudit_record *r)
{
	const struct procaudit_string *name = r->exe.data ? &r->exe : &r->path;
	const char *slash = name->data ? memrchr(name->data, '/', name->size) : NULL;

	if (!name->data)
		rows_null(&l->rows);
	else if (!slash)
		rows_string(&l->rows, name);
	else
		rows_bytes(&l->rows, slash + 1, (size_t)(name->data + name->size - slash - 1));
}

static void add_argv(struct load *l, const struct procaudit_strings *argv)
{
	const char *s = argv->data, *last;
	int64_t i = 0;

	if (!s)
		return;
	for (last = s + argv->size; s < last; s += strlen(s) + 1) {
		rows_begin(&l->rows, ROWS_ARGV);
		rows_int(&l->rows, l->exec);
		rows_int(&l->rows, i++);
		rows_bytes(&l->rows, s, strlen(s));
		rows_end(&l->rows);
	}
}

/* The next of the strings, which is taken from them; NULL: there are no more. */
static const char *take(struct procaudit_strings *strings)
{
	const char *s = strings->size ? strings->data : NULL;
	size_t size;

	if (!s)
		return NULL;
	size = strlen(s) + 1;
	strings->data += size;
	strings->size -= size;
	return s;
}

static void add_responses(struct load *l, const struct procaudit_record *r)
{
	struct procaudit_strings files = r->response_files, contents = r->response_contents;
	struct procaudit_strings errors = r->response_errors;
	const char *file, *content, *error;
	int64_t i;

	for (i = 0; (file = take(&files)); i++) {
		content = take(&contents);
		error = take(&errors);
		rows_begin(&l->rows, ROWS_RESPONSE);
		rows_int(&l->rows, l->exec);
		rows_int(&l->rows, i);
		rows_bytes(&l->rows, file, strlen(file));
		if (content && !(error && *error))
			rows_bytes(&l->rows, content, strlen(content));
		else
			rows_null(&l->rows);
		if (error && *error)
			rows_bytes(&l->rows, error, strlen(error));
		else
			rows_null(&l->rows);
		rows_end(&l->rows);
	}
}

static void add_program(struct load *l, const struct procaudit_record *r)
{
	int64_t row = environment_of(l, r);

	rows_begin(&l->rows, ROWS_EXEC);
	rows_int(&l->rows, ++l->exec);
	rows_int(&l->rows, l->log);
	rows_int(&l->rows, r->proc);
	rows_int(&l->rows, r->pid);
	rows_int(&l->rows, r->seq);
	rows_int(&l->rows, r->image);
	rows_int(&l->rows, r->parent);
	rows_int(&l->rows, r->ppid);
	rows_time(&l->rows, &r->ts);
	rows_int(&l->rows, r->mono_us);
	rows_int(&l->rows, r->success == 1);
	rows_string(&l->rows, &r->error_name);
	put_program(l, r);
	rows_string(&l->rows, &r->path);
	rows_string(&l->rows, &r->exe);
	rows_string(&l->rows, &r->cwd);
	rows_command(&l->rows, &r->argv);
	rows_command(&l->rows, &r->argv_asked);
	rows_int(&l->rows, r->argv.data ? (int64_t)r->argv.count : -1);
	rows_error(&l->rows, r->argv.error);
	rows_error(&l->rows, r->env.error);
	rows_error(&l->rows, r->response_files.error);
	rows_int(&l->rows, row);
	rows_string(&l->rows, &r->syscall);
	rows_string(&l->rows, &r->arch);
	rows_string(&l->rows, &r->exe_dev);
	rows_string(&l->rows, &r->exe_ino);
	rows_int(&l->rows, r->uid);
	rows_int(&l->rows, r->euid);
	rows_int(&l->rows, r->gid);
	rows_int(&l->rows, r->egid);
	rows_int(&l->rows, r->old_tid);
	rows_end(&l->rows);
	add_argv(l, &r->argv);
	add_responses(l, r);
}

static void add_exec(struct load *l, const struct procaudit_record *r)
{
	struct known *known = known_find(l->living, r->proc);

	if (!known) {
		add_process(l, r->proc, r->pid, r->parent, r);
		known = known_find(l->living, r->proc);
	}
	add_program(l, r);
	if (r->success != 1)
		return;
	set_wall(l, known, r->mono_us);
	known->row = l->exec;
	known->at_us = r->mono_us;
}

/* --- All ----------------------------------------------------------------------- */

static void add_record(struct load *l, const struct procaudit_record *r)
{
	switch (r->kind) {
	case PROCAUDIT_RECORD_FORK:
		add_process(l, r->child, r->child_pid, r->proc, r);
		break;
	case PROCAUDIT_RECORD_ATTACH:
		add_process(l, r->proc, r->pid, r->parent, r);
		break;
	case PROCAUDIT_RECORD_EXEC:
		add_exec(l, r);
		break;
	case PROCAUDIT_RECORD_EXIT:
	case PROCAUDIT_RECORD_DETACH:
		add_end(l, r);
		break;
	case PROCAUDIT_RECORD_ENV:
		add_env(l, r);
		break;
	case PROCAUDIT_RECORD_GAP:
		add_gap(l, r);
		break;
	case PROCAUDIT_RECORD_TRAILER:
		add_trailer(l, r);
		break;
	case PROCAUDIT_RECORD_PART:
	case PROCAUDIT_RECORD_HEADER:
	case PROCAUDIT_RECORD_THREAD:
	case PROCAUDIT_RECORD_THREAD_EXIT:
	case PROCAUDIT_RECORD_STATS:
	case PROCAUDIT_RECORD_OTHER:
	case PROCAUDIT_RECORD_KINDS:
		break;
	}
}

static void set_end(struct load *l, int64_t mono_us)
{
	rows_begin(&l->rows, ROWS_LOG_END);
	rows_int(&l->rows, l->log);
	rows_int(&l->rows, mono_us);
	rows_end(&l->rows);
}

static void release(struct load *l)
{
	rows_free(&l->rows);
	known_clear(&l->living);
	known_clear(&l->environments);
	once_clear(&l->variables);
	once_clear(&l->lists);
	free(l->last.data);
	free(l->list);
}

bool database_load(struct sqlite3 *db, char *const *files)
{
	const struct procaudit_record *record;
	struct load load = {.rows = {.db = db}};
	int64_t mono_us = 0;
	struct input input;
	bool whole;

	input_open(&input, files);
	while ((record = input_next(&input))) {
		if (record->kind == PROCAUDIT_RECORD_HEADER) {
			if (load.log)
				set_end(&load, mono_us);
			add_header(&load, record);
		}
		/* What stands before the first header belongs to no log. */
		if (!load.log)
			continue;
		add_record(&load, record);
		mono_us = record->mono_us;
	}
	if (load.log)
		set_end(&load, mono_us);
	whole = input_end(&input);
	release(&load);
	return whole;
}
