/* SPDX-License-Identifier: ISC */
/*
 * Every interleaving of what a few tasks may do, against the tracer itself, which
 * is linked to a kernel of ours: whatever happens when, each stop gets exactly one
 * answer, nobody is forgotten, and the records are in order.
 *
 * What is counted as events is what tasks do; that they come to the stops of which
 * they are on their way, and the like, is not. It happens while the tracer waits,
 * and MODEL_RACES times between any two of its calls. MODEL_TASKS, MODEL_EVENTS and
 * MODEL_RACES set other bounds than those that take a few seconds, and arguments name
 * the ways to use the tracer that are wanted.
 *
 * What mark.c leaves out is compared with all that there is, where not more happens
 * than MODEL_PLAIN events; and MODEL_EXACT events, with all but what is the same to
 * the byte. 0: not at all.
 */
#include "calls.h"
#include "explore.h"
#include "mark.h"
#include "state.h"
#include "tap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* A way to use the tracer. */
struct mode {
	const char *name;
	unsigned events; /* those of enum event that may happen, by bit */
	bool threads;	 /* records of threads are asked for */
	bool failed;	 /* those of execs that fail */
	bool detaches;	 /* it is told to let go, at any record */
	bool kills;	 /* likewise to kill */
	bool stops;	 /* stops of the command are told of */
	unsigned most;	 /* events */
	unsigned races;	 /* of them, how many at most between two calls of the tracer */
};

static struct procaudit_tracer *tracer;
static unsigned gaps;		/* that something has vanished */
static bool told_stopped;	/* the command has stopped, as was told */
static unsigned races_at_first; /* kernel.races_left was so many */

/* What checks of ours look at. */
static uint64_t besides(void)
{
	return (uint64_t)gaps << 1 | told_stopped;
}

static bool is_new_state_of_all(unsigned where)
{
	struct mark mark = mark_of(tracer, where, besides());

	return is_new_state(&mark);
}

/* --- Records ------------------------------------------------------------- */

static struct ktask *entry_of(pid_t tid)
{
	if (tid >= FIRST_TID && tid < FIRST_TID + (pid_t)kernel.count)
		return &kernel.tasks[tid - FIRST_TID];
	is_wrong("a record is of somebody who does not exist");
	return &kernel.tasks[0];
}

/* Its creator has stopped to show that it made it, and is to be asked yet. */
static bool shows_fork_of(const struct ktask *child)
{
	const struct ktask *creator = find_task(child->creator);

	return creator && creator->state == STOPPED && !creator->taken &&
	       creator->stop >> 8 != PTRACE_EVENT_EXEC &&
	       creator->message == (unsigned long)child->tid;
}

static void on_fork_record(const struct procaudit_event *event)
{
	struct ktask *child = entry_of(event->fork.child_pid);

	say("record: %d forks %d", event->pid, child->tid);
	if (child->forks++)
		is_wrong("a process has two fork records");
	if (child->proc)
		is_wrong("something of a process is recorded before its fork");
	child->proc = event->fork.child;
	if (event->pid && event->pid != child->parent)
		is_wrong("a fork record names another process than the one that forked");
	if (event->fork.kind == PROCAUDIT_FORK_UNKNOWN) {
		if (!letting_go && kernel.races_left == races_at_first && shows_fork_of(child))
			is_wrong("a fork record does not say what the event that waits would");
		return;
	}
	if (!event->pid ||
		(event->fork.kind == PROCAUDIT_FORK_VFORK) != (child->made_by == VFORK) ||
		event->fork.kind == PROCAUDIT_FORK_CLONE)
		is_wrong("a fork record is of another kind than the fork");
}

/* Somebody of the process whose call has no outcome yet. */
static struct ktask *asker_of(pid_t pid)
{
	unsigned i;

	for (i = 0; i < kernel.count; i++)
		if (kernel.tasks[i].tgid == pid && kernel.tasks[i].asks)
			return &kernel.tasks[i];
	return NULL;
}

