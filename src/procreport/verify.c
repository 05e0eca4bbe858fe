/* SPDX-License-Identifier: ISC */
#include "verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM	     1
#define uthash_nonfatal_oom(element) ((element)->lost = true)
#include <uthash.h>

/* A header is not shorter: log shippers tell files apart by their first bytes. */
#define HEADER_MIN 1024

struct thread {
	int64_t tid;
	struct thread *next;
};

/* What the records of one process have told so far. */
struct process {
	int64_t proc, pid;
	int64_t parent;		/* its creator's proc; -1: none */
	int64_t since;		/* mono_us of its first record */
	int64_t images;		/* programs so far */
	int64_t ended;		/* seq of the record of its end; -1: it lives */
	bool announced;		/* by a fork or attach record, or by being the command */
	struct thread *threads; /* further ones that live */
	bool lost;		/* there was no memory for its place in the table */
	UT_hash_handle hh;
};

struct environment {
	int64_t env_id;
	bool lost; /* as above */
	UT_hash_handle hh;
};

struct verify {
	verify_found *found;
	verify_log_end *log_end;
	void *context;
	bool no_memory;

	const struct procaudit_record *record; /* the current one */
	struct procaudit_place place;	       /* of the current record, or the last */
	bool damaged;			       /* a line was, since the last record */

	/* The current log. */
	bool in_log, has_trailer;
	bool partial;  /* something is missing: it has a gap, or no beginning */
	bool headless; /* it has no beginning */
	bool with_threads, env_full, env_once, env_none, failed_none, failed_brief;
	char log_id[33];
	struct verify_log log;
	int64_t part, seq, counts[PROCAUDIT_RECORD_KINDS];
	struct process *processes; /* hash by proc */
	struct environment *environments;
	uint64_t living;
	struct {
		bool is; /* the command has ended */
		int64_t exit_code, core_dumped;
		char signal[32];
	} end;
};

struct verify *verify_new(verify_found *found, verify_log_end *log_end, void *context)
{
	struct verify *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->found = found;
	v->log_end = log_end;
	v->context = context;
	return v;
}

__attribute__((format(printf, 3, 4))) static void report(
	struct verify *v, enum finding finding, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	v->log.findings++;
	v->found(v->context, finding, &v->place, text);
}

#define damaged(v, ...) report(v, FINDING_DAMAGED, __VA_ARGS__)

/* What a gap explains. */
#define suspect(v, ...)                                                                            \
	do {                                                                                       \
		if (!(v)->partial)                                                                 \
			damaged(v, __VA_ARGS__);                                                   \
	} while (0)

static void drop_threads(struct process *process)
{
	struct thread *thread, *next;

	for (thread = process->threads; thread; thread = next) {
		next = thread->next;
		free(thread);
	}
	process->threads = NULL;
}

static void forget_environments(struct verify *v)
{
	struct environment *environment, *next;

	HASH_ITER (hh, v->environments, environment, next) {
		HASH_DEL(v->environments, environment);
		free(environment);
	}
}

static void forget_log(struct verify *v)
{
	struct process *process, *next_process;

	HASH_ITER (hh, v->processes, process, next_process) {
		HASH_DEL(v->processes, process);
		drop_threads(process);
		free(process);
	}
	forget_environments(v);
}

void verify_free(struct verify *v)
{
	if (!v)
		return;
	forget_log(v);
	free(v);
}

/* --- Processes ---------------------------------------------------------------- */

static struct process *find(struct verify *v, int64_t proc)
{
	struct process *process;

	HASH_FIND(hh, v->processes, &proc, sizeof(proc), process);
	return process;
}

static struct process *add(struct verify *v, int64_t proc, int64_t pid, int64_t parent)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process) {
		v->no_memory = true;
		return NULL;
	}
	*process = (struct process){.proc = proc,
		.pid = pid,
		.parent = parent,
		.since = v->record->mono_us,
		.ended = -1};
	HASH_ADD(hh, v->processes, proc, sizeof(proc), process);
	if (process->lost) {
		v->no_memory = true;
		free(process);
		return NULL;
	}
	v->log.processes++;
	v->living++;
	return process;
}

