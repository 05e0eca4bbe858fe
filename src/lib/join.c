/* SPDX-License-Identifier: ISC */
#include "join.h"

#include "dispatch.h"
#include "hold.h"
#include "newborn.h"
#include "proc.h"
#include "stop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

/* A process that seems to be gone, and is there, is tried so often. */
#define TRIES 100

const pid_t *join_ids(const struct buf *list, size_t *count)
{
	*count = list->size / sizeof(pid_t);
	return (const pid_t *)(const void *)list->data;
}

static bool has_id(const struct buf *list, pid_t id)
{
	size_t count, i;
	const pid_t *all = join_ids(list, &count);

	for (i = 0; i < count; i++)
		if (all[i] == id)
			return true;
	return false;
}

void join_add_id(struct procaudit_tracer *t, struct buf *list, pid_t id)
{
	buf_add(list, &id, sizeof(id));
	if (list->error)
		t->queue.lost++;
}

void join_refuse(struct procaudit_tracer *t, const struct process *of, pid_t tid,
	const struct refusal *refusal)
{
	struct procaudit_event event = event_of(t, PROCAUDIT_GAP, of, of ? of->pid : 0);

	event.gap.reason = refusal->reason;
	event.gap.error = refusal->error;
	event.gap.tracer_pid = refusal->tracer;
	event.gap.child_pid = tid;
	event.gap.count = 1;
	queue_add(&t->attach.gaps, &event);
}

void join_refuse_gone(struct procaudit_tracer *t, pid_t pid)
{
	struct refusal gone = {.reason = PROCAUDIT_GAP_ATTACH_GONE, .error = ESRCH};

	join_refuse(t, NULL, pid, &gone);
}

/* A thread that is not in the table yet, or has gone on already. */
static bool serve_thread(void *context, pid_t tid)
{
	struct procaudit_tracer *t = context;
	struct task *task = find_living(t, tid);
	int status;

	if (!task && wait_peek(tid, &status) > 0 && stop_classify(status) == STOP_ENDED)
		wait4(tid, NULL, __WALL, NULL);
	else if (task && !task->joining && wait_take(tid, &status) > 0)
		dispatch(t, tid, status);
	return true;
}

/* A task of the process pid. What its other threads have to report may be in the
 * way. */
static enum seized take(struct procaudit_tracer *t, pid_t pid, pid_t tid, struct refusal *refusal)
{
	enum seized seized;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	while ((seized = seize(tid, t->attach.flags, refusal)) == SEIZED_BUSY) {
		hold_serve(t);
		proc_each(path, serve_thread, t);
	}
	return seized;
}

bool join_is_ours(struct procaudit_tracer *t, pid_t pid)
{
	return task_process(&t->table, pid) || has_id(&t->attach.refused, pid);
}

/* A leader that is a zombie has no tracer; one of its threads may. */
static bool has_threads_alone(pid_t pid)
{
	struct proc_stat leader;
	struct stat tasks;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	return proc_stat(pid, &leader) == 0 && leader.state == 'Z' && stat(path, &tasks) == 0 &&
	       tasks.st_nlink > 3; /* two, and one for each task */
}

static struct task *add_leader(struct procaudit_tracer *t, pid_t pid)
{
	struct task *task = meet_seized(t, pid, NULL);

	if (task)
		join_add_id(t, &t->attach.joined, pid);
	return task;
}

enum seized join_process(struct procaudit_tracer *t, pid_t pid, pid_t ppid, bool fresh)
{
	struct refusal refusal;
	enum seized seized;
	struct task *task;

	if (join_is_ours(t, pid))
		return SEIZED_OURS;
	seized = take(t, pid, pid, &refusal);
	if (seized == SEIZED_NOT) {
		join_refuse(t, task_process(&t->table, ppid), pid, &refusal);
		if (refusal.reason != PROCAUDIT_GAP_ATTACH_KERNEL)
			join_add_id(t, &t->attach.refused, pid);
	}
	if (seized == SEIZED || (seized == SEIZED_OURS && fresh) ||
		(seized == SEIZED_GONE && has_threads_alone(pid))) {
		task = add_leader(t, pid);
		if (!task)
			return SEIZED_OURS;
		task->event_seen = seized != SEIZED_OURS;
		task->zombie = task->started = seized == SEIZED_GONE;
		return SEIZED;
	}
	return seized;
}

struct thread_walk {
	struct procaudit_tracer *t;
	pid_t pid;
	bool fresh;
	bool found; /* a thread that was not in the table */
};

static bool join_thread(void *context, pid_t tid)
{
	struct thread_walk *walk = context;
	struct procaudit_tracer *t = walk->t;
	struct refusal refusal;
	struct process *process;
	struct task *task = find_living(t, tid);
	enum seized seized;

	if (task || has_id(&t->attach.refused, tid))
		return true;
	seized = take(t, walk->pid, tid, &refusal);
	process = task_process(&t->table, walk->pid);
	if (!process) /* it has ended while we waited for the thread */
		return false;
	if (seized == SEIZED || (seized == SEIZED_OURS && walk->fresh)) {
		task = meet_seized(t, tid, process);
		if (task)
			task->event_seen = seized == SEIZED;
		walk->found = true;
	} else if (seized == SEIZED_NOT) {
		join_refuse(t, process, tid, &refusal);
		join_add_id(t, &t->attach.refused, tid);
	}
	return true;
}

static bool is_held(const struct procaudit_tracer *t, const struct process *process)
{
	const struct task *task;

	for (task = t->table.tasks; task; task = task->hh.next)
		if (task->process == process && task->held)
			return true;
	return false;
}

/* Whether a thread of the process lives. */
static bool lives(pid_t pid)
{
	struct proc_stat stat;
	int looks;

	/* In the middle of an exec it may seem to be dead for a moment. */
	for (looks = 0; looks < 3 && proc_exists(pid); looks++) {
		if (proc_stat(pid, &stat) == 0 && stat.state != 'Z' && stat.state != 'X')
			return true;
		if (has_threads_alone(pid))
			return true;
		hold_nap();
	}
	return false;
}

/* After a moment, and not for ever. */
static bool try_again(struct procaudit_tracer *t)
{
	hold_serve(t);
	hold_nap();
	return t->attach.tries++ < TRIES;
}

/* A thread that executes becomes the leader: it lives again. */
static bool revive(struct procaudit_tracer *t, pid_t pid)
{
	struct task *leader = task_find(&t->table, pid);
	struct refusal refusal;
	enum seized seized;

	if (!leader || !leader->zombie)
		return false;
	seized = take(t, pid, pid, &refusal);
	leader = task_find(&t->table, pid);
	if (leader && (seized == SEIZED || seized == SEIZED_OURS)) {
		leader->zombie = leader->started = false;
		return true;
	}
	/* Is a thread that was not seized about to become the leader? */
	return leader && !is_held(t, leader->process) && lives(pid) && try_again(t);
}

bool join_threads(struct procaudit_tracer *t, pid_t pid, bool fresh)
{
	struct thread_walk walk = {.t = t, .pid = pid, .fresh = fresh};
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	if (task_process(&t->table, pid))
		proc_each(path, join_thread, &walk);
	return revive(t, pid) || walk.found;
}

enum seized join_named(struct procaudit_tracer *t, pid_t pid)
{
	enum seized seized;

	do
		seized = join_process(t, pid, 0, true);
	while (seized == SEIZED_GONE && lives(pid) && try_again(t));
	return seized;
}
