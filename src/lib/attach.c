/* SPDX-License-Identifier: ISC */
#include "attach.h"

#include "dispatch.h"
#include "hold.h"
#include "join.h"
#include "newborn.h"
#include "proc.h"

#include <signal.h>
#include <unistd.h>

/* --- Finding all --------------------------------------------------------- */

static bool is_spared(const struct procaudit_tracer *t, pid_t pid)
{
	return pid == getpid() || pid == t->attach.spare;
}

/* Joins the children of what is known, and theirs. */
static bool join_children(struct procaudit_tracer *t, const struct census *census, bool fresh)
{
	size_t count, i;
	const struct census_entry *entry = census_entries(census, &count);
	bool found = false, more;

	do {
		more = false;
		for (i = 0; i < count; i++) {
			if (is_spared(t, entry[i].pid) || !join_is_ours(t, entry[i].ppid))
				continue;
			if (entry[i].zombie) /* the end of it may yet be told to its parent */
				task_remember(&t->table, entry[i].pid);
			more |= join_process(t, entry[i].pid, entry[i].ppid, fresh) == SEIZED;
		}
		found |= more;
	} while (more);
	return found;
}

/* Whether pid is above what was asked for. */
static bool is_ancestor(const struct procaudit_tracer *t, pid_t pid)
{
	const struct census *census = &t->attach.before;
	size_t count, i;
	const pid_t *joined = join_ids(&t->attach.joined, &count);
	const struct census_entry *entry;

	for (i = 0; i < t->attach.named; i++) {
		entry = census_find(census, joined[i]);
		while (entry && entry->ppid && entry->ppid != pid)
			entry = census_find(census, entry->ppid);
		if (entry && entry->ppid == pid)
			return true;
	}
	return false;
}

/*
 * A task that was about to end when it was seized has left its children to an
 * ancestor (exit(2)), or to one of ours, where they are found. If the ancestors
 * have no new child there were none.
 */
static void tell_orphans(struct procaudit_tracer *t, const struct census *now)
{
	struct refusal race = {.reason = PROCAUDIT_GAP_ATTACH_RACE};
	size_t count, i;
	const struct census_entry *entry = census_entries(now, &count);

	for (i = 0; i < count; i++) {
		if (is_spared(t, entry[i].pid) || join_is_ours(t, entry[i].pid) ||
			census_find(&t->attach.before, entry[i].pid) ||
			!is_ancestor(t, entry[i].ppid))
			continue;
		join_refuse(t, NULL, entry[i].pid, &race);
	}
}

/* Who is not in it may be missed, which a gap record tells. */
static void take_census(struct procaudit_tracer *t, struct census *census)
{
	if (census_take(census) < 0)
		t->queue.lost++;
}

/* Once round. Returns whether something was found that was not known. */
static bool look_around(struct procaudit_tracer *t, bool fresh)
{
	struct census census = {0};
	bool found = false, slipped;
	size_t i, count;

	t->attach.lost = false;
	for (i = t->attach.told; join_ids(&t->attach.joined, &count), i < count; i++)
		found |= join_threads(t, join_ids(&t->attach.joined, &count)[i], fresh);
	hold_all(t);
	slipped = t->attach.slipped;
	t->attach.slipped = false;
	take_census(t, &census);
	if (slipped && t->attach.before.entries.size)
		tell_orphans(t, &census);
	found |= join_children(t, &census, fresh);
	census_free(&t->attach.before);
	t->attach.before = census;
	return found;
}

static void look_for_all(struct procaudit_tracer *t, bool fresh)
{
	while (look_around(t, fresh) || t->attach.slipped || t->attach.lost)
		;
	census_free(&t->attach.before);
	buf_free(&t->attach.refused);
	t->waiter.walk = true; /* it counts on signals that we have taken */
}

int attach_start(struct procaudit_tracer *t, const pid_t *pids, size_t count, unsigned long options,
	pid_t spare)
{
	struct sigaction saved;
	struct proc_status status;
	size_t i, joined;

	t->attach.flags = options;
	t->attach.spare = spare;
	if (spare) /* its end is nothing that we miss */
		task_remember(&t->table, spare);
	seize_begin(&saved);
	stamp(t);
	/* What there is before anything is seized. */
	take_census(t, &t->attach.before);
	for (i = 0; i < count; i++) {
		status.tgid = pids[i];
		proc_status(pids[i], &status);
		if (join_named(t, status.tgid) == SEIZED_GONE)
			join_refuse_gone(t, pids[i]);
	}
	join_ids(&t->attach.joined, &joined);
	t->attach.named = joined;
	look_for_all(t, true);
	seize_end(&saved);
	t->attach.looked_ns = boot_now();
	return t->attach.joined.error;
}