/* Whether the tid is that of a further thread of the process. */
static bool has_thread(const struct process *process, int64_t tid)
{
	const struct thread *thread;

	for (thread = process->threads; thread; thread = thread->next)
		if (thread->tid == tid)
			return true;
	return false;
}

/* The process that acts in this record; NULL if there is none. */
static struct process *actor(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	struct process *process;

	if (r->proc < 0)
		return NULL;
	process = find(v, r->proc);
	if (!process) {
		if (r->proc != 1)
			suspect(v, "process %" PRId64 " has had no fork record", r->proc);
		process = add(v, r->proc, r->pid, -1);
		if (process)
			process->announced = r->proc == 1;
		return process;
	}
	if (process->ended >= 0)
		damaged(v, "process %" PRId64 " has ended at seq %" PRId64, r->proc,
			process->ended);
	if (process->pid != r->pid)
		damaged(v, "process %" PRId64 " has pid %" PRId64 ", and had %" PRId64, r->proc,
			r->pid, process->pid);
	if (r->kind != PROCAUDIT_RECORD_THREAD && r->tid >= 0 && v->with_threads &&
		!has_thread(process, r->tid))
		suspect(v, "process %" PRId64 " has no thread %" PRId64, r->proc, r->tid);
	return process;
}

static void on_fork(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	struct process *child = find(v, r->child);

	if (r->child == 1)
		damaged(v, "the command itself has a fork record");
	else if (r->child == r->proc)
		damaged(v, "process %" PRId64 " is its own creator", r->child);
	else if (child && child->ended >= 0)
		damaged(v, "process %" PRId64 " has a fork record after its end", r->child);
	else if (child)
		damaged(v, "process %" PRId64 " has a fork record after others", r->child);
	else
		child = add(v, r->child, r->child_pid, r->proc);
	if (child)
		child->announced = true;
}

static void check_threads_gone(struct verify *v, struct process *process)
{
	if (process->threads)
		suspect(v, "process %" PRId64 " still has the thread %" PRId64, process->proc,
			process->threads->tid);
	drop_threads(process);
}

static void remove_thread(struct process *process, int64_t tid)
{
	struct thread **at = &process->threads, *gone;

	while (*at && (*at)->tid != tid)
		at = &(*at)->next;
	if (!*at)
		return;
	gone = *at;
	*at = gone->next;
	free(gone);
}

static void on_thread(struct verify *v, struct process *process)
{
	const struct procaudit_record *r = v->record;
	struct thread *thread;

	if (!v->with_threads)
		damaged(v, "a thread, though no threads were wanted");
	if (!process || !v->with_threads)
		return;
	if (r->kind == PROCAUDIT_RECORD_THREAD_EXIT) {
		remove_thread(process, r->tid);
	} else if (has_thread(process, r->tid)) {
		suspect(v, "thread %" PRId64 " exists already", r->tid);
	} else {
		thread = malloc(sizeof(*thread));
		if (!thread) {
			v->no_memory = true;
			return;
		}
		*thread = (struct thread){.tid = r->tid, .next = process->threads};
		process->threads = thread;
	}
}

/* --- Programs ----------------------------------------------------------------- */

static bool env_is_known(struct verify *v, int64_t env_id)
{
	struct environment *environment;

	HASH_FIND(hh, v->environments, &env_id, sizeof(env_id), environment);
	return environment != NULL;
}

static void on_env(struct verify *v)
{
	struct environment *environment;

	if (env_is_known(v, v->record->env_id)) {
		damaged(v, "two env records have env_id %" PRId64, v->record->env_id);
		return;
	}
	environment = calloc(1, sizeof(*environment));
	if (environment) {
		environment->env_id = v->record->env_id;
		HASH_ADD(hh, v->environments, env_id, sizeof(environment->env_id), environment);
	}
	if (!environment || environment->lost) {
		v->no_memory = true;
		free(environment);
	}
}