/* Without an error the caller was killed in the call, and is not named. */
static void on_failed_record(const struct procaudit_event *event)
{
	struct ktask *caller = entry_of(event->tid ? event->tid : event->pid);

	if (!event->exec.error)
		caller = asker_of(event->pid);
	if (!caller || !caller->asks) {
		is_wrong("an exec is recorded that nobody has asked for");
		return;
	}
	caller->asks = false;
	caller->told_fails += event->exec.error == ENOENT;
}

static void on_process_record(const struct procaudit_event *event)
{
	struct ktask *process = entry_of(event->pid);

	if (process->tid == FIRST_TID && !process->proc)
		process->proc = 1;
	if (!process->proc || process->proc != event->proc)
		is_wrong("a record has another number than its process");
	if (process->exits || process->detaches)
		is_wrong("something of a process is recorded behind its end");
	if (event->kind == PROCAUDIT_EXEC && !event->exec.success)
		on_failed_record(event);
	else if (event->kind == PROCAUDIT_EXEC && event->exec.image != ++process->told_execs)
		is_wrong("the images of a process are not counted one by one");
	if (event->kind == PROCAUDIT_EXIT && event->exit.status != process->status)
		is_wrong("a process is recorded to have ended in another way");
	/* It lives on as the leader. */
	if (event->kind == PROCAUDIT_EXEC && event->exec.old_tid)
		entry_of(event->exec.old_tid)->thread_exits++;
	if (tracer->threads && event->tid && event->tid != event->pid &&
		event->kind != PROCAUDIT_THREAD && !entry_of(event->tid)->threads)
		is_wrong("something of a thread is recorded before its beginning");
	process->exits += event->kind == PROCAUDIT_EXIT;
	process->detaches += event->kind == PROCAUDIT_DETACH;
}

static void on_thread_record(const struct procaudit_event *event)
{
	struct ktask *thread = entry_of(event->tid);

	if (thread->tgid != event->pid)
		is_wrong("a thread is recorded as one of another process");
	if (event->kind == PROCAUDIT_THREAD && thread->threads++)
		is_wrong("a thread is recorded twice");
	if (event->kind == PROCAUDIT_THREAD_EXIT && (!thread->threads || thread->thread_exits++))
		is_wrong("the end of a thread is recorded twice, or before its beginning");
}

static void check_record(const struct procaudit_event *event)
{
	static const char *const names[] = {
		"fork", "exec", "exit", "thread", "thread_exit", "attach", "detach", "gap"};

	if (event->kind == PROCAUDIT_FORK) {
		if (event->pid)
			on_process_record(event);
		on_fork_record(event);
		return;
	}
	say("record: %s of %d, thread %d", names[event->kind], event->pid, event->tid);
	if (event->kind == PROCAUDIT_GAP) {
		if (event->gap.reason != PROCAUDIT_GAP_VANISHED)
			is_wrong("there is a gap");
		gaps++;
		return;
	}
	on_process_record(event);
	if (event->kind == PROCAUDIT_THREAD || event->kind == PROCAUDIT_THREAD_EXIT)
		on_thread_record(event);
}

/* At the end. */
static void check_process(const struct ktask *process)
{
	if (process->tid != FIRST_TID && process->forks != 1)
		is_wrong("a process has no fork record");
	if (process->exits + process->detaches != 1)
		is_wrong("a process has no exit record");
	if (process->told_execs != process->execs)
		is_wrong("an exec has no record");
}

static void check_all(bool detached)
{
	unsigned i;

	if (has_unanswered())
		is_wrong("a stop has not been answered at the end");
	if (gaps)
		is_wrong("something has vanished");
	for (i = 0; i < kernel.count; i++) {
		const struct ktask *task = &kernel.tasks[i];

		if (!detached && is_traced(task))
			is_wrong("it ends though somebody is traced");
		if (!detached && task->asks)
			is_wrong("an exec that was asked for has no record");
		if (task->told_fails > task->fails)
			is_wrong("an exec is recorded that has not failed");
		if (task->told_fails < task->fails && kernel.races_left == races_at_first)
			is_wrong("an exec that failed has no record");
		if (task->tid == task->tgid)
			check_process(task);
		else if (!detached && tracer->threads && task->threads != task->thread_exits)
			is_wrong("the end of a thread is not recorded");
	}
	if (!detached && tracer->table.living)
		is_wrong("somebody is left in the table at the end");
}

