/* SPDX-License-Identifier: ISC */
#include "newborn.h"

#include "proc.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether tid is a thread of the process tgid: signal 0 only looks. */
static bool is_thread_of(pid_t tgid, pid_t tid)
{
	return syscall(SYS_tgkill, tgid, tid, 0) == 0 || errno == EPERM;
}

static bool exists_as_leader(pid_t tid)
{
	return is_thread_of(tid, tid);
}

static struct task *add_task(struct procaudit_tracer *t, pid_t tid, bool leader)
{
	struct task *task = task_add(&t->table, tid, t->now);

	if (task && leader && !task_lead(&t->table, task)) {
		task_remove(&t->table, task);
		task = NULL;
	}
	if (!task)
		t->queue.lost++;
	return task;
}

struct task *find_living(struct procaudit_tracer *t, pid_t tid)
{
	struct task *task = task_find(&t->table, tid);

	if (task && task->dead) {
		task_remove(&t->table, task);
		task = NULL;
	}
	return task;
}

static void add_fork(struct procaudit_tracer *t, const struct process *parent, pid_t parent_tid,
	const struct process *child, enum procaudit_fork_kind kind)
{
	struct procaudit_event event = event_of(t, PROCAUDIT_FORK, parent, parent_tid);

	event.fork.child_pid = child->pid;
	event.fork.child = child->id;
	event.fork.kind = kind;
	queue_add(&t->queue, &event);
}

/* Hands out the task's fork or thread event. parent: its creator, or NULL if
 * nobody knows; for a thread its process. */
static void announce_as(struct procaudit_tracer *t, struct task *task, struct process *parent,
	pid_t parent_tid, enum procaudit_fork_kind kind)
{
	struct procaudit_event event;
	struct task *leader;

	task_announced(&t->table, task);
	leader = parent ? task_find(&t->table, parent->pid) : NULL;
	if (leader)
		announce(t, leader); /* nothing of the parent before its own fork */
	if (task_is_leader(task)) {
		if (parent && parent->let_go) { /* all but the thread that made it */
			parent = NULL;
			kind = PROCAUDIT_FORK_UNKNOWN;
		}
		task->process->parent = parent ? parent->id : 0;
		task->process->depth = parent ? parent->depth + 1 : 1;
		add_fork(t, parent, parent_tid, task->process, kind);
		return;
	}
	if (!task->process && parent)
		task_join(&t->table, task, parent);
	if (t->threads && task->process && !task->process->let_go) {
		event = event_of(t, PROCAUDIT_THREAD, task->process, task->tid);
		queue_add(&t->queue, &event);
	}
}

/* The creator's event has not come, perhaps never will: /proc has to tell. */
void announce(struct procaudit_tracer *t, struct task *task)
{
	struct process *relative = NULL;
	struct proc_status status;

	if (task->announced)
		return;
	if (t->has_proc && proc_status(task->tid, &status) == 0) {
		relative =
			task_process(&t->table, task_is_leader(task) ? status.ppid : status.tgid);
		if (task_is_leader(task) && !task->process->ns_pid)
			task->process->ns_pid = status.ns_pid;
	}
	announce_as(t, task, relative, relative ? relative->pid : 0, PROCAUDIT_FORK_UNKNOWN);
}

void announce_thread(struct procaudit_tracer *t, struct task *task, struct process *process)
{
	if (!task->announced)
		announce_as(t, task, process, task->tid, PROCAUDIT_FORK_UNKNOWN);
}

/* The creator may be ended by the thread's own exec before it can report. */
static void find_home(struct procaudit_tracer *t, struct task *task)
{
	struct process *process;
	struct proc_status status;

	if (!t->has_proc || proc_status(task->tid, &status) < 0)
		return;
	process = task_process(&t->table, status.tgid);
	if (process)
		task_join(&t->table, task, process);
}

