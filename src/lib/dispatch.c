/* SPDX-License-Identifier: ISC */
#include "dispatch.h"

#include "end.h"
#include "exec.h"
#include "fault.h"
#include "groupstop.h"
#include "macro.h"
#include "newborn.h"
#include "proc.h"
#include "restart.h"
#include "stop.h"
#include "wakeup.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* Among more tasks nobody looks for the one that made a child. */
#define MANY_TASKS 64

/* Serves a task's fork event if one is waiting. */
static void serve_fork(struct procaudit_tracer *t, pid_t tid)
{
	enum stop stop;
	int status;

	if (wait_peek(tid, &status) <= 0)
		return;
	stop = stop_classify(status);
	if (stop != STOP_FORK && stop != STOP_VFORK && stop != STOP_CLONE)
		return;
	if (wait_take(tid, &status) > 0 && status) /* not killed meanwhile */
		dispatch(t, tid, status);
}

/* Tasks that may have made the newborn, its likely creator first: 0 where nobody
 * can tell, or where there are too many. */
static size_t possible_creators(struct procaudit_tracer *t, const struct task *newborn, pid_t *tids)
{
	bool few = t->table.living <= MANY_TASKS;
	struct process *relative;
	struct proc_status status;
	const struct task *task;
	size_t count = 0;

	if (!t->has_proc || proc_status(newborn->tid, &status) != 0)
		return 0;
	relative = task_process(&t->table, task_is_leader(newborn) ? status.ppid : status.tgid);
	if (relative)
		tids[count++] = relative->pid;
	if (!few && (!relative || relative->tasks == 1 || relative->tasks > MANY_TASKS))
		return count;
	/* A thread of it; or anyone, with CLONE_PARENT. */
	for (task = t->table.tasks; task; task = task->hh.next)
		if (!task->dead && (relative ? task->tid != relative->pid : true) &&
			task != newborn && (few || task->process == relative))
			tids[count++] = task->tid;
	return count;
}

/*
 * The youngest tasks are reported first, so the creator's event may well be
 * waiting while the child has stopped, run and ended. Serving it first tells
 * more than /proc can.
 */
static void serve_creator(struct procaudit_tracer *t, const struct task *newborn)
{
	pid_t tids[1 + MANY_TASKS];
	size_t i, count = possible_creators(t, newborn, tids);

	for (i = 0; i < count && !newborn->announced; i++)
		serve_fork(t, tids[i]);
}

void introduce(struct procaudit_tracer *t, struct task *task)
{
	if (!task->announced)
		serve_creator(t, task);
	announce(t, task);
}

/* Whether the child, a zombie yet, was made before all were seized; in the tick that
 * it was made in nobody can tell. */
static bool is_from_before(const struct procaudit_tracer *t, pid_t child)
{
	uint64_t ticks_per_s = (uint64_t)sysconf(_SC_CLK_TCK);
	struct proc_stat stat;

	return t->attach.looked_ns && t->has_proc && proc_stat(child, &stat) == 0 &&
	       stat.start_ticks <= (uint64_t)t->attach.looked_ns / (1000000000 / ticks_per_s);
}

/* The end of a child that never was our tracee. */
static void on_child_signal(struct procaudit_tracer *t, struct task *task)
{
	siginfo_t info;

	/* In another pid namespace si_pid is not our number. */
	if (task->process->ns_pid && task->process->ns_pid != task->process->pid)
		return;
	if (ptrace(PTRACE_GETSIGINFO, task->tid, 0, &info) < 0 || info.si_pid <= 0)
		return;
	if (info.si_code != CLD_EXITED && info.si_code != CLD_KILLED && info.si_code != CLD_DUMPED)
		return;
	if (task_was_known(&t->table, info.si_pid))
		return;
	if (task->process->has_old_signal) { /* from before we came */
		task->process->has_old_signal = false;
		return;
	}
	announce(t, task);
	add_process_gap(t, task,
		is_from_before(t, info.si_pid) ? PROCAUDIT_GAP_ATTACH_RACE : PROCAUDIT_GAP_UNTRACED,
		info.si_pid);
}

