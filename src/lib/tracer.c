/* SPDX-License-Identifier: ISC */
/*
 * The state machine: the only wait, the only restart.
 *
 *	next → peek → dispatch → on_… → restart → queue → next
 *
 * Every stop is answered at once, and no answer depends on another task. The
 * kernel reports a fork to us twice, through the parent's event and the
 * child's first stop, in any order, and not at all where somebody was killed;
 * see task.h for how the two meet.
 */
#include <procaudit/tracer.h>

#include "collect.h"
#include "macro.h"
#include "proc.h"
#include "queue.h"
#include "spawn.h"
#include "stop.h"
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NS_PER_SEC INT64_C(1000000000)

/* How long a newborn may wait for its parent's event before /proc is asked. */
#define ANNOUNCE_NS (NS_PER_SEC / 20)

/* How long an orderly detach may take. */
#define DETACH_NS (2 * NS_PER_SEC)

/* The same signal from the same sender within this time was one to a group. */
#define GROUP_SIGNAL_NS NS_PER_SEC

/* Our own signals are looked at after so many wait statuses in a row. */
#define BURST 64

/* A signal that the command received. */
struct noted {
	siginfo_t info; /* valid if when is not 0 */
	int64_t when;	/* CLOCK_BOOTTIME, ns */
};

struct procaudit_tracer {
	struct task_table table;
	struct queue queue;
	struct collector collector;
	struct spawn root;
	struct process *root_process; /* NULL once it has ended or was let go */
	struct timespec real;	      /* the time of what is being handled */
	int64_t now;
	sigset_t signals;	/* of the options */
	sigset_t wake;		/* these and SIGCHLD */
	sigset_t saved;		/* the caller's mask */
	siginfo_t signal;	/* the last of signals that came */
	struct noted noted[32]; /* by signal number */
	bool threads;
	bool has_proc;
	bool ended;
	bool detaching;
	enum procaudit_detach_reason detach_reason; /* valid if detaching */
	int64_t detach_end;			    /* valid if detaching */
	size_t vanished;			    /* tasks to be reported as a gap */
};

static int64_t timespec_ns(const struct timespec *ts)
{
	return ts->tv_sec * NS_PER_SEC + ts->tv_nsec;
}

static void stamp(struct procaudit_tracer *t)
{
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &t->real);
	t->now = timespec_ns(&boot);
}

/* An event of this task; of nobody if the task or its process is not known. */
static struct procaudit_event event_of(const struct procaudit_tracer *t,
	enum procaudit_event_kind kind, const struct process *process, pid_t tid)
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

static void add_gap(struct procaudit_tracer *t, enum procaudit_gap_reason reason, uint64_t count)
{
	struct procaudit_event event = event_of(t, PROCAUDIT_GAP, NULL, 0);

	event.gap.reason = reason;
	event.gap.count = count;
	queue_add(&t->queue, &event);
}

/* --- Who is who ---------------------------------------------------------- */

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

/* The living entry for tid; a tombstone found there is removed, its number
 * has been given away again. NULL: none. */
static struct task *find_living(struct procaudit_tracer *t, pid_t tid)
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

static void announce(struct procaudit_tracer *t, struct task *task);

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
		task->process->parent = parent ? parent->id : 0;
		task->process->depth = parent ? parent->depth + 1 : 1;
		add_fork(t, parent, parent_tid, task->process, kind);
		return;
	}
	if (!task->process && parent)
		task_join(task, parent);
	if (t->threads && task->process) {
		event = event_of(t, PROCAUDIT_THREAD, task->process, task->tid);
		queue_add(&t->queue, &event);
	}
}

/* The same for a task whose creator's event has not come, perhaps never will:
 * /proc has to tell. */
static void announce(struct procaudit_tracer *t, struct task *task)
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

/* A task that has stopped. NULL: no memory for it. */
static struct task *meet(struct procaudit_tracer *t, pid_t tid)
{
	struct task *task = find_living(t, tid);
	siginfo_t info;

	if (!task)
		task = add_task(t, tid, exists_as_leader(tid));
	if (!task || task->started)
		return task;
	task->started = true;
	/* At an event stop si_pid is the task's own id in its own pid namespace
	 * (kernel/signal.c, ptrace_do_notify). */
	if (task_is_leader(task) && ptrace(PTRACE_GETSIGINFO, tid, 0, &info) == 0)
		task->process->ns_pid = info.si_pid;
	return task;
}