void forget_vanished(struct procaudit_tracer *t)
{
	struct task *task, *next;

	if (t->table.living != t->table.homeless)
		return;
	HASH_ITER (hh, t->table.tasks, task, next) {
		if (task->dead || proc_exists(task->tid))
			continue;
		t->vanished += t->threads; /* otherwise no record is missing */
		task_remove(&t->table, task);
	}
}

struct task *meet(struct procaudit_tracer *t, pid_t tid)
{
	struct task *task = find_living(t, tid);
	siginfo_t info;

	if (!task)
		task = add_task(t, tid, exists_as_leader(tid));
	if (!task || task->started)
		return task;
	if (!task->process && t->threads)
		find_home(t, task);
	task->started = true;
	if (task->unheld)
		t->attach.again = true;
	/* At an event stop si_pid is the task's own id in its own pid namespace
	 * (kernel/signal.c, ptrace_do_notify). */
	if (task_is_leader(task) && ptrace(PTRACE_GETSIGINFO, tid, 0, &info) == 0)
		task->process->ns_pid = info.si_pid;
	return task;
}

/* Whom the command has as children before it begins: their ends are none of what
 * it does. */
static void remember_children(struct procaudit_tracer *t)
{
	struct census census = {0};
	const struct census_entry *entry;
	size_t count, i;

	if (census_take(&census) < 0)
		t->queue.lost++;
	entry = census_entries(&census, &count);
	for (i = 0; i < count; i++)
		if (entry[i].ppid == t->root.pid)
			task_remember(&t->table, entry[i].pid);
	census_free(&census);
}

bool meet_command(struct procaudit_tracer *t)
{
	struct task *task;

	stamp(t);
	task = add_task(t, t->root.pid, true);
	if (!task)
		return false;
	task->started = task->event_seen = true;
	task_announced(&t->table, task);
	t->root_process = task->process;
	if (!t->root.is_child && t->has_proc)
		remember_children(t);
	return true;
}

struct task *meet_seized(struct procaudit_tracer *t, pid_t tid, struct process *process)
{
	struct task *task = add_task(t, tid, !process);

	if (!task)
		return NULL;
	if (process)
		task_join(&t->table, task, process);
	task_announced(&t->table, task);
	task->joining = true;
	return task;
}

/* The process of a task, asking /proc for threads that nobody announced. */
static struct process *process_of(struct procaudit_tracer *t, struct task *task)
{
	if (task && !task->process)
		announce(t, task);
	return task ? task->process : NULL;
}

/* Such a zombie is a tracee that was killed before its first stop, or a child
 * that we were given and never traced. */
struct task *meet_dead(struct procaudit_tracer *t, pid_t tid)
{
	struct proc_status status = {.tgid = tid, .tracer = getpid()};
	struct task *task;

	if (t->has_proc)
		proc_status(tid, &status);
	if (status.tracer != getpid())
		return NULL;
	task = add_task(t, tid, status.tgid == tid);
	if (task && task->process)
		task->process->start_ns = -1;
	return task;
}

void on_fork(struct procaudit_tracer *t, struct task *task, enum procaudit_fork_kind kind)
{
	struct process *parent = process_of(t, task);
	unsigned long message;
	struct task *child;
	pid_t tid;

	if (!parent || ptrace(PTRACE_GETEVENTMSG, task->tid, 0, &message) < 0 || message == 0)
		return;
	tid = (pid_t)message;
	wait_expect(&t->waiter, tid);
	child = task_find(&t->table, tid);
	if (child && child->dead) { /* it came, was seen, and ended first */
		task_remove(&t->table, child);
		return;
	}
	if (child && child->event_seen) { /* another one, whose end we missed */
		t->vanished++;
		task_remove(&t->table, child);
		child = NULL;
	}
	if (!child) {
		bool thread = is_thread_of(parent->pid, tid);

		if (!thread && !exists_as_leader(tid))
			return; /* gone in another thread's exec */
		child = add_task(t, tid, !thread);
	}
	if (!child)
		return;
	child->event_seen = true;
	if (!child->announced)
		announce_as(t, child, parent, task->tid, kind);
}
