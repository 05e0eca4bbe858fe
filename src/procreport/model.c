/* SPDX-License-Identifier: ISC */
#include "model.h"

#include "options.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

/* In the year 2255: nanoseconds, and some more, have room in 64 bits. */
#define SECONDS_MAX INT64_C(9000000000)

/* A process, or an environment, by its number in the log. */
struct entry {
	int64_t number; /* proc, or env_id */
	struct process *process;
	struct procaudit_place place;
	UT_hash_handle hh;
};

struct build {
	struct model *model;
	struct model_log *log; /* the current one; NULL before the first header */
	struct entry *environments;
	struct exec *exec; /* of this record; NULL: it has none */
	bool lean;
	struct text *argv; /* its arguments, where they are not kept; owned */
	model_hook *hook;
	void *context;
};

static struct entry *find_entry(struct entry *table, int64_t number)
{
	struct entry *entry;

	HASH_FIND(hh, table, &number, sizeof(number), entry);
	return entry;
}

static struct entry *add_entry(struct entry **table, int64_t number)
{
	struct entry *entry = permanent(sizeof(*entry));

	entry->number = number;
	HASH_ADD(hh, *table, number, sizeof(entry->number), entry);
	return entry;
}

/* Room for one more pointer behind count; arrays double. */
static void *grown(void *array, unsigned count)
{
	if (count & (count - 1))
		return array;
	array = reallocarray(array, count ? 2 * (size_t)count : 1, sizeof(void *));
	if (!array)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the log");
	return array;
}

static struct text *text_of(const struct procaudit_string *string)
{
	return string->data ? intern(string->data, string->size) : NULL;
}

int64_t model_ns(const struct timespec *time)
{
	int64_t seconds = time->tv_sec < 0 ? 0 : time->tv_sec;

	return (seconds < SECONDS_MAX ? seconds : SECONDS_MAX) * INT64_C(1000000000) +
	       time->tv_nsec;
}

/* --- Processes ---------------------------------------------------------------- */

static struct process *new_process(struct build *b, int64_t proc, const struct procaudit_record *r)
{
	struct process *process = permanent(sizeof(*process));
	struct model *model = b->model;

	*process = (struct process){
		.log = b->log,
		.proc = proc,
		.pid = -1,
		.number = model->process_count,
		.begin_us = r->mono_us,
		.end_us = -1,
		.end_ts_ns = -1,
		.exit_code = -1,
		.duration_us = -1,
		.cpu_us = -1,
		.utime_us = -1,
		.stime_us = -1,
		.maxrss_kb = -1,
	};
	model->processes = grown(model->processes, model->process_count);
	model->processes[model->process_count++] = process;
	add_entry(&b->log->processes, proc)->process = process;
	if (proc == 1)
		b->log->root = process;
	return process;
}

static struct process *get_process(struct build *b, int64_t proc, const struct procaudit_record *r)
{
	struct entry *entry = find_entry(b->log->processes, proc);

	return entry ? entry->process : new_process(b, proc, r);
}

/* Makes it a child, unless it is one already. A parent stands before all of its
 * children in the list, so that no log makes a circle of them. */
static void adopt(struct process *parent, struct process *child)
{
	if (child->parent || child->number <= parent->number)
		return;
	child->parent = parent;
	if (parent->last_child)
		parent->last_child->next_sibling = child;
	else
		parent->first_child = child;
	parent->last_child = child;
}

static void on_fork(struct build *b, const struct procaudit_record *r)
{
	struct process *parent = r->proc > 0 ? get_process(b, r->proc, r) : NULL;
	struct process *child = get_process(b, r->child, r);

	child->pid = r->child_pid;
	if (parent)
		adopt(parent, child);
}

/* What runs when a process is attached to is no program that it has executed. */
static void on_end(struct build *b, const struct procaudit_record *r)
{
	struct process *process = get_process(b, r->proc, r);

	process->pid = r->pid;
	process->end_us = r->mono_us;
	process->end_ts_ns = model_ns(&r->ts);
	if (r->kind == PROCAUDIT_RECORD_DETACH) {
		process->detached = true;
		return;
	}
	process->exit_code = r->exit_code;
	process->signal = text_of(&r->signal);
	process->core_dumped = r->core_dumped == 1;
	process->bad = r->exit_code != 0;
	process->duration_us = r->duration_us;
	process->cpu_us = r->cpu_us;
	process->utime_us = r->utime_us;
	process->stime_us = r->stime_us;
	process->maxrss_kb = r->maxrss_kb;
	process->minflt = r->minflt;
	process->majflt = r->majflt;
	process->inblock = r->inblock;
	process->oublock = r->oublock;
	if (process->image)
		process->image->wall_us = r->mono_us - process->image->mono_us;
}

/* --- Execs -------------------------------------------------------------------- */

static void add_to_process(struct exec *exec)
{
	struct process *process = exec->process;

	if (process->last_exec)
		process->last_exec->next = exec;
	else
		process->first_exec = exec;
	process->last_exec = exec;
	if (!exec->success)
		return;
	if (process->image)
		process->image->wall_us = exec->mono_us - process->image->mono_us;
	process->image = exec;
}