/* The process of a task, asking /proc for threads that nobody announced. */
static struct process *process_of(struct procaudit_tracer *t, struct task *task)
{
	if (task && !task->process)
		announce(t, task);
	return task ? task->process : NULL;
}

/* --- Going on ------------------------------------------------------------ */

/* The task is no longer ours. */
static void let_go(struct procaudit_tracer *t, struct task *task)
{
	struct procaudit_event event;

	announce(t, task);
	if (task_is_leader(task)) {
		event = event_of(t, PROCAUDIT_DETACH, task->process, task->tid);
		event.detach.reason = t->detach_reason;
		queue_add(&t->queue, &event);
		if (task->process == t->root_process)
			t->root_process = NULL;
	}
	task_remove(&t->table, task);
}

/* Answers a stop; request is PTRACE_CONT or PTRACE_LISTEN. A task that was
 * killed meanwhile gives ESRCH, and its end follows. */
static void restart(
	struct procaudit_tracer *t, pid_t tid, struct task *task, int request, int signo)
{
	if (t->detaching) {
		if (ptrace(PTRACE_DETACH, tid, 0, signo) == 0 && task)
			let_go(t, task);
		return;
	}
	if (ptrace(request, tid, 0, signo) < 0 && request == PTRACE_LISTEN && errno != ESRCH)
		ptrace(PTRACE_CONT, tid, 0, 0);
}

/* --- What happens -------------------------------------------------------- */

