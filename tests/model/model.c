/* SPDX-License-Identifier: ISC */
/*
 * Every interleaving of what a few tasks may do, against the tracer itself, which
 * is linked to a kernel of ours: whatever happens when, each stop gets exactly one
 * answer, nobody is forgotten, and the records are in order.
 *
 * What is counted as events is what tasks do; that they come to the stops of which
 * they are on their way, and the like, is not. It happens while the tracer waits,
 * and MODEL_RACES times between any two of its calls. MODEL_TASKS, MODEL_EVENTS and
 * MODEL_RACES set other bounds than those that take a few seconds.
 */
#include "calls.h"
#include "explore.h"
#include "state.h"
#include "tap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* A way to use the tracer. */
struct mode {
	const char *name;
	unsigned events; /* those of enum event that may happen, by bit */
	bool threads;	 /* records of threads are asked for */
	bool detaches;	 /* it is told to let go, at any record */
	bool kills;	 /* likewise to kill */
	bool stops;	 /* stops of the command are told of */
	unsigned most;	 /* events */
	unsigned races;	 /* of them, how many at most between two calls of the tracer */
};

static struct procaudit_tracer *tracer;
static unsigned gaps;	  /* that something has vanished */
static bool told_stopped; /* the command has stopped, as was told */

/* --- The tracer's state -------------------------------------------------- */

static uint64_t hash_task(uint64_t hash, const struct task *task)
{
	const struct process *process = task->process;

	hash = hash_number(hash, (uint64_t)task->tid);
	hash = hash_number(
		hash, (uint64_t)(task->started | task->announced << 1 | task->event_seen << 2 |
				 task->stopped << 3 | task->dead << 4 | (process != NULL) << 5));
	if (!task->announced)
		hash = hash_number(hash, (uint64_t)(kernel_now - task->seen_ns));
	if (!process)
		return hash;
	hash = hash_number(hash, process->id << 32 | (uint64_t)process->pid);
	hash = hash_number(hash, process->parent << 32 | process->depth);
	hash = hash_number(hash, process->images | process->tasks << 8 | process->stopped << 16);
	return hash_number(hash, process->let_go | (unsigned)process->ns_pid << 1);
}

static bool is_new_state_of_all(unsigned where)
{
	uint64_t hash = hash_bytes(hash_number(HASH_BEGIN, where), &kernel, sizeof(kernel));
	const struct task *task;

	for (task = tracer->table.tasks; task; task = task->hh.next)
		hash = hash_task(hash, task);
	for (task = tracer->table.unannounced; task; task = task->next)
		hash = hash_number(hash, (uint64_t)task->tid);
	hash = hash_bytes(hash, &tracer->stop, sizeof(tracer->stop));
	hash = hash_number(hash, tracer->table.last_id);
	hash = hash_number(hash, tracer->vanished << 8 | gaps << 1 | told_stopped);
	hash = hash_number(hash, (uint64_t)(tracer->detaching | tracer->killing << 1 |
					    (tracer->root_process != NULL) << 2));
	if (tracer->detaching)
		hash = hash_number(hash, (uint64_t)(tracer->detach_end - kernel_now));
	return is_new_state(hash);
}

/* --- Records ------------------------------------------------------------- */

static struct ktask *entry_of(pid_t tid)
{
	if (tid >= FIRST_TID && tid < FIRST_TID + (pid_t)kernel.count)
		return &kernel.tasks[tid - FIRST_TID];
	is_wrong("a record is of somebody who does not exist");
	return &kernel.tasks[0];
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
	if (event->fork.kind == PROCAUDIT_FORK_UNKNOWN)
		return;
	if (!event->pid ||
		(event->fork.kind == PROCAUDIT_FORK_VFORK) != (child->made_by == VFORK) ||
		event->fork.kind == PROCAUDIT_FORK_CLONE)
		is_wrong("a fork record is of another kind than the fork");
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
	if (event->kind == PROCAUDIT_EXEC && event->exec.image != ++process->told_execs)
		is_wrong("the images of a process are not counted one by one");
	if (event->kind == PROCAUDIT_EXIT && event->exit.status != process->status)
		is_wrong("a process is recorded to have ended in another way");
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
		if (task->tid == task->tgid)
			check_process(task);
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
	struct procaudit_tracer_options options = {.threads = mode->threads, .stops = mode->stops};
	const struct procaudit_event *event;
	int got = 0;

	explore_start();
	kernel_reset(events, races);
	wrong = NULL;
	given_up = letting_go = false;
	gaps = 0;
	told_stopped = false;
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
	if (!given_up)
		check_all(letting_go);
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

static void explore(const struct mode *mode, unsigned events, unsigned races)
{
	unsigned long runs = 0;

	kernel_events = mode->events;
	explore_begin();
	do {
		run_once(mode, events, races);
		runs++;
	} while (!wrong && explore_more());
	if (!ok(!wrong, "%s: %lu interleavings, %zu states (%u tasks, %u events, %u between calls)",
		    mode->name, runs, explore_states(), kernel_tasks, events, races))
		show(mode, events, races);
	explore_end();
}

static unsigned number(const char *variable, unsigned otherwise, unsigned most)
{
	const char *value = getenv(variable);
	unsigned long number = value ? strtoul(value, NULL, 10) : otherwise;

	return number > most ? most : (unsigned)number;
}

#define BIT(event) (1U << (event))
#define MAKING	   (BIT(FORK) | BIT(VFORK) | BIT(CLONE))
#define ENDING	   (BIT(EXIT) | BIT(KILL))
#define STOPPING   (BIT(SIGNAL) | BIT(STOP) | BIT(CONTINUE))
#define ALL	   (MAKING | ENDING | STOPPING | BIT(EXEC))

int main(void)
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
		{"letting go", ALL, .detaches = true, .most = 2, .races = 1},
		{"killing", ALL, .kills = true, .most = 2, .races = 1},
	};
	size_t i;

	kernel_tasks = number("MODEL_TASKS", 3, MOST_TASKS);
	is_new = is_new_state_of_all;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		explore(&modes[i], number("MODEL_EVENTS", modes[i].most, 100),
			number("MODEL_RACES", modes[i].races, 100));
	return tap_end();
}