static struct text *argv_of(struct build *b, const struct procaudit_strings *argv)
{
	if (!b->lean)
		return intern(argv->data ? argv->data : "", argv->size);
	return b->argv = text_instead(b->argv, argv->data, argv->size);
}

/* A program of the process, as its exec or attach record shows it. */
static struct exec *make_exec(struct build *b, const struct procaudit_record *r)
{
	struct exec *exec = permanent(sizeof(*exec));
	struct entry *env = r->env_id > 0 ? find_entry(b->environments, r->env_id) : NULL;

	*exec = (struct exec){
		.process = get_process(b, r->proc, r),
		.number = b->model->exec_count,
		.seq = r->seq,
		.mono_us = r->mono_us,
		.env_id = r->env_id,
		.ts_ns = model_ns(&r->ts),
		.wall_us = -1,
		.image = r->image,
		.success = r->success == 1,
		.error = text_of(&r->error_name),
		.path = text_of(&r->path),
		.exe = text_of(&r->exe),
		.cwd = text_of(&r->cwd),
		.has_argv = r->argv.data != NULL,
		.argc = (uint32_t)r->argv.count,
		.argv = argv_of(b, &r->argv),
		.place = r->place,
	};
	if (env)
		exec->env_place = env->place;
	else if (r->env.data)
		exec->env_place = r->place;
	b->exec = exec;
	return exec;
}

static void on_exec(struct build *b, const struct procaudit_record *r)
{
	struct exec *exec = make_exec(b, r);
	struct process *process = exec->process, *parent;
	struct model *model = b->model;

	process->pid = r->pid;
	add_to_process(exec);
	/* A part of a log whose beginning is missing has no fork records. */
	if (!process->parent && r->parent > 0) {
		parent = get_process(b, r->parent, r);
		adopt(parent, process);
	}
	model->execs = grown(model->execs, model->exec_count);
	model->execs[model->exec_count++] = exec;
}

static void on_attach(struct build *b, const struct procaudit_record *r)
{
	struct process *parent = r->parent > 0 ? get_process(b, r->parent, r) : NULL;
	struct exec *exec = make_exec(b, r);

	exec->process->pid = r->pid;
	exec->success = exec->attached = true;
	exec->image = 0;
	add_to_process(exec);
	if (parent)
		adopt(parent, exec->process);
}

/* --- Logs --------------------------------------------------------------------- */

static void on_header(struct build *b, const struct procaudit_record *r)
{
	struct model *model = b->model;
	struct model_log *log;

	/* Each part has the environments that it names. */
	HASH_CLEAR(hh, b->environments);
	if (b->log && r->part > 1 && strcmp(b->log->id, r->log_id.data) == 0) {
		if (r->part != b->log->part + 1)
			b->log->first_part = r->part;
		b->log->part = r->part;
		return;
	}
	log = permanent(sizeof(*log));
	memcpy(log->id, r->log_id.data, sizeof(log->id));
	log->number = model->log_count + 1;
	log->part = log->first_part = r->part;
	log->command = r->command.data ? intern(r->command.data, r->command.size) : NULL;
	log->pids = r->pids.data ? intern(r->pids.data, r->pids.size) : NULL;
	log->cwd = text_of(&r->cwd);
	log->host = text_of(&r->host);
	log->version = text_of(&r->version);
	log->file = intern(r->place.file, strlen(r->place.file));
	log->tracer_pid = r->tracer_pid;
	log->begin_ns = model_ns(&r->ts) - r->mono_us * 1000;
	log->complete = -1;
	log->with_failed = strcmp(r->capture_failed.data, "none") != 0;
	model->logs = grown(model->logs, model->log_count);
	model->logs[model->log_count++] = log;
	b->log = log;
}

static void on_env(struct build *b, const struct procaudit_record *r)
{
	struct entry *entry = find_entry(b->environments, r->env_id);

	if (!entry)
		entry = add_entry(&b->environments, r->env_id);
	entry->place = r->place;
}

static void add_record(struct build *b, const struct procaudit_record *r)
{
	b->exec = NULL;
	if (r->kind == PROCAUDIT_RECORD_HEADER)
		on_header(b, r);
	/* What stands before the first header belongs to no log. */
	if (!b->log)
		return;
	b->log->mono_us = r->mono_us;
	switch (r->kind) {
	case PROCAUDIT_RECORD_FORK:
		on_fork(b, r);
		break;
	case PROCAUDIT_RECORD_ATTACH:
		on_attach(b, r);
		break;
	case PROCAUDIT_RECORD_EXEC:
		on_exec(b, r);
		break;
	case PROCAUDIT_RECORD_EXIT:
	case PROCAUDIT_RECORD_DETACH:
		on_end(b, r);
		break;
	case PROCAUDIT_RECORD_ENV:
		on_env(b, r);
		break;
	case PROCAUDIT_RECORD_GAP:
		b->log->gaps++;
		break;
	case PROCAUDIT_RECORD_TRAILER:
		b->log->complete = r->complete;
		break;
	case PROCAUDIT_RECORD_HEADER:
	case PROCAUDIT_RECORD_THREAD:
	case PROCAUDIT_RECORD_THREAD_EXIT:
	case PROCAUDIT_RECORD_STATS:
	case PROCAUDIT_RECORD_PART:
	case PROCAUDIT_RECORD_OTHER:
	case PROCAUDIT_RECORD_KINDS:
		break;
	}
	if (b->hook)
		b->hook(b->context, r, b->exec);
	if (b->lean && b->exec)
		b->exec->argv = NULL;
}