static void check_environment(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	bool has_env = r->env.data || r->env.error, has_id = r->env_id >= 0;

	if (v->env_none && (has_env || has_id))
		damaged(v, "an environment, though none was wanted");
	if (v->env_full && (has_id || !has_env))
		damaged(v, "env is missing");
	if (v->env_once && !has_id && !r->env.error)
		damaged(v, "env_id is missing");
	if (has_id && !env_is_known(v, r->env_id))
		suspect(v, "no env record has env_id %" PRId64, r->env_id);
}

static void check_failed(struct verify *v)
{
	const struct procaudit_record *r = v->record;

	if (v->failed_none)
		damaged(v, "an exec that failed, though those were not wanted");
	if (v->failed_brief && (r->env.data || r->env_id >= 0))
		damaged(v, "an environment in an exec that failed, though none was wanted");
	if (r->image >= 0 || r->exe.data || r->uid >= 0 || r->old_tid >= 0)
		damaged(v, "image, exe, uid or old_tid of an exec that failed");
}

static void check_image(struct verify *v, struct process *process)
{
	const struct procaudit_record *r = v->record;

	process->images++;
	if (r->image != process->images)
		suspect(v, "image is %" PRId64 ", not %" PRId64, r->image, process->images);
	process->images = r->image;
	if (r->error_name.data)
		damaged(v, "errno of an exec that succeeded");
	if (!v->with_threads)
		return;
	if (r->old_tid >= 0 && !has_thread(process, r->old_tid))
		suspect(v, "old_tid %" PRId64 " is no thread of process %" PRId64, r->old_tid,
			r->proc);
	remove_thread(process, r->old_tid);
	check_threads_gone(v, process);
}

static void on_exec(struct verify *v, struct process *process)
{
	const struct procaudit_record *r = v->record;

	if (!process)
		return;
	if (r->success) {
		v->log.execs++;
		check_image(v, process);
	} else {
		check_failed(v);
	}
	if (r->parent != process->parent)
		suspect(v, "parent is %" PRId64 ", not %" PRId64, r->parent, process->parent);
	if (r->success || !v->failed_brief)
		check_environment(v);
}

/* --- Ends ---------------------------------------------------------------------- */

/* It began when the process was first seen, at its first record or before. */
static void check_duration(struct verify *v, const struct process *process)
{
	const struct procaudit_record *r = v->record;
	int64_t seen = r->mono_us - process->since - 1; /* both are rounded */

	if (r->duration_us >= 0 && (r->duration_us < seen || r->duration_us > r->mono_us + 1))
		damaged(v, "duration_us is %" PRId64 ", seen for %" PRId64, r->duration_us, seen);
}

static void on_end(struct verify *v, struct process *process)
{
	const struct procaudit_record *r = v->record;

	if (!process)
		return;
	if (r->kind == PROCAUDIT_RECORD_EXIT) {
		check_duration(v, process);
		check_threads_gone(v, process);
	}
	if (process->ended < 0)
		v->living--;
	process->ended = r->seq;
	if (r->proc != 1)
		return;
	v->end.is = true;
	v->end.exit_code = r->exit_code;
	v->end.core_dumped = r->core_dumped;
	snprintf(v->end.signal, sizeof(v->end.signal), "%s", r->signal.data ? r->signal.data : "");
}

static void on_detach(struct verify *v, struct process *process)
{
	report(v, FINDING_INCOMPLETE, "process %" PRId64 " (pid %" PRId64 ") was let go alive: %s",
		v->record->proc, v->record->pid, v->record->reason.data);
	on_end(v, process);
}