void attach_again(struct procaudit_tracer *t)
{
	struct sigaction saved;
	struct task *task;

	t->attach.again = false;
	seize_begin(&saved);
	/* It may have made threads as well. */
	for (task = t->table.tasks; task; task = task->hh.next) {
		if (!task->unheld || !task->started || !task->process)
			continue;
		task->unheld = false;
		join_add_id(t, &t->attach.joined, task->process->pid);
	}
	look_for_all(t, false);
	seize_end(&saved);
	t->attach.looked_ns = boot_now();
}

/* --- Events -------------------------------------------------------------- */

/* A task of the process that can be looked at. */
static const struct task *someone_of(
	const struct procaudit_tracer *t, const struct process *process)
{
	const struct task *task;

	for (task = t->table.tasks; task; task = task->hh.next)
		if (task->process == process && !task->zombie)
			return task;
	return NULL;
}

static void add_start(const struct procaudit_tracer *t, pid_t pid, struct procaudit_attach *attach)
{
	int64_t tick = NS_PER_SEC / sysconf(_SC_CLK_TCK), ns;
	struct proc_stat stat;

	if (proc_stat(pid, &stat) < 0)
		return;
	ns = timespec_ns(&t->real) - t->now + (int64_t)stat.start_ticks * tick;
	attach->start = (struct timespec){ns / NS_PER_SEC, ns % NS_PER_SEC};
	attach->has_start = true;
}

static void add_attach(struct procaudit_tracer *t, struct process *process, pid_t tid)
{
	struct proc_status status = {0};
	struct procaudit_event event;
	struct process *parent;

	proc_status(process->pid, &status);
	parent = task_process(&t->table, status.ppid);
	process->parent = parent ? parent->id : 0;
	process->depth = parent ? parent->depth + 1 : 0;
	process->ns_pid = status.ns_pid;
	process->has_old_signal = status.pending >> (SIGCHLD - 1) & 1;
	process->attached = true;
	event = event_of(t, PROCAUDIT_ATTACH, process, process->pid);
	event.attach.program.success = true;
	event.attach.program.parent = process->parent;
	event.attach.program.ppid = status.ppid;
	collect_process(&t->collector, tid, &event.attach.program);
	add_start(t, process->pid, &event.attach);
	queue_add(&t->queue, &event);
}

/* The task goes on as its stop demands. */
static void release(struct procaudit_tracer *t, struct task *task)
{
	int status = task->held;

	task->joining = false;
	task->held = 0;
	task->unheld = !status && !task->zombie;
	if (status)
		dispatch(t, task->tid, status);
}

static void release_all(struct procaudit_tracer *t, const struct process *process)
{
	struct procaudit_event event;
	struct task *task, *next;

	HASH_ITER (hh, t->table.tasks, task, next) {
		if (task->process != process || !task->joining)
			continue;
		if (t->threads && !task_is_leader(task)) {
			event = event_of(t, PROCAUDIT_THREAD, process, task->tid);
			queue_add(&t->queue, &event);
		}
		release(t, task);
	}
}

/* named: it was asked for. */
static void tell(struct procaudit_tracer *t, pid_t pid, bool named)
{
	struct process *process = task_process(&t->table, pid);
	const struct task *task = process ? someone_of(t, process) : NULL;

	stamp(t);
	if (task && !process->attached)
		add_attach(t, process, task->tid);
	if (task)
		release_all(t, process);
	else if (process) /* a zombie: all of its threads have ended */
		task_remove(&t->table, task_find(&t->table, pid));
	if (!task && named)
		join_refuse_gone(t, pid);
}

static void tell_gap(struct procaudit_tracer *t, const struct procaudit_event *waiting)
{
	struct procaudit_event gap = *waiting;

	stamp(t);
	gap.real = t->real;
	gap.boot_ns = t->now;
	queue_add(&t->queue, &gap);
}

bool attach_next(struct procaudit_tracer *t)
{
	size_t count;
	const pid_t *joined = join_ids(&t->attach.joined, &count);
	const struct procaudit_event *gap;

	if (t->attach.told < count) {
		tell(t, joined[t->attach.told], t->attach.told < t->attach.named);
		t->attach.told++;
		return true;
	}
	gap = queue_take(&t->attach.gaps);
	if (gap)
		tell_gap(t, gap);
	else if (count)
		attach_free(&t->attach);
	return gap != NULL;
}

bool attach_is_telling(const struct procaudit_tracer *t)
{
	size_t count;

	join_ids(&t->attach.joined, &count);
	return t->attach.told < count || t->attach.gaps.head != t->attach.gaps.tail ||
	       t->queue.head != t->queue.tail;
}

void attach_free(struct attach *attach)
{
	queue_free(&attach->gaps);
	buf_free(&attach->joined);
	buf_free(&attach->refused);
	census_free(&attach->before);
	attach->told = attach->named = 0;
}
