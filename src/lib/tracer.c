/* SPDX-License-Identifier: ISC */
/*
 * The state machine: the only wait, the only restart.
 *
 *	next → wait → dispatch → on_… → restart → queue → next
 *
 * dispatch.c says what each stop means, newborn.c how tasks come to be known.
 * Every stop is answered at once, and no answer depends on another task.
 */
#include "attach.h"
#include "dispatch.h"
#include "groupstop.h"
#include "macro.h"
#include "newborn.h"
#include "privilege.h"
#include "proc.h"
#include "restart.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a newborn may wait for its parent's event before /proc is asked. */
#define ANNOUNCE_NS (NS_PER_SEC / 20)

/* How long an orderly detach may take. */
#define DETACH_NS (2 * NS_PER_SEC)

/* The same signal from the same sender within this time was one to a group. */
#define GROUP_SIGNAL_NS NS_PER_SEC

/* Our own signals are looked at after so many wait statuses in a row. */
#define BURST 64

static void add_gap(struct procaudit_tracer *t, enum procaudit_gap_reason reason, uint64_t count)
{
	struct procaudit_event event = event_of(t, PROCAUDIT_GAP, NULL, 0);

	event.gap.reason = reason;
	event.gap.count = count;
	queue_add(&t->queue, &event);
}

/* --- Waiting ------------------------------------------------------------- */

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
	uint64_t lost;

	stamp(t);
	if (!t->detaching)
		t->vanished += t->table.living;
	HASH_ITER (hh, t->table.tasks, task, next) {
		if (t->detaching && !task->dead)
			let_go(t, task, t->detach_reason);
	}
	if (t->vanished)
		add_gap(t, PROCAUDIT_GAP_VANISHED, t->vanished);
	lost = t->queue.lost + t->asked.lost;
	if (lost)
		add_gap(t, PROCAUDIT_GAP_MEMORY, lost);
	t->ended = true;
}

/* What to do when nothing is waiting: returns false if something was done,
 * otherwise how long that can rest in *rest_ns. */
static bool idle(struct procaudit_tracer *t, int64_t *rest_ns)
{
	struct task *newborn = t->table.unannounced;
	int64_t now;

	*rest_ns = INT64_MAX;
	if (!newborn && !t->detaching)
		return true;
	now = boot_now();
	if (t->detaching && now >= t->detach_end) {
		end(t);
		return false;
	}
	if (newborn && now >= newborn->seen_ns + ANNOUNCE_NS) {
		stamp(t);
		introduce(t, newborn);
		return false;
	}
	if (newborn)
		*rest_ns = newborn->seen_ns + ANNOUNCE_NS - now;
	if (t->detaching && t->detach_end - now < *rest_ns)
		*rest_ns = t->detach_end - now;
	return true;
}

/* Waits until the queue holds an event or the run has ended: 0; or returns
 * -EAGAIN, -EINTR. */
