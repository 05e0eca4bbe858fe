/* SPDX-License-Identifier: ISC */
#include "restart.h"

#include "newborn.h"

#include <errno.h>
#include <signal.h>

void let_go(struct procaudit_tracer *t, struct task *task, enum procaudit_detach_reason reason)
{
	struct procaudit_event event;

	announce(t, task);
	if (task_is_leader(task)) {
		event = event_of(t, PROCAUDIT_DETACH, task->process, task->tid);
		event.detach.reason = reason;
		queue_add(&t->queue, &event);
		task->process->let_go = true;
		if (task->process == t->root_process)
			t->root_process = NULL;
	}
	/* Its creator's event may yet come. */
	if (task->event_seen)
		task_remove(&t->table, task);
	else
		task_bury(&t->table, task);
}

static void kill_process(pid_t tid, const struct task *task)
{
	kill(task && task->process ? task->process->pid : tid, SIGKILL);
}

void restart(
	struct procaudit_tracer *t, pid_t tid, struct task *task, ptrace_request request, int signo)
{
	if (t->killing)
		kill_process(tid, task);
	if (t->detaching) {
		if (ptrace(PTRACE_DETACH, tid, 0, signo) == 0 && task)
			let_go(t, task, t->detach_reason);
		return;
	}
	if (ptrace(request, tid, 0, signo) < 0 && request == PTRACE_LISTEN && errno != ESRCH)
		ptrace(PTRACE_CONT, tid, 0, 0);
}