/* The creator's event: tells who made the child and how. */
static void on_fork(struct procaudit_tracer *t, struct task *task, enum procaudit_fork_kind kind)
{
	struct process *parent = process_of(t, task);
	unsigned long message;
	struct task *child;
	pid_t tid;

	if (!parent || ptrace(PTRACE_GETEVENTMSG, task->tid, 0, &message) < 0 || message == 0)
		return;
	tid = (pid_t)message;
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
		former = task_find(&t->table, old_tid);
		if (former)
			task_remove(&t->table, former);
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
	announce(t, task);
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
	if ((size_t)signo >= ARRAY_SIZE(t->noted) || sigismember(&t->signals, signo) != 1)
		return;
	noted = &t->noted[signo];
	if (ptrace(PTRACE_GETSIGINFO, task->tid, 0, &noted->info) == 0)
		noted->when = t->now;
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

/* A zombie whose number is not in the table: a tracee that was killed before
 * its first stop, or a child that we were given and never traced. */
static struct task *meet_dead(struct procaudit_tracer *t, pid_t tid)
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

static void on_end(struct procaudit_tracer *t, pid_t tid)
{
	struct task *task = find_living(t, tid);

	if (!task)
		task = meet_dead(t, tid);
	if (!task) {
		wait4(tid, NULL, __WALL, NULL);
		return;
	}
	announce(t, task); /* while the zombie can still be looked at */
	if (task_is_leader(task))
		end_process(t, task);
	else
		end_thread(t, task);
}

static void dispatch(struct procaudit_tracer *t, pid_t tid, int status)
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
		on_fork(t, task, PROCAUDIT_FORK_FORK);
		break;
	case STOP_VFORK:
		on_fork(t, task, PROCAUDIT_FORK_VFORK);
		break;
	case STOP_CLONE:
		on_fork(t, task, PROCAUDIT_FORK_CLONE);
		break;
	case STOP_SIGNAL:
		on_signal(t, task, WSTOPSIG(status));
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

/* --- Waiting ------------------------------------------------------------- */

/*
 * Looks for a task that has something to report, without taking it: a stop is
 * used up by the restart, and a zombie must stay until everything about it
 * has been read. Returns 1, 0 if nothing is waiting, or -ECHILD.
 */
static int peek(idtype_t type, id_t id, pid_t *tid, int *status)
{
	siginfo_t info = {0};

	if (waitid(type, id, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0)
		return -errno;
	if (info.si_pid == 0)
		return 0;
	*tid = info.si_pid;
	*status = info.si_code == CLD_TRAPPED ? W_STOPCODE(info.si_status) : 0;
	return 1;
}

/* No living task is in the table. Yet a child of a killed parent may be on its
 * way to its first stop; and children that we were given may live on, who are
 * none of our business. */
static bool is_end(const struct procaudit_tracer *t)
{
	return !t->has_proc || !proc_traces_any(getpid());
}

static void end(struct procaudit_tracer *t)
{
	struct task *task, *next;

	stamp(t);
	if (!t->detaching)
		t->vanished += t->table.living;
	HASH_ITER (hh, t->table.tasks, task, next) {
		if (t->detaching && !task->dead)
			let_go(t, task);
	}
	if (t->vanished)
		add_gap(t, PROCAUDIT_GAP_VANISHED, t->vanished);
	if (t->queue.lost)
		add_gap(t, PROCAUDIT_GAP_MEMORY, t->queue.lost);
	t->ended = true;
}

/* What to do when nothing is waiting: returns false if something was done,
 * otherwise how long that can rest in *rest_ns. */
static bool idle(struct procaudit_tracer *t, int64_t *rest_ns)
{
	struct task *newborn = t->table.unannounced;
	struct timespec boot;
	int64_t now;

	*rest_ns = INT64_MAX;
	if (!newborn && !t->detaching)
		return true;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	now = timespec_ns(&boot);
	if (t->detaching && now >= t->detach_end) {
		end(t);
		return false;
	}
	if (newborn && now >= newborn->seen_ns + ANNOUNCE_NS) {
		stamp(t);
		announce(t, newborn);
		return false;
	}
	if (newborn)
		*rest_ns = newborn->seen_ns + ANNOUNCE_NS - now;
	if (t->detaching && t->detach_end - now < *rest_ns)
		*rest_ns = t->detach_end - now;
	return true;
}

/* One of our own signals; SIGCHLD and those that the end of a child with an
 * exit signal of its own sends us (clone(2)) only wake. */
static bool is_for_us(const siginfo_t *info)
{
	bool from_child = info->si_code >= CLD_EXITED && info->si_code <= CLD_CONTINUED;

	return info->si_signo != SIGCHLD && !from_child;
}

/* Sleeps until a task or a signal wants attention, at most ns. */
static int sleep_until(struct procaudit_tracer *t, int64_t ns)
{
	struct timespec limit = {ns / NS_PER_SEC, ns % NS_PER_SEC};
	siginfo_t info;
	int signo = sigtimedwait(&t->wake, &info, ns == INT64_MAX ? NULL : &limit);

	if (signo < 0)
		return errno == EAGAIN ? -EAGAIN : 0;
	if (!is_for_us(&info))
		return 0;
	t->signal = info;
	return -EINTR;
}

static int poll_signals(struct procaudit_tracer *t)
{
	struct timespec none = {0, 0};
	siginfo_t info;

	if (sigtimedwait(&t->signals, &info, &none) <= 0 || !is_for_us(&info))
		return 0;
	t->signal = info;
	return -EINTR;
}

static int64_t boot_now(void)
{
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	return timespec_ns(&boot);
}

/* Waits until the queue holds an event or the run has ended: 0; or returns
 * -EAGAIN, -EINTR. */
static int serve(struct procaudit_tracer *t, const struct timespec *timeout)
{
	int64_t until = INT64_MAX, rest, left;
	unsigned burst = 0;
	int status, found, error;
	pid_t tid;

	if (timeout)
		until = boot_now() + timespec_ns(timeout);
	while (t->queue.head == t->queue.tail && !t->ended) {
		if (++burst % BURST == 0 && poll_signals(t))
			return -EINTR;
		found = peek(P_ALL, 0, &tid, &status);
		if (found > 0) {
			dispatch(t, tid, status);
			continue;
		}
		if (found == -ECHILD || (t->table.living == 0 && is_end(t))) {
			end(t);
			continue;
		}
		if (!idle(t, &rest))
			continue;
		left = timeout ? until - boot_now() : INT64_MAX;
		if (left < 0)
			left = 0;
		error = sleep_until(t, rest < left ? rest : left);
		if (error == -EINTR || (error == -EAGAIN && left <= rest))
			return error;
	}
	return 0;
}

PUBLIC int procaudit_tracer_next(struct procaudit_tracer *t, const struct procaudit_event **event,
	const struct timespec *timeout)
{
	int error;

	*event = queue_take(&t->queue);
	if (*event)
		return 1;
	error = serve(t, timeout);
	if (error)
		return error;
	*event = queue_take(&t->queue);
	return *event ? 1 : 0;
}

PUBLIC const siginfo_t *procaudit_tracer_signal(const struct procaudit_tracer *t)
{
	return &t->signal;
}

/* --- Start and end ------------------------------------------------------- */

static unsigned long ptrace_options(const struct procaudit_tracer_options *options)
{
	unsigned long flags =
		PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

	if (options->kill_on_exit)
		flags |= PTRACE_O_EXITKILL;
	return flags;
}

/* The command is process 1, which nobody announces. */
static int add_root(struct procaudit_tracer *t)
{
	struct task *task;

	stamp(t);
	task = add_task(t, t->root.pid, true);
	if (!task)
		return -ENOMEM;
	task->started = task->event_seen = true;
	task_announced(&t->table, task);
	t->root_process = task->process;
	return 0;
}

static int start(struct procaudit_tracer *t, char *const argv[], unsigned long flags)
{
	int error;

	sigprocmask(SIG_BLOCK, NULL, &t->saved);
	error = spawn_fork(&t->root, argv, &t->wake);
	if (error)
		return error;
	error = spawn_seize(&t->root, flags);
	if (!error)
		error = add_root(t);
	if (!error)
		error = spawn_release(&t->root);
	if (error) {
		spawn_abort(&t->root);
		sigprocmask(SIG_SETMASK, &t->saved, NULL);
	}
	return error;
}

PUBLIC int procaudit_tracer_start(struct procaudit_tracer **tracer, char *const argv[],
	const struct procaudit_tracer_options *options)
{
	static const struct procaudit_tracer_options defaults;
	struct procaudit_tracer *t = calloc(1, sizeof(*t));
	int error;

	if (!t)
		return -ENOMEM;
	if (!options)
		options = &defaults;
	sigemptyset(&t->signals);
	if (options->signals)
		t->signals = *options->signals;
	t->wake = t->signals;
	sigaddset(&t->wake, SIGCHLD);
	t->threads = options->threads;
	t->has_proc = proc_is_ours();
	error = start(t, argv, ptrace_options(options));
	if (error) {
		task_table_free(&t->table);
		free(t);
		return error;
	}
	*tracer = t;
	return 0;
}

/* Whether the sender of a signal gave it to the command, too. */
static bool root_has_it(struct procaudit_tracer *t, const siginfo_t *signal)
{
	struct proc_status status;
	struct noted *noted;

	if ((size_t)signal->si_signo < ARRAY_SIZE(t->noted)) {
		noted = &t->noted[signal->si_signo];
		if (noted->when && boot_now() - noted->when < GROUP_SIGNAL_NS &&
			noted->info.si_code == signal->si_code &&
			noted->info.si_pid == signal->si_pid) {
			noted->when = 0;
			return true;
		}
	}
	/* Pending already: a second one would be merged with it. */
	return t->has_proc && proc_status(t->root_process->pid, &status) == 0 &&
	       (status.pending >> (signal->si_signo - 1) & 1);
}

PUBLIC int procaudit_tracer_pass_signal(struct procaudit_tracer *t, const siginfo_t *signal)
{
	int status;
	pid_t tid;

	if (!t->root_process)
		return -ESRCH;
	/* The command may be waiting to show us the same signal. */
	if (peek(P_PID, (id_t)t->root_process->pid, &tid, &status) > 0)
		dispatch(t, tid, status);
	if (!t->root_process)
		return -ESRCH;
	if (signal->si_code == SI_KERNEL || root_has_it(t, signal))
		return 0;
	return kill(t->root_process->pid, signal->si_signo) < 0 ? -errno : 1;
}

PUBLIC void procaudit_tracer_detach(struct procaudit_tracer *t, enum procaudit_detach_reason reason)
{
	struct task *task, *next;

	if (t->detaching || t->ended)
		return;
	stamp(t);
	t->detaching = true;
	t->detach_reason = reason;
	t->detach_end = t->now + DETACH_NS;
	HASH_ITER (hh, t->table.tasks, task, next) {
		if (!task->dead)
			ptrace(PTRACE_INTERRUPT, task->tid, 0, 0);
	}
}

PUBLIC int procaudit_tracer_exec_error(struct procaudit_tracer *t)
{
	return t->root_process ? 0 : spawn_exec_error(&t->root);
}

PUBLIC size_t procaudit_tracer_pids(const struct procaudit_tracer *t, pid_t *pids, size_t max)
{
	const struct task *task;
	size_t n = 0;

	for (task = t->table.tasks; task; task = task->hh.next) {
		if (task->dead || !task_is_leader(task))
			continue;
		if (n < max)
			pids[n] = task->tid;
		n++;
	}
	return n;
}

PUBLIC void procaudit_tracer_free(struct procaudit_tracer *t)
{
	if (!t)
		return;
	spawn_close(&t->root);
	task_table_free(&t->table);
	queue_free(&t->queue);
	collect_free(&t->collector);
	sigprocmask(SIG_SETMASK, &t->saved, NULL);
	free(t);
}
