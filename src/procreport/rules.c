/* SPDX-License-Identifier: ISC */
#include "rules.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void rules_report(struct verify *v, enum finding finding, const char *format, ...)
{
	char text[256], *c;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* A reason that nobody knows may be anything. */
	for (c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	v->log.findings++;
	v->found(v->context, finding, &v->place, text);
}

/* --- Processes ---------------------------------------------------------------- */

static struct member *add(struct verify *v, int64_t proc, int64_t pid, int64_t parent)
{
	struct member *process = roster_add(&v->roster, proc);

	if (!process) {
		v->no_memory = true;
		return NULL;
	}
	process->pid = pid;
	process->parent = parent;
	process->since = v->record->mono_us;
	v->log.processes++;
	v->living++;
	return process;
}

/* The process that acts in this record; NULL if there is none. */
static struct member *actor(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	struct member *process;

	if (r->proc < 0)
		return NULL;
	process = roster_find(&v->roster, r->proc);
	if (!process) {
		bool known = r->kind == PROCAUDIT_RECORD_ATTACH || (r->proc == 1 && !v->attaches);

		if (!known)
			suspect(v, "process %" PRId64 " has had no fork record", r->proc);
		process = add(v, r->proc, r->pid, -1);
		if (process)
			process->announced = known;
		return process;
	}
	if (process->ended >= 0)
		damaged(v, "process %" PRId64 " has ended at seq %" PRId64, r->proc,
			process->ended);
	if (process->pid != r->pid)
		damaged(v, "process %" PRId64 " has pid %" PRId64 ", and had %" PRId64, r->proc,
			r->pid, process->pid);
	if (r->kind != PROCAUDIT_RECORD_THREAD && r->tid >= 0 && v->with_threads &&
		!member_has_thread(process, r->tid))
		suspect(v, "process %" PRId64 " has no thread %" PRId64, r->proc, r->tid);
	return process;
}

static void on_fork(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	struct member *child = roster_find(&v->roster, r->child);

	if (r->child == 1 && !v->attaches)
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

static void check_threads_gone(struct verify *v, struct member *process)
{
	if (process->threads)
		suspect(v, "process %" PRId64 " still has the thread %" PRId64, process->proc,
			process->threads->tid);
	member_drop_threads(process);
}

static void on_thread(struct verify *v, struct member *process)
{
	const struct procaudit_record *r = v->record;

	if (!v->with_threads)
		damaged(v, "a thread, though no threads were wanted");
	if (!process || !v->with_threads)
		return;
	if (r->kind == PROCAUDIT_RECORD_THREAD_EXIT) {
		member_remove_thread(process, r->tid);
	} else if (member_has_thread(process, r->tid)) {
		suspect(v, "thread %" PRId64 " exists already", r->tid);
	} else if (!member_add_thread(process, r->tid)) {
		v->no_memory = true;
	}
}

/* --- Programs ----------------------------------------------------------------- */

static void on_env(struct verify *v)
{
	int64_t env_id = v->record->env_id;

	if (roster_has_environment(&v->roster, env_id))
		damaged(v, "two env records have env_id %" PRId64, env_id);
	else if (!roster_add_environment(&v->roster, env_id))
		v->no_memory = true;
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
	if (has_id && !roster_has_environment(&v->roster, r->env_id))
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

static void check_image(struct verify *v, struct member *process)
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
	if (r->old_tid >= 0 && !member_has_thread(process, r->old_tid))
		suspect(v, "old_tid %" PRId64 " is no thread of process %" PRId64, r->old_tid,
			r->proc);
	member_remove_thread(process, r->old_tid);
	check_threads_gone(v, process);
}

static void on_exec(struct verify *v, struct member *process)
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
static void check_duration(struct verify *v, const struct member *process)
{
	const struct procaudit_record *r = v->record;
	int64_t seen = r->mono_us - process->since - 1; /* both are rounded */

	if (r->duration_us >= 0 && (r->duration_us < seen || r->duration_us > r->mono_us + 1))
		damaged(v, "duration_us is %" PRId64 ", seen for %" PRId64, r->duration_us, seen);
}

static void on_end(struct verify *v, struct member *process)
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

static void on_attach(struct verify *v, struct member *process)
{
	if (!v->attaches)
		damaged(v, "an attach though a command was run");
	if (process)
		process->parent = v->record->parent;
}

/* Whoever attaches lets go when he is told to: that is the record's end. */
static bool is_asked_for(const struct verify *v)
{
	return v->attaches && strcmp(v->record->reason.data, "signal") == 0;
}

static void on_detach(struct verify *v, struct member *process)
{
	if (is_asked_for(v)) {
		v->let_go++;
		on_end(v, process);
		return;
	}
	rules_report(v, FINDING_INCOMPLETE,
		"process %" PRId64 " (pid %" PRId64 ") was let go alive: %s", v->record->proc,
		v->record->pid, v->record->reason.data);
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
		rules_report(v, FINDING_INCOMPLETE,
			"a gap: %s is missing at process %" PRId64 ": %s", count, r->proc,
			r->reason.data);
	else
		rules_report(
			v, FINDING_INCOMPLETE, "a gap: %s is missing: %s", count, r->reason.data);
}

/* How the command ended, in two places. */
static void check_status(struct verify *v)
{
	const struct procaudit_record *r = v->record;
	const char *signal = r->signal.data ? r->signal.data : "";

	if (!v->end.is || v->attaches)
		return;
	if (r->exit_code != v->end.exit_code || r->core_dumped != v->end.core_dumped ||
		strcmp(signal, v->end.signal) != 0)
		suspect(v, "the command ended otherwise than this says");
}

static void check_complete(struct verify *v)
{
	if (v->counts[PROCAUDIT_RECORD_GAP] || v->counts[PROCAUDIT_RECORD_DETACH] > v->let_go)
		damaged(v, "complete in spite of gap or detach records");
	if (v->living)
		damaged(v, "complete, and %" PRIu64 " process%s no end", v->living,
			v->living == 1 ? " has" : "es have");
	if (!v->attaches && !roster_find(&v->roster, 1))
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
		rules_report(v, FINDING_INCOMPLETE, "the recorder says that this is not complete");
	else if (!v->headless)
		check_complete(v);
}

void rules_apply(struct verify *v)
{
	struct member *process = v->record->kind == PROCAUDIT_RECORD_GAP ? NULL : actor(v);

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
	case PROCAUDIT_RECORD_ATTACH:
		on_attach(v, process);
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
