/* SPDX-License-Identifier: ISC */
#include "dispatch.h"

#include "macro.h"
#include "newborn.h"
#include "proc.h"
#include "stop.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

/* Of so many threads nobody looks for the one that made a child. */
#define MANY_THREADS 64

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
	if (wait_take(tid, &status) > 0)
		dispatch(t, tid, status);
}

/*
 * The youngest tasks are reported first, so the creator's event may well be
 * waiting while the child has stopped, run and ended. Serving it first tells
 * more than /proc can.
 */
static void serve_creator(struct procaudit_tracer *t, const struct task *newborn)
{
	pid_t pid, tids[MANY_THREADS];
	struct proc_status status;
	struct process *relative;
	const struct task *task;
	size_t count = 0;

	if (!t->has_proc || proc_status(newborn->tid, &status) != 0)
		return;
	pid = task_is_leader(newborn) ? status.ppid : status.tgid;
	relative = task_process(&t->table, pid);
	if (!relative)
		return;
	serve_fork(t, pid);
	if (newborn->announced || relative->tasks == 1 || relative->tasks > MANY_THREADS)
		return;
	for (task = t->table.tasks; task; task = task->hh.next)
		if (task->process == relative && !task_is_leader(task))
			tids[count++] = task->tid;
	while (count > 0 && !newborn->announced)
		serve_fork(t, tids[--count]);
}

void introduce(struct procaudit_tracer *t, struct task *task)
{
	if (!task->announced)
		serve_creator(t, task);
	announce(t, task);
}

void let_go(struct procaudit_tracer *t, struct task *task, enum procaudit_detach_reason reason)
{
	struct procaudit_event event;

	introduce(t, task);
	if (task_is_leader(task)) {
		event = event_of(t, PROCAUDIT_DETACH, task->process, task->tid);
		event.detach.reason = reason;
		queue_add(&t->queue, &event);
		if (task->process == t->root_process)
			t->root_process = NULL;
	}
	task_remove(&t->table, task);
}

/* Answers a stop; request is PTRACE_CONT or PTRACE_LISTEN. A task that was
 * killed meanwhile gives ESRCH, and its end follows. */
static void restart(struct procaudit_tracer *t, pid_t tid, struct task *task,
	enum __ptrace_request request, int signo)
{
	if (t->detaching) {
		if (ptrace(PTRACE_DETACH, tid, 0, signo) == 0 && task)
			let_go(t, task, t->detach_reason);
		return;
	}
	if (ptrace(request, tid, 0, signo) < 0 && request == PTRACE_LISTEN && errno != ESRCH)
		ptrace(PTRACE_CONT, tid, 0, 0);
}

/* The kernel has made the calling thread the leader and ended all others;
 * their ends have been reported, but for the former leader's. */
static struct task *take_over(struct procaudit_tracer *t, pid_t pid, pid_t old_tid)
{
	struct task *leader = meet(t, pid);
	struct task *former;

	if (!leader)
		return NULL;
	if (!task_is_leader(leader) && !task_lead(&t->table, leader))
		return NULL;
	if (old_tid && old_tid != pid) {
		former = find_living(t, old_tid);
		if (former) {
			announce_thread(t, former, leader->process);
			task_remove(&t->table, former);
		}
	}
	task_remove_threads(&t->table, leader->process);
	return leader;
}

static void on_exec(struct procaudit_tracer *t, pid_t pid)
{
	struct procaudit_event event;
	unsigned long message;
	struct task *task;

	if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &message) < 0)
		message = 0;
	task = take_over(t, pid, (pid_t)message);
	if (!task) {
		restart(t, pid, NULL, PTRACE_CONT, 0);
		return;
	}
	introduce(t, task);
	event = event_of(t, PROCAUDIT_EXEC, task->process, pid);
	event.exec.image = ++task->process->images;
	event.exec.parent = task->process->parent;
	if (message && (pid_t)message != pid)
		event.exec.old_tid = (pid_t)message;
	collect_stopped(&t->collector, pid, t->has_proc, &event.exec);
	/* The task runs on while its record is made. When detaching, the detach
	 * event comes second. */
	if (!t->detaching)
		restart(t, pid, task, PTRACE_CONT, 0);
	collect_parse(&t->collector, &event.exec);
	queue_add(&t->queue, &event);
	if (t->detaching)
		restart(t, pid, task, PTRACE_CONT, 0);
}

