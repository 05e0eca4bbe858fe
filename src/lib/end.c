/* SPDX-License-Identifier: ISC */
#include "end.h"

#include "exec.h"
#include "groupstop.h"
#include "newborn.h"

#include <sys/wait.h>
#include <time.h>

/* CPU time of a process alone: wait4 adds that of the children it waited for.
 * -1: unknown. */
static int64_t cpu_time(pid_t pid)
{
	/* What clock_getcpuclockid(3) makes, which asks the kernel whether it
	 * exists (include/linux/posix-timers_types.h, make_process_cpuclock). */
	clockid_t clock = (clockid_t)(~(unsigned)pid << 3 | 2);
	struct timespec ts;

	if (clock_gettime(clock, &ts) < 0)
		return -1;
	return timespec_ns(&ts);
}

/* Keeps a tombstone if the creator's event may yet come. */
static void forget(struct procaudit_tracer *t, struct task *task)
{
	if (task->event_seen)
		task_remove(&t->table, task);
	else
		task_bury(&t->table, task);
}

/*
 * Threads that ended without a report of their own. The leader's end is reported
 * last, so there are none; but for one that was killed on its way to
 * PTRACE_EVENT_EXEC, when it had the leader's id already.
 */
static void end_others(struct procaudit_tracer *t, struct process *process, int status)
{
	struct procaudit_event event;
	struct task *task;

	if (process->tasks <= 1)
		return;
	for (task = t->table.tasks; task; task = task->hh.next) {
		if (task->process != process || task_is_leader(task))
			continue;
		announce_thread(t, task, process);
		event = event_of(t, PROCAUDIT_THREAD_EXIT, process, task->tid);
		event.thread_exit.status = status;
		if (t->threads)
			queue_add(&t->queue, &event);
	}
	task_remove_threads(&t->table, process);
}

static void end_process(struct procaudit_tracer *t, struct task *task)
{
	struct procaudit_event event = event_of(t, PROCAUDIT_EXIT, task->process, task->tid);
	struct procaudit_exit *end = &event.exit;
	struct process *process = task->process;

	end->cpu_ns = cpu_time(task->tid);
	if (wait4(task->tid, &end->status, __WALL, &end->rusage) != task->tid)
		return;
	end->duration_ns = process->start_ns < 0 ? -1 : t->now - process->start_ns;
	on_exec_killed(t, process);
	end_others(t, process, end->status);
	queue_add(&t->queue, &event);
	if (process == t->root_process)
		t->root_process = NULL;
	forget(t, task);
}

static void end_thread(struct procaudit_tracer *t, struct task *task)
{
	struct procaudit_event event = event_of(t, PROCAUDIT_THREAD_EXIT, task->process, task->tid);
	struct process *process = task->process;

	if (wait4(task->tid, &event.thread_exit.status, __WALL, NULL) != task->tid)
		return;
	if (t->threads && task->process && !task->process->let_go)
		queue_add(&t->queue, &event);
	forget(t, task);
	if (process)
		on_group_stop_thread_end(t, process);
}

void on_end(struct procaudit_tracer *t, struct task *task)
{
	announce(t, task); /* while the zombie can still be looked at */
	if (task_is_leader(task))
		end_process(t, task);
	else
		end_thread(t, task);
}
