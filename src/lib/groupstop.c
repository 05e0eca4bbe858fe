/* SPDX-License-Identifier: ISC */
#include "groupstop.h"

#include "macro.h"
#include "newborn.h"
#include "proc.h"
#include "restart.h"

/* A leader that has ended before its threads never stops. */
static bool is_zombie(const struct procaudit_tracer *t, pid_t pid)
{
	struct proc_status status;

	return t->has_proc && proc_status(pid, &status) == 0 && status.state == 'Z';
}

/* Whether every thread of the process has stopped. */
static bool is_whole(struct procaudit_tracer *t, const struct process *process)
{
	const struct task *leader;

	if (process->stopped == 0)
		return false;
	if (process->stopped == process->tasks)
		return true;
	leader = task_find(&t->table, process->pid);
	return process->stopped + 1 == process->tasks && leader && !leader->stopped &&
	       is_zombie(t, process->pid);
}

static void look_at_command(struct procaudit_tracer *t)
{
	if (t->stop.signo || !is_whole(t, t->root_process))
		return;
	t->stop.signo = t->stop.next;
	t->stop.untold = true;
}

void on_group_stop(struct procaudit_tracer *t, struct task *task, int signo)
{
	if (task && !task->process)
		announce(t, task);
	if (!task || !task->process)
		return;
	task_set_stopped(task, true);
	if (task->process != t->root_process)
		return;
	t->stop.next = signo;
	look_at_command(t);
}

void forget_shown_stops(struct procaudit_tracer *t)
{
	t->noted[SIGTSTP].when = t->noted[SIGTTIN].when = t->noted[SIGTTOU].when = 0;
}

void on_group_stop_end(struct procaudit_tracer *t, struct task *task)
{
	if (!task || !task->stopped)
		return;
	task_set_stopped(task, false);
	if (task->process != t->root_process || !t->stop.signo)
		return;
	t->stop.signo = 0;
	if (!t->stop.untold)
		t->stop.end_untold = true;
	t->stop.untold = false;
	forget_shown_stops(t);
	if (t->stop.passed_on == t->stop.shown)
		t->stop.passed_on = 0;
}

void on_group_stop_thread_end(struct procaudit_tracer *t, struct process *process)
{
	if (process == t->root_process)
		look_at_command(t);
}

/* Of several threads one may show its way out of the stop before, when others have
 * gone into the next one already. */
static bool shows_something(const struct procaudit_tracer *t)
{
	const struct task *task;
	int shown;

	for (task = t->table.tasks; task; task = task->hh.next)
		if (task->process == t->root_process && wait_peek(task->tid, &shown) > 0)
			return true;
	return false;
}

/* The leader if it stops, otherwise any thread that has. */
static pid_t example(const struct procaudit_tracer *t)
{
	const struct task *task;

	for (task = t->table.tasks; task; task = task->hh.next)
		if (task->process == t->root_process && task->stopped && !task_is_leader(task))
			return is_zombie(t, t->root_process->pid) ? task->tid
								  : t->root_process->pid;
	return t->root_process->pid;
}

/* SIGCONT is pending, or makes the task show that it goes on, from the moment at
 * which it is sent (Linux kernel/signal.c, prepare_signal); and who is killed does not
 * rest any more. */
static bool is_stopped_still(const struct procaudit_tracer *t)
{
	struct proc_status status;

	if (!t->stop.signo || shows_something(t))
		return false;
	return !t->has_proc || proc_status(example(t), &status) != 0 ||
	       (status.state == 't' && !(status.pending >> (SIGCONT - 1) & 1));
}

PUBLIC int procaudit_tracer_stopped(const struct procaudit_tracer *t)
{
	return t->root_process && !t->stop.untold && is_stopped_still(t) ? t->stop.signo : 0;
}

bool hold_group_stop_end(struct procaudit_tracer *t, const struct task *task)
{
	if (!t->stops || !t->stop.end_untold || !task || task->process != t->root_process)
		return false;
	t->stop.held = task->tid;
	return true;
}

void release_group_stop_end(struct procaudit_tracer *t)
{
	pid_t tid = t->stop.held;

	t->stop.held = 0;
	if (tid)
		restart(t, tid, task_find(&t->table, tid), PTRACE_CONT, 0);
}

bool tell_group_stop(struct procaudit_tracer *t)
{
	siginfo_t info = {.si_signo = SIGCHLD};

	if (!t->stops || !t->root_process)
		return false;
	if (t->stop.end_untold) {
		t->stop.end_untold = false;
		info.si_code = CLD_CONTINUED;
		info.si_status = SIGCONT;
	} else if (t->stop.untold && is_stopped_still(t)) {
		t->stop.untold = false;
		info.si_code = CLD_STOPPED;
		info.si_status = t->stop.signo;
	} else {
		return false;
	}
	info.si_pid = t->root_process->pid;
	t->waiter.signal = info;
	return true;
}
