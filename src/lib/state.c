/* SPDX-License-Identifier: ISC */
#include "state.h"

int64_t timespec_ns(const struct timespec *ts)
{
	return ts->tv_sec * NS_PER_SEC + ts->tv_nsec;
}

int64_t boot_now(void)
{
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	return timespec_ns(&boot);
}

void stamp(struct procaudit_tracer *t)
{
	clock_gettime(CLOCK_REALTIME, &t->real);
	t->now = boot_now();
}

struct procaudit_event event_of(const struct procaudit_tracer *t, enum procaudit_event_kind kind,
	const struct process *process, pid_t tid)
{
	struct procaudit_event event = {.kind = kind, .real = t->real, .boot_ns = t->now};

	if (!process)
		return event;
	event.pid = process->pid;
	event.proc = process->id;
	event.depth = process->depth;
	if (tid != process->pid)
		event.tid = tid;
	if (process->ns_pid != process->pid)
		event.ns_pid = process->ns_pid;
	return event;
}

void add_process_gap(struct procaudit_tracer *t, const struct task *task,
	enum procaudit_gap_reason reason, pid_t child_pid)
{
	struct procaudit_event event = event_of(t, PROCAUDIT_GAP, task->process, task->tid);

	event.gap.reason = reason;
	event.gap.count = 1;
	event.gap.child_pid = child_pid;
	queue_add(&t->queue, &event);
}