static int serve(struct procaudit_tracer *t, const struct timespec *timeout)
{
	int64_t until = INT64_MAX, rest, left;
	int status, found, error;
	pid_t tid;

	if (timeout)
		until = boot_now() + timespec_ns(timeout);
	release_group_stop_end(t);
	while (t->queue.head == t->queue.tail && !t->ended) {
		if (attach_next(t))
			continue;
		if (t->attach.again) {
			attach_again(t);
			continue;
		}
		if (tell_group_stop(t))
			return -EINTR;
		if (++t->burst % BURST == 0 && wait_poll(&t->waiter))
			return -EINTR;
		found = wait_find(&t->waiter, t->table.living, &tid, &status);
		if (found > 0) {
			dispatch(t, tid, status);
			continue;
		}
		if (t->table.homeless)
			forget_vanished(t);
		if (found == -ECHILD || (t->table.living == 0 && is_end(t))) {
			end(t);
			continue;
		}
		if (!idle(t, &rest))
			continue;
		left = timeout ? until - boot_now() : INT64_MAX;
		if (left < 0)
			left = 0;
		error = wait_sleep(&t->waiter, rest < left ? rest : left);
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
	return &t->waiter.signal;
}

static const struct procaudit_tracer_options defaults;

/* --- Start and end ------------------------------------------------------- */

static unsigned long ptrace_options(const struct procaudit_tracer_options *options)
{
	unsigned long flags =
		PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

	if (options->kill_on_exit || options->failed)
		flags |= PTRACE_O_EXITKILL;
	if (options->failed)
		flags |= PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD;
	return flags;
}

/*
 * From before the first tracee runs none of our user's may trace us, which would
 * make both unkillable, or read what we know of others. Not before the command has
 * been forked and seized: it could not be, if it had that from us.
 */
static void hide(struct procaudit_tracer *t)
{
	t->hidden = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
	if (t->hidden)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void restore(const struct procaudit_tracer *t)
{
	if (t->hidden)
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	sigaction(SIGCHLD, &t->saved_chld, NULL);
	wait_release(&t->waiter);
	sigprocmask(SIG_SETMASK, &t->saved, NULL);
}

static int start(struct procaudit_tracer *t, const struct spawn_options *spawn,
	struct procaudit_seat *seat, unsigned long flags)
{
	int error = 0;

	sigprocmask(SIG_BLOCK, NULL, &t->saved);
	sigaction(SIGCHLD, NULL, &t->saved_chld);
	if (seat)
		spawn_take(&t->root, seat, &t->waiter.wake);
	else
		error = spawn_fork(&t->root, spawn, &t->waiter.wake);
	if (error)
		return error;
	wait_catch(&t->waiter);
	error = spawn_seize(&t->root, flags);
	if (!error)
		error = meet_command(t) ? 0 : -ENOMEM;
	if (!error && t->root.stopped_by)
		on_group_stop(t, task_find(&t->table, t->root.pid), t->root.stopped_by);
	hide(t);
	if (!error)
		error = spawn_release(&t->root);
	if (error) {
		spawn_abort(&t->root);
		restore(t);
	}
	return error;
}

static struct procaudit_tracer *make(const struct procaudit_tracer_options *options)
{
	struct procaudit_tracer *t = calloc(1, sizeof(*t));
	sigset_t none;

	if (!t)
		return NULL;
	sigemptyset(&none);
	wait_init(&t->waiter, options->signals ? options->signals : &none);
	t->root.release_fd = t->root.report_fd = -1;
	t->failed = options->failed;
	t->threads = options->threads;
	t->stops = options->stops;
	t->response_files = options->response_files;
	t->has_proc = proc_is_ours();
	return t;
}

PUBLIC int procaudit_tracer_start(struct procaudit_tracer **tracer, char *const argv[],
	const struct procaudit_tracer_options *options)
{
	struct spawn_options spawn;
	struct procaudit_tracer *t;
	int error;

	if (!options)
		options = &defaults;
	t = make(options);
	if (!t) {
		if (options->seat)
			spawn_refuse(options->seat);
		return -ENOMEM;
	}
	t->collector.takes_privilege = privilege_is_taken();
	t->collector.no_new_privs = options->failed && procaudit_means_no_new_privs();
	spawn = (struct spawn_options){
		argv, options->user, options->failed != PROCAUDIT_FAILED_NONE};
	error = start(t, &spawn, options->seat, ptrace_options(options));
	if (error) {
		task_table_free(&t->table);
		free(t);
		return error;
	}
	*tracer = t;
	return 0;
}

PUBLIC int procaudit_tracer_attach(struct procaudit_tracer **tracer, const pid_t *pids,
	size_t count, const struct procaudit_tracer_options *options)
{
	struct sigaction chld = {.sa_handler = SIG_DFL};
	struct procaudit_tracer *t;
	int error;

	if (!options)
		options = &defaults;
	if (count == 0 || options->failed || options->kill_on_exit || options->stops ||
		options->user || options->seat)
		return -EINVAL;
	if (!proc_is_ours())
		return -ENOENT;
	t = make(options);
	if (!t)
		return -ENOMEM;
	sigprocmask(SIG_BLOCK, &t->waiter.wake, &t->saved);
	sigaction(SIGCHLD, &chld, &t->saved_chld);
	wait_catch(&t->waiter);
	hide(t);
	error = attach_start(t, pids, count, ptrace_options(options), options->spare);
	if (error) {
		procaudit_tracer_free(t);
		return error;
	}
	*tracer = t;
	return 0;
}

/* Whether the signal waits to be taken by the command: a second one would be
 * merged with it. */
static bool is_pending(const struct procaudit_tracer *t, int signo)
{
	struct proc_status status;

	return t->has_proc && proc_status(t->root_process->pid, &status) == 0 &&
	       (status.pending >> (signo - 1) & 1);
}

/* Serves what the command's threads have to show. */
static void serve_command(struct procaudit_tracer *t)
{
	const struct task *task;
	pid_t tids[64];
	size_t count = 0;
	int status;

	for (task = t->table.tasks; task && count < ARRAY_SIZE(tids); task = task->hh.next)
		if (task->process == t->root_process)
			tids[count++] = task->tid;
	while (count > 0 && !t->stop.held)
		if (wait_take(tids[--count], &status) > 0)
			dispatch(t, tids[count], status);
}

/* Whether the command has shown us the same signal just now. */
static bool was_shown(struct procaudit_tracer *t, const siginfo_t *signal)
{
	struct noted *noted;

	if ((size_t)signal->si_signo >= ARRAY_SIZE(t->noted))
		return false;
	noted = &t->noted[signal->si_signo];
	if (!noted->when || boot_now() - noted->when >= GROUP_SIGNAL_NS ||
		noted->info.si_code != signal->si_code || noted->info.si_pid != signal->si_pid)
		return false;
	noted->when = 0;
	return true;
}

/* Whether SIGCONT has not reached the command, which is still in the group-stop
 * that we have told of or made: the signal itself is taken back by the next stop. */
static bool needs_continue(const struct procaudit_tracer *t)
{
	struct proc_status status;

	if (t->stop.passed_on && (!t->stop.signo || t->stop.shown != t->stop.passed_on))
		return true;
	return t->stop.signo && (t->stop.passed_on || !t->stop.untold) && t->has_proc &&
	       proc_status(t->root_process->pid, &status) == 0 &&
	       (status.state == 't' || status.state == 'Z');
}

/* Of job control the last one decides: a SIGCONT has to undo a stop. */
static void note_passed(struct procaudit_tracer *t, int signo)
{
	if (signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU) {
		t->stop.passed_on = signo;
		t->stop.shown = 0;
	} else if (signo == SIGCONT) {
		t->stop.passed_on = 0;
		forget_shown_stops(t);
	}
}

/*
 * A signal to a process group reaches its youngest member first, so the command
 * before us (Linux kernel/pid.c, attach_pid). There it is pending; or, if it is
 * not any more, the command has stopped to show it, or has shown it. Asking in
 * this order leaves no moment between.
 */
PUBLIC int procaudit_tracer_pass_signal(struct procaudit_tracer *t, const siginfo_t *signal)
{
	if (!t->root_process)
		return -ESRCH;
	if (signal->si_code == SI_KERNEL || is_pending(t, signal->si_signo))
		return 0;
	/* Events that wait to be handed out must not be disturbed. */
	if (t->queue.head == t->queue.tail)
		serve_command(t);
	if (!t->root_process)
		return -ESRCH;
	if (signal->si_signo == SIGCONT ? !needs_continue(t) : was_shown(t, signal))
		return 0;
	note_passed(t, signal->si_signo);
	return kill(t->root_process->pid, signal->si_signo) < 0 ? -errno : 1;
}

PUBLIC void procaudit_tracer_kill(struct procaudit_tracer *t)
{
	struct task *task, *next;

	if (t->detaching || t->killing || t->ended)
		return;
	t->killing = true;
	HASH_ITER (hh, t->table.tasks, task, next) {
		if (!task->dead && task_is_leader(task))
			kill(task->tid, SIGKILL);
	}
}

PUBLIC void procaudit_tracer_detach(struct procaudit_tracer *t, enum procaudit_detach_reason reason)
{
	struct task *task, *next;

	if (t->detaching || t->killing || t->ended)
		return;
	if (t->failed) {
		procaudit_tracer_kill(t);
		return;
	}
	stamp(t);
	t->detaching = true;
	t->detach_reason = reason;
	t->detach_end = t->now + DETACH_NS;
	HASH_ITER (hh, t->table.tasks, task, next) {
		if (!task->dead)
			ptrace(PTRACE_INTERRUPT, task->tid, 0, 0);
	}
}

PUBLIC int procaudit_tracer_exec_error(struct procaudit_tracer *t, enum procaudit_step *step)
{
	*step = PROCAUDIT_STEP_EXEC;
	return t->root_process ? 0 : spawn_exec_error(&t->root, step);
}

PUBLIC bool procaudit_tracer_is_attaching(const struct procaudit_tracer *t)
{
	return attach_is_telling(t);
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
	attach_free(&t->attach);
	task_table_free(&t->table);
	queue_free(&t->queue);
	collect_free(&t->collector);
	response_free(&t->response);
	asked_table_free(&t->asked);
	restore(t);
	free(t);
}