/* --- Runs ---------------------------------------------------------------- */

static void tell_tracer(const struct mode *mode)
{
	if (letting_go || tracer->killing || !(mode->detaches || mode->kills) || choose(2) == 0)
		return;
	say("tracer is told to %s", mode->kills ? "kill" : "let go");
	if (mode->kills) {
		procaudit_tracer_kill(tracer);
		return;
	}
	letting_go = true;
	procaudit_tracer_detach(tracer, PROCAUDIT_DETACH_SIGNAL);
}

/* Whether each thread of the command rests or has ended. One may have been woken, and
 * be about to stop once more. */
static bool rests(void)
{
	const struct ktask *task = kernel.tasks, *end = task + kernel.count;

	for (; task < end; task++)
		if (task->tgid == FIRST_TID && !task->rests && task->state < ZOMBIE)
			return false;
	return kernel.tasks[0].group_stopped;
}

/* One after the other, and in between nothing is told that has not been. */
static void check_signal(unsigned races)
{
	const siginfo_t *signal = procaudit_tracer_signal(tracer);
	bool stopped = signal->si_code == CLD_STOPPED;

	say("told: the command %s", stopped ? "has stopped" : "goes on");
	if (stopped == told_stopped)
		is_wrong("stops and their ends are not told by turns");
	if (stopped && races == 0 && !rests())
		is_wrong("a command is told to have stopped that has not");
	told_stopped = stopped;
}

static void run_once(const struct mode *mode, unsigned events, unsigned races)
{
	static char command[] = "command";
	char *argv[] = {command, NULL};
	struct procaudit_tracer_options options = {.threads = mode->threads,
		.stops = mode->stops,
		.failed = mode->failed ? PROCAUDIT_FAILED_FULL : PROCAUDIT_FAILED_NONE};
	const struct procaudit_event *event;
	int got = 0;

	explore_start();
	kernel_reset(events, races);
	kernel_filters = mode->failed;
	wrong = NULL;
	given_up = letting_go = false;
	gaps = 0;
	told_stopped = false;
	races_at_first = races;
	if (procaudit_tracer_start(&tracer, argv, &options) != 0)
		abort();
	while (!given_up && (got = procaudit_tracer_next(tracer, &event, NULL)) != 0) {
		if (got == -EINTR && mode->stops) {
			check_signal(races);
			continue;
		}
		if (got < 0 || given_up)
			break;
		check_record(event);
		tell_tracer(mode);
	}
	if (!given_up && got < 0)
		is_wrong("next() fails");
	if (!given_up) {
		check_all(letting_go);
		is_new_state_of_all(3);
	}
	if (wrong)
		explore_verdict(hash_bytes(HASH_BEGIN, wrong, strlen(wrong)));
	procaudit_tracer_free(tracer);
}

/* The run that was wrong, once more, with all that happens. */
static void show(const struct mode *mode, unsigned events, unsigned races)
{
	kernel_verbose = true;
	explore_again();
	run_once(mode, events, races);
	kernel_verbose = false;
}

/* Until one is wrong; or all the same. Returns how many. */
static unsigned long run_all(
	const struct mode *mode, unsigned events, unsigned races, bool all_the_same)
{
	unsigned long runs = 0;

	kernel_events = mode->events;
	explore_begin();
	do {
		run_once(mode, events, races);
		runs++;
	} while ((!wrong || all_the_same) && explore_more());
	return runs;
}

static void explore(const struct mode *mode, unsigned events, unsigned races)
{
	unsigned long runs = run_all(mode, events, races, false);

	if (!ok(!wrong, "%s: %lu interleavings, %zu states (%u tasks, %u events, %u between calls)",
		    mode->name, runs, explore_states(), kernel_tasks, events, races))
		show(mode, events, races);
	explore_end();
}