static void on_gap(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	char count[32] = "something";

	v->partial = true;
	if (r->count > 0)
		snprintf(count, sizeof(count), "%" PRId64, r->count);
	if (r->proc > 0)
		report(v, FINDING_INCOMPLETE, "a gap: %s is missing at process %" PRId64 ": %s",
			count, r->proc, r->reason.data);
	else
		report(v, FINDING_INCOMPLETE, "a gap: %s is missing: %s", count, r->reason.data);
}

/* How the command ended, in two places. */
static void check_status(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	const char *signal = r->signal.data ? r->signal.data : "";

	if (!v->end.is)
		return;
	if (r->exit_code != v->end.exit_code || r->core_dumped != v->end.core_dumped ||
		strcmp(signal, v->end.signal) != 0)
		suspect(v, "the command ended otherwise than this says");
}

static void check_complete(struct verify *v)
{
	if (v->counts[PROCAUDIT_RECORD_GAP] || v->counts[PROCAUDIT_RECORD_DETACH])
		damaged(v, "complete in spite of gap or detach records");
	if (v->living)
		damaged(v, "complete, and %" PRIu64 " processes have no end", v->living);
	if (!find(v, 1))
		damaged(v, "complete, and there is no command");
}

/* What stats and trailer records say of the log in front of them. */
static void check_counts(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	unsigned kind;

	if (v->headless)
		return;
	for (kind = 1; kind < PROCAUDIT_RECORD_TRAILER; kind++) {
		int64_t told = r->counts[kind] < 0 ? 0 : r->counts[kind];

		if (told != v->counts[kind])
			damaged(v, "counts.%s is %" PRId64 ", and there are %" PRId64,
				procaudit_record_name(kind), told, v->counts[kind]);
	}
	if (r->gaps != v->counts[PROCAUDIT_RECORD_GAP])
		damaged(v, "gaps is %" PRId64 ", and there are %" PRId64, r->gaps,
			v->counts[PROCAUDIT_RECORD_GAP]);
	if ((uint64_t)r->bytes != v->log.bytes)
		damaged(v, "bytes is %" PRId64 ", and there are %" PRIu64, r->bytes, v->log.bytes);
}

static void on_trailer(struct verify *v)
{
	v->has_trailer = true;
	check_counts(v);
	check_status(v);
	if (!v->record->complete)
		report(v, FINDING_INCOMPLETE, "the recorder says that this is not complete");
	else if (!v->headless)
		check_complete(v);
}

/* --- Logs ----------------------------------------------------------------------- */

static bool is(const struct procaudit_string *string, const char *text)
{
	return string->data && strcmp(string->data, text) == 0;
}

static void end_log(struct verify *v)
{
	if (!v->in_log)
		return;
	if (!v->has_trailer)
		report(v, FINDING_TRUNCATED,
			"the log ends here without a trailer, after %" PRIu64
			" records and %" PRId64 ".%03" PRId64 " s; %" PRIu64
			" processes had not ended",
			v->log.records, v->log.mono_us / 1000000, v->log.mono_us / 1000 % 1000,
			v->living);
	v->log_end(v->context, &v->log);
	forget_log(v);
	v->in_log = false;
}

/* Whether this header begins a further part of the log that is open; each part
 * has the environments that it names. */
static bool begin_part(struct verify *v)
{
	const struct procaudit_record *r = v->record;

	if (!v->in_log || v->has_trailer || r->part < 2 || strcmp(r->log_id.data, v->log_id) != 0)
		return false;
	if (r->part > v->part + 1)
		report(v, FINDING_TRUNCATED, "this is part %" PRId64 ", behind part %" PRId64,
			r->part, v->part);
	else if (r->part != v->part + 1)
		damaged(v, "this is part %" PRId64 ", behind part %" PRId64, r->part, v->part);
	v->part = r->part;
	forget_environments(v);
	return true;
}