/* A signal on its way to the task: remembers those that we may get, too. */
static void on_signal(struct procaudit_tracer *t, struct task *task, int signo)
{
	struct noted *noted;

	if (!task || !task->process || task->process != t->root_process)
		return;
	if ((size_t)signo >= ARRAY_SIZE(t->noted) || sigismember(&t->waiter.signals, signo) != 1)
		return;
	noted = &t->noted[signo];
	if (ptrace(PTRACE_GETSIGINFO, task->tid, 0, &noted->info) == 0)
		noted->when = t->now;
}

/*
 * Whether this signal is a fault that would kill the init of another pid
 * namespace. While it is traced the kernel does not let it die of that
 * (kernel/signal.c, force_sig_info_to_task): it would fault for ever.
 */
static bool is_fault_of_init(const struct procaudit_tracer *t, const struct task *task, int signo)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
	struct proc_status status = {0};
	siginfo_t info;
	size_t i;

	if (!task || !task->process || task->process->ns_pid != 1 || task->process->pid == 1)
		return false;
	for (i = 0; i < ARRAY_SIZE(faults) && faults[i] != signo; i++)
		;
	if (i == ARRAY_SIZE(faults))
		return false;
	if (ptrace(PTRACE_GETSIGINFO, task->tid, 0, &info) < 0 || info.si_code <= 0)
		return false;
	if (t->has_proc && proc_status(task->tid, &status) < 0)
		return false;
	return !(status.caught & ~status.blocked & UINT64_C(1) << (signo - 1));
}

/* CPU time of a process alone: wait4 adds that of the children it waited for.
 * -1: unknown. */
static int64_t cpu_time(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &ts) < 0)
		return -1;
	return timespec_ns(&ts);
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
	queue_add(&t->queue, &event);
	t->vanished += task_remove_threads(&t->table, process);
	if (process == t->root_process)
		t->root_process = NULL;
	if (task->event_seen)
		task_remove(&t->table, task);
	else
		task_bury(&t->table, task);
}

static void end_thread(struct procaudit_tracer *t, struct task *task)
{
	struct procaudit_event event = event_of(t, PROCAUDIT_THREAD_EXIT, task->process, task->tid);

	if (wait4(task->tid, &event.thread_exit.status, __WALL, NULL) != task->tid)
		return;
	if (t->threads && task->process)
		queue_add(&t->queue, &event);
	if (task->event_seen)
		task_remove(&t->table, task);
	else
		task_bury(&t->table, task);
}

static void on_end(struct procaudit_tracer *t, pid_t tid)
{
	struct task *task = find_living(t, tid);

	if (!task)
		task = meet_dead(t, tid);
	if (!task) {
		wait4(tid, NULL, __WALL, NULL);
		return;
	}
	introduce(t, task); /* while the zombie can still be looked at */
	if (task_is_leader(task))
		end_process(t, task);
	else
		end_thread(t, task);
}

static void on_fork_stop(
	struct procaudit_tracer *t, struct task *task, enum procaudit_fork_kind kind)
{
	struct task *leader = NULL;

	if (task && task->process)
		leader = task_find(&t->table, task->process->pid);
	if (leader)
		introduce(t, leader);
	on_fork(t, task, kind);
}

void dispatch(struct procaudit_tracer *t, pid_t tid, int status)
{
	enum stop stop = stop_classify(status);
	struct task *task;

	stamp(t);
	if (stop == STOP_ENDED) {
		on_end(t, tid);
		return;
	}
	if (stop == STOP_EXEC) {
		on_exec(t, tid);
		return;
	}
	task = meet(t, tid);
	switch (stop) {
	case STOP_FORK:
		on_fork_stop(t, task, PROCAUDIT_FORK_FORK);
		break;
	case STOP_VFORK:
		on_fork_stop(t, task, PROCAUDIT_FORK_VFORK);
		break;
	case STOP_CLONE:
		on_fork_stop(t, task, PROCAUDIT_FORK_CLONE);
		break;
	case STOP_SIGNAL:
		on_signal(t, task, WSTOPSIG(status));
		if (is_fault_of_init(t, task, WSTOPSIG(status))) {
			/* Untraced it faults once more and dies. */
			if (ptrace(PTRACE_DETACH, tid, 0, 0) == 0)
				let_go(t, task, PROCAUDIT_DETACH_INIT_FAULT);
			return;
		}
		restart(t, tid, task, PTRACE_CONT, WSTOPSIG(status));
		return;
	case STOP_GROUP:
		restart(t, tid, task, PTRACE_LISTEN, 0);
		return;
	case STOP_ENDED:
	case STOP_EXEC:
	case STOP_TRAP:
	case STOP_OTHER_EVENT:
		break;
	}
	restart(t, tid, task, PTRACE_CONT, 0);
}