/* What is left out is nothing: the same states and ends are met without. */
static void compare(const struct mode *mode, enum reduction with, unsigned events, unsigned races)
{
	static const char *const names[] = {"", "to the byte", "reduced"};
	unsigned long runs, reduced_runs;
	uint64_t digest;
	size_t states;

	explore_by = with == EXACT ? PLAIN : EXACT;
	runs = run_all(mode, events, races, true);
	states = explore_states();
	digest = explore_digest();
	explore_by = with;
	reduced_runs = run_all(mode, events, races, true);
	ok(states == explore_states() && digest == explore_digest(),
		"%s, %s: %lu interleavings meet the %zu states of %lu (%zu; %u events, %u between)",
		mode->name, names[with], reduced_runs, states, runs, explore_states(), events,
		races);
	explore_by = REDUCED;
	explore_end();
}

static unsigned number(const char *variable, unsigned otherwise, unsigned most)
{
	const char *value = getenv(variable);
	unsigned long number = value ? strtoul(value, NULL, 10) : otherwise;

	return number > most ? most : (unsigned)number;
}

/* Whether its name is among these, or there are none. */
static bool is_asked_for(const struct mode *mode, char *const *names)
{
	bool any = *names != NULL;

	for (; *names; names++)
		if (strcmp(*names, mode->name) == 0)
			return true;
	return !any;
}

static void check_mode(const struct mode *mode)
{
	unsigned races = number("MODEL_RACES", mode->races, 100), most;

	explore(mode, number("MODEL_EVENTS", mode->most, MOST_LEFT - 1), races);
	most = number("MODEL_PLAIN", 1, MOST_LEFT - 1);
	if (most)
		compare(mode, EXACT, most, races);
	most = number("MODEL_EXACT", 2, MOST_LEFT - 1);
	if (most)
		compare(mode, REDUCED, most, races);
}

/* All that it is for has happened, and to whom it may. */
static void check_met(void)
{
	static const char *const names[] = {[RUNNING] = "who runs is killed",
		[TRAPPING] = "who is on the way to a stop is killed",
		[STOPPED] = "who has stopped is killed",
		[LISTENING] = "who rests in a group-stop is killed",
		[VFORKING] = "who waits for a child of vfork is killed",
		[CALLING] = "who calls execve is killed",
		[EXECING] = "who waits for other threads to end is killed",
		[EVENT_FIRST] = "a fork event comes before the child's stop",
		[STOP_FIRST] = "a fork event comes after the child's stop",
		[END_FIRST] = "a fork event comes after the child's end",
		[THREAD_EXEC] = "a thread becomes the leader",
		[THREAD_EXEC_DEATH] = "who has become the leader is killed before he shows it"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i])
			ok(kernel_met >> i & 1, "%s", names[i]);
}

#define BIT(event) (1U << (event))
#define MAKING	   (BIT(FORK) | BIT(VFORK) | BIT(CLONE))
#define ENDING	   (BIT(EXIT) | BIT(KILL))
#define STOPPING   (BIT(SIGNAL) | BIT(STOP) | BIT(CONTINUE))
#define ALL	   (MAKING | ENDING | STOPPING | BIT(EXEC))

int main(int argc, char *argv[])
{
	static const struct mode modes[] = {
		{"forks, execs and ends", MAKING | ENDING | BIT(EXEC), .most = 4},
		{"forks, signals and stops", MAKING | ENDING | STOPPING, .most = 3},
		{"all", ALL, .most = 3},
		{"all, and races", ALL, .most = 2, .races = 2},
		{"records of threads", MAKING | ENDING | BIT(EXEC), .threads = true, .most = 3,
			.races = 1},
		{"stops that are told of", BIT(CLONE) | BIT(EXEC) | BIT(EXIT) | STOPPING,
			.stops = true, .most = 4},
		{"stops that are told of, and races", BIT(CLONE) | BIT(EXIT) | STOPPING,
			.stops = true, .most = 3, .races = 1},
		{"execs that fail", MAKING | ENDING | BIT(EXEC), .failed = true, .most = 3},
		{"execs that fail, and races", ALL, .failed = true, .most = 2, .races = 1},
		{"letting go", ALL, .detaches = true, .most = 2, .races = 1},
		{"killing", ALL, .kills = true, .most = 2, .races = 1},
	};
	size_t i;

	kernel_tasks = number("MODEL_TASKS", 3, MOST_TASKS);
	is_new = is_new_state_of_all;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (is_asked_for(&modes[i], argv + 1))
			check_mode(&modes[i]);
	if (argc == 1)
		check_met();
	return tap_end();
}