static void begin_log(struct verify *v)
{
	const struct procaudit_record *r = v->record;

	end_log(v);
	v->in_log = true;
	v->has_trailer = false;
	v->headless = v->partial = r->part != 1;
	v->log = (struct verify_log){.file = r->place.file};
	v->seq = v->headless ? r->seq : 0;
	v->living = 0;
	v->end.is = false;
	memset(v->counts, 0, sizeof(v->counts));
	memcpy(v->log_id, r->log_id.data, sizeof(v->log_id));
	v->part = r->part;
	v->with_threads = r->capture_threads == 1;
	v->env_full = is(&r->capture_env, "full");
	v->env_once = is(&r->capture_env, "once");
	v->env_none = is(&r->capture_env, "none");
	v->failed_none = is(&r->capture_failed, "none");
	v->failed_brief = is(&r->capture_failed, "brief");
	if (r->size < HEADER_MIN)
		damaged(v, "the header has %zu bytes, not %d", r->size, HEADER_MIN);
	if (v->headless)
		report(v, FINDING_TRUNCATED,
			"this is part %" PRId64 ", and those before it are missing", r->part);
}

static void check_order(struct verify *v)
{
	const struct procaudit_record *r = v->record;

	/* A line that is damaged has been told. */
	if (r->seq != v->seq && !(v->damaged && r->seq > v->seq))
		damaged(v, "seq is %" PRId64 ", not %" PRId64, r->seq, v->seq);
	if (r->mono_us < v->log.mono_us)
		damaged(v, "mono_us goes back from %" PRId64 " to %" PRId64, v->log.mono_us,
			r->mono_us);
	v->seq = r->seq + 1;
	v->log.mono_us = r->mono_us;
	v->damaged = false;
}

static void dispatch(struct verify *v)
{
	struct process *process = v->record->kind == PROCAUDIT_RECORD_GAP ? NULL : actor(v);

	switch (v->record->kind) {
	case PROCAUDIT_RECORD_FORK:
		on_fork(v);
		break;
	case PROCAUDIT_RECORD_EXEC:
		on_exec(v, process);
		break;
	case PROCAUDIT_RECORD_EXIT:
		on_end(v, process);
		break;
	case PROCAUDIT_RECORD_THREAD:
	case PROCAUDIT_RECORD_THREAD_EXIT:
		on_thread(v, process);
		break;
	case PROCAUDIT_RECORD_ENV:
		on_env(v);
		break;
	case PROCAUDIT_RECORD_DETACH:
		on_detach(v, process);
		break;
	case PROCAUDIT_RECORD_GAP:
		on_gap(v);
		break;
	case PROCAUDIT_RECORD_TRAILER:
		on_trailer(v);
		break;
	case PROCAUDIT_RECORD_STATS:
		check_counts(v);
		break;
	case PROCAUDIT_RECORD_HEADER:
	case PROCAUDIT_RECORD_PART:
	case PROCAUDIT_RECORD_OTHER:
	case PROCAUDIT_RECORD_KINDS:
		break;
	}
}

bool verify_record(struct verify *v, const struct procaudit_record *record)
{
	v->record = record;
	v->place = record->place;
	if (record->kind == PROCAUDIT_RECORD_HEADER) {
		if (!begin_part(v))
			begin_log(v);
	} else if (!v->in_log) {
		damaged(v, "a record before the header");
	} else if (v->has_trailer) {
		damaged(v, "a record after the trailer");
	}
	if (v->in_log) {
		check_order(v);
		if (record->unknown)
			report(v, FINDING_UNKNOWN,
				"%u keys or values that this version does not know",
				record->unknown);
		dispatch(v);
		v->counts[record->kind]++;
		v->log.records++;
		v->log.bytes += record->size;
	}
	return !v->no_memory;
}

void verify_problem(struct verify *v, int error, const struct procaudit_problem *problem)
{
	v->place = problem->place;
	/* What a recorder that was killed leaves behind. */
	report(v, problem->cut && error == -EBADMSG ? FINDING_TRUNCATED : FINDING_DAMAGED, "%s",
		problem->text);
	v->log.bytes += problem->size;
	v->damaged = true;
}

void verify_end(struct verify *v)
{
	end_log(v);
}