static void read_all(struct build *build, char *const *files)
{
	struct model *model = build->model;
	const struct procaudit_record *record;
	struct input input;

	*model = (struct model){0};
	input_open(&input, files);
	while ((record = input_next(&input)))
		add_record(build, record);
	model->problems = input.problems;
	model->unreadable = !input_end(&input);
	HASH_CLEAR(hh, build->environments);
	free(build->argv);
}

void model_read(struct model *model, char *const *files, model_hook *hook, void *context)
{
	read_all(&(struct build){.model = model, .hook = hook, .context = context}, files);
}

void model_read_lean(struct model *model, char *const *files, model_hook *hook, void *context)
{
	read_all(&(struct build){.model = model, .hook = hook, .context = context, .lean = true},
		files);
}

void model_free(struct model *model)
{
	unsigned i;

	for (i = 0; i < model->log_count; i++)
		HASH_CLEAR(hh, model->logs[i]->processes);
	free(model->logs);
	free(model->processes);
	free(model->execs);
	*model = (struct model){0};
}

/* --- Finding ------------------------------------------------------------------ */

struct process *model_find(const struct model_log *log, int64_t proc)
{
	struct entry *entry = find_entry(log->processes, proc);

	return entry ? entry->process : NULL;
}

/* A number up to end; -1 if it is none. */
static int64_t number_of(const char *text, const char *end)
{
	char digits[20];
	const char *error;
	int64_t number;

	if ((size_t)(end - text) >= sizeof(digits))
		return -1;
	memcpy(digits, text, (size_t)(end - text));
	digits[end - text] = '\0';
	number = strtonum(digits, 0, INT64_C(1) << 53, &error);
	return error ? -1 : number;
}

static struct exec *find_seq(const struct model *model, const struct model_log *log, int64_t seq)
{
	unsigned i;

	for (i = 0; i < model->exec_count; i++)
		if (model->execs[i]->process->log == log && model->execs[i]->seq == seq)
			return model->execs[i];
	return NULL;
}

static struct exec *find_image(struct process *process, int64_t image)
{
	struct exec *exec = process->first_exec;

	while (exec && (!exec->success || exec->image != image))
		exec = exec->next;
	return exec;
}

struct process *model_named(const struct model *model, const char *name, struct exec **exec)
{
	const char *colon = strchr(name, ':'), *at = colon ? colon + 1 : name;
	const char *end = at + strcspn(at, ".");
	int64_t number = colon ? number_of(name, colon) : 1;
	const struct model_log *log;
	struct process *process;

	*exec = NULL;
	if (number < 1 || number > model->log_count)
		errx(STATUS_FAILED, "'%s': there is no such log", name);
	log = model->logs[number - 1];
	if (*at == '@') {
		*exec = find_seq(model, log, number_of(at + 1, at + strlen(at)));
		if (!*exec)
			errx(STATUS_FAILED, "'%s': no exec record has this seq", name);
		return (*exec)->process;
	}
	process = model_find(log, number_of(at, end));
	if (!process)
		errx(STATUS_FAILED, "'%s': there is no such process", name);
	*exec = process->image;
	if (*end == '.')
		*exec = find_image(process, number_of(end + 1, end + strlen(end)));
	if (*end == '.' && !*exec)
		errx(STATUS_FAILED, "'%s': there is no such program of the process", name);
	return process;
}

struct process *model_skip(struct process *process, const struct process *top, unsigned *depth)
{
	while (process != top && !process->next_sibling) {
		process = process->parent;
		--*depth;
	}
	return process == top ? NULL : process->next_sibling;
}

struct process *model_walk(struct process *process, const struct process *top, unsigned *depth)
{
	if (!process->first_child)
		return model_skip(process, top, depth);
	++*depth;
	return process->first_child;
}

const char *exec_name(const struct exec *exec)
{
	const char *name = exec->exe	? exec->exe->data
			   : exec->path ? exec->path->data
			   : exec->argv ? exec->argv->data
					: "";
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

bool exec_is_miss(const struct exec *exec)
{
	const struct exec *next = exec->next;
	const char *name = exec->path ? strrchr(exec->path->data, '/') : NULL;
	const char *other;

	if (!exec->error || strcmp(exec->error->data, "ENOENT") != 0 || !name || !next ||
		!next->path)
		return false;
	other = strrchr(next->path->data, '/');
	return other && strcmp(name, other) == 0;
}