/* A signal on its way to the task: remembers those that we may get, too. */
static void on_signal(struct procaudit_tracer *t, struct task *task, int signo)
{
	struct noted *noted;

	if (task && task->process && signo == SIGCHLD)
		on_child_signal(t, task);
	if (!task || !task->process || task->process != t->root_process)
		return;
	if ((size_t)signo >= ARRAY_SIZE(t->noted) || sigismember(&t->waiter.signals, signo) != 1)
		return;
	if (signo == t->stop.passed_on)
		t->stop.shown = signo;
	if (signo == SIGCONT)
		forget_shown_stops(t);
	noted = &t->noted[signo];
	if (ptrace(PTRACE_GETSIGINFO, task->tid, 0, &noted->info) == 0)
		noted->when = t->now;
}

/* A signal stop. */
static void answer_signal(struct procaudit_tracer *t, pid_t tid, struct task *task, int signo)
{
	on_signal(t, task, signo);
	wakeup_undo(t, tid, task, signo);
	if (!fault_kills_init(t, task, signo)) {
		restart(t, tid, task, PTRACE_CONT, signo);
		return;
	}
	fault_again(tid, signo);
	if (ptrace(PTRACE_DETACH, tid, 0, 0) == 0)
		let_go(t, task, PROCAUDIT_DETACH_INIT_FAULT);
}

/* A task that has stopped, and is not known to be new. */
static void answer_stop(struct procaudit_tracer *t, pid_t tid, enum stop stop, int status)
{
	struct task *task = meet(t, tid);

	if (stop != STOP_GROUP)
		on_group_stop_end(t, task);
	switch (stop) {
	case STOP_FORK:
		on_fork(t, task, PROCAUDIT_FORK_FORK);
		break;
	case STOP_VFORK:
		on_fork(t, task, PROCAUDIT_FORK_VFORK);
		break;
	case STOP_CLONE:
		on_fork(t, task, PROCAUDIT_FORK_CLONE);
		break;
	case STOP_SIGNAL:
		answer_signal(t, tid, task, WSTOPSIG(status));
		return;
	case STOP_GROUP:
		wakeup_stands(t, tid, task);
		if (task && !task->process)
			introduce(t, task);
		on_group_stop(t, task, WSTOPSIG(status));
		restart(t, tid, task, PTRACE_LISTEN, 0);
		return;
	case STOP_SECCOMP:
		on_seccomp(t, tid, task);
		return;
	case STOP_SYSCALL:
		on_syscall_end(t, tid, task);
		return;
	case STOP_EXEC:
		on_exec(t, tid);
		return;
	case STOP_TRAP:
		wakeup_undo(t, tid, task, 0);
		if (hold_group_stop_end(t, task))
			return;
		break;
	case STOP_ENDED:
	case STOP_OTHER_EVENT:
		break;
	}
	restart(t, tid, task, PTRACE_CONT, 0);
}

/* Whether this stop makes events of the task, so that its own fork event is
 * needed now. */
static bool makes_events(enum stop stop)
{
	switch (stop) {
	case STOP_ENDED:
	case STOP_FORK:
	case STOP_VFORK:
	case STOP_CLONE:
	case STOP_EXEC:
	case STOP_SECCOMP:
	case STOP_SYSCALL:
		return true;
	case STOP_SIGNAL:
	case STOP_GROUP:
	case STOP_TRAP:
	case STOP_OTHER_EVENT:
		return false;
	}
	return false;
}

/* Of a thread the process counts, too. */
static void prefer_creators(struct procaudit_tracer *t, struct task *task)
{
	const struct task *leader = NULL;

	if (task->process && !task_is_leader(task))
		leader = task_find(&t->table, task->process->pid);
	if (leader && !leader->announced)
		serve_creator(t, leader);
	if (!task->announced)
		serve_creator(t, task);
	/* Its creator is on its way to the stop yet, and it acts already. */
	if (t->threads && task->process && !task_is_leader(task))
		announce_thread(t, task, task->process);
}

void dispatch(struct procaudit_tracer *t, pid_t tid, int status)
{
	enum stop stop = stop_classify(status);
	struct task *task;

	stamp(t);
	asked_recycle(&t->asked);
	task = find_living(t, tid);
	if (!task && stop == STOP_ENDED)
		task = meet_dead(t, tid);
	if (task && makes_events(stop))
		prefer_creators(t, task);
	if (stop != STOP_ENDED)
		answer_stop(t, tid, stop, status);
	else if (task)
		on_end(t, task);
	else
		wait4(tid, NULL, __WALL, NULL); /* a child that we never traced */
}
