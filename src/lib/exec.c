/* SPDX-License-Identifier: ISC */
#include "exec.h"

#include "newborn.h"
#include "proc.h"
#include "restart.h"
#include "seccomp.h"

#include <string.h>

/* The id that the calling thread had. The ends of all others but the leader have
 * been reported; so, should the process have been killed at this very stop, it
 * is the thread that is left over. */
static pid_t caller_of(const struct procaudit_tracer *t, pid_t pid)
{
	const struct task *task;
	unsigned long message;

	if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &message) == 0)
		return (pid_t)message;
	for (task = t->table.tasks; task; task = task->hh.next)
		if (task->process && task->process->pid == pid && !task_is_leader(task))
			return task->tid;
	return pid;
}

/* The kernel has made the calling thread the leader and ended all others. */
static struct task *take_over(struct procaudit_tracer *t, pid_t pid, pid_t caller)
{
	struct task *leader = meet(t, pid);
	struct task *former;

	if (!leader)
		return NULL;
	if (!task_is_leader(leader) && !task_lead(&t->table, leader))
		return NULL;
	former = caller == pid ? NULL : find_living(t, caller);
	if (former) {
		announce_thread(t, former, leader->process);
		task_remove(&t->table, former);
	}
	task_remove_threads(&t->table, leader->process);
	return leader;
}

static void on_exec_entry(struct procaudit_tracer *t, pid_t tid, struct task *task)
{
	pid_t pid = task && task->process ? task->process->pid : tid;
	bool ours =
		asked_read(&t->asked, pid, tid, t->failed == PROCAUDIT_FAILED_FULL, t->has_proc);

	restart(t, tid, task, ours ? PTRACE_SYSCALL : PTRACE_CONT, 0);
}

void on_seccomp(struct procaudit_tracer *t, pid_t tid, struct task *task)
{
	unsigned long data;

	if (task)
		announce(t, task); /* a thread's process has to be known */
	if (ptrace(PTRACE_GETEVENTMSG, tid, 0, &data) < 0)
		data = 0;
	if (task && data == SECCOMP_TRACE_FILTER)
		task->sets_filter = true;
	if (data == SECCOMP_TRACE_EXEC)
		on_exec_entry(t, tid, task);
	else
		restart(t, tid, task, data == SECCOMP_TRACE_FILTER ? PTRACE_SYSCALL : PTRACE_CONT,
			0);
}

/* An exec that ran nothing. error 0: the caller was killed, and its thread is no
 * more. */
static void add_failed(struct procaudit_tracer *t, const struct process *process,
	const struct asked *asked, int error)
{
	struct procaudit_event event =
		event_of(t, PROCAUDIT_EXEC, process, error ? asked->tid : process->pid);
	struct procaudit_exec *exec = &event.exec;

	exec->error = error;
	exec->parent = process->parent;
	exec->syscall = asked->syscall;
	exec->arch = asked->arch;
	exec->path = asked_path(asked);
	exec->dirfd_path = asked_dirfd_path(asked);
	exec->argv = asked_argv(asked);
	exec->env = asked_env(asked);
	if (error && t->has_proc)
		collect_cwd(&t->collector, asked->tid, exec);
	queue_add(&t->queue, &event);
}

/* A call that a signal interrupted while it waited for another thread's exec:
 * it begins anew and stops at our filter again (Linux include/linux/errno.h,
 * ERESTARTSYS to ERESTART_RESTARTBLOCK). */
static bool is_restart(int64_t error)
{
	return error >= 512 && error <= 516;
}

void on_syscall_end(struct procaudit_tracer *t, pid_t tid, struct task *task)
{
	struct __ptrace_syscall_info info = {0};
	struct asked *asked;

	if (task && task->process &&
		ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) > 0 &&
		info.op == PTRACE_SYSCALL_INFO_EXIT) {
		asked = asked_take(&t->asked, tid);
		/* Another thread that failed behind the point of no return
		 * (execve(2)) has the leader's id by now. */
		if (!asked && task_is_leader(task) && !task->sets_filter)
			asked = asked_take_any(&t->asked, tid);
		if (asked && info.exit.is_error && !is_restart(-info.exit.rval))
			add_failed(t, task->process, asked, (int)-info.exit.rval);
		if (task->sets_filter && !info.exit.is_error)
			add_process_gap(t, task, PROCAUDIT_GAP_FILTER, 0);
		task->sets_filter = false;
	}
	restart(t, tid, task, PTRACE_CONT, 0);
}

/* What the caller of a successful exec asked for, where that says more. */
static void add_asked(struct procaudit_exec *exec, const struct asked *asked)
{
	struct procaudit_strings argv = asked_argv(asked);

	exec->syscall = asked->syscall;
	exec->dirfd_path = asked_dirfd_path(asked);
	if (argv.error || argv.size != exec->argv.size ||
		(argv.size && memcmp(argv.data, exec->argv.data, argv.size) != 0))
		exec->argv_asked = argv;
	/* A program that may be executed but not read. */
	if (!exec->env.data && exec->env.error && !asked->env_error)
		exec->env = asked_env(asked);
	if (!exec->path.data && exec->path.error)
		exec->path = asked_path(asked);
}

/* While it still stands: what it is to read may be gone soon after. */
static bool read_responses(struct procaudit_tracer *t, pid_t pid, struct procaudit_exec *exec)
{
	const struct buf *memory = &t->collector.memory;

	if (!t->response_files || !t->has_proc || !memory->data ||
		!response_is_named(memory->data, memory->size))
		return false;
	collect_parse(&t->collector, exec);
	response_read(&t->response, pid, exec);
	return true;
}

void on_exec(struct procaudit_tracer *t, pid_t pid)
{
	struct procaudit_event event;
	const struct asked *asked;
	pid_t caller = caller_of(t, pid);
	struct task *task = take_over(t, pid, caller);
	bool parsed;

	if (!task) {
		restart(t, pid, NULL, PTRACE_CONT, 0);
		return;
	}
	announce(t, task);
	event = event_of(t, PROCAUDIT_EXEC, task->process, pid);
	event.exec.success = true;
	event.exec.image = ++task->process->images;
	event.exec.parent = task->process->parent;
	if (caller != pid)
		event.exec.old_tid = caller;
	collect_stopped(&t->collector, pid, t->has_proc, &event.exec);
	parsed = read_responses(t, pid, &event.exec);
	/* The task runs on while its record is made. When detaching, the detach
	 * event comes second. */
	if (!t->detaching)
		restart(t, pid, task, PTRACE_CONT, 0);
	/* It changes at the end of the parent alone. */
	if (t->has_proc)
		event.exec.ppid = proc_ppid(pid);
	if (!parsed)
		collect_parse(&t->collector, &event.exec);
	asked = asked_take(&t->asked, caller);
	if (asked)
		add_asked(&event.exec, asked);
	while (asked_take_any(&t->asked, pid))
		; /* the calls of threads that are no more */
	queue_add(&t->queue, &event);
	if (t->detaching)
		restart(t, pid, task, PTRACE_CONT, 0);
}

void on_exec_killed(struct procaudit_tracer *t, const struct process *process)
{
	const struct asked *asked;

	while ((asked = asked_take_any(&t->asked, process->pid)))
		add_failed(t, process, asked, 0);
}
