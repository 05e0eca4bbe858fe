/* SPDX-License-Identifier: ISC */
#include "kernel.h"

#include "explore.h"
#include "seccomp.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>

#define EVENT_STOP (PTRACE_EVENT_STOP << 8 | SIGTRAP)

struct kernel kernel;
int64_t kernel_now;
unsigned kernel_events, kernel_tasks;
unsigned kernel_met;
bool kernel_filters;
bool kernel_verbose;
bool (*is_new)(unsigned where);

void say(const char *format, ...)
{
	va_list arguments;

	if (!kernel_verbose)
		return;
	fputs("# ", stdout);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

/* --- Tasks --------------------------------------------------------------- */

static struct ktask *add_task(pid_t tgid)
{
	struct ktask *task = &kernel.tasks[kernel.count];

	task->tid = FIRST_TID + (pid_t)kernel.count++;
	task->tgid = tgid ? tgid : task->tid;
	return task;
}

void kernel_reset(unsigned events, unsigned races)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.events_left = events;
	kernel.races_left = races;
	kernel_now = 1000;
	add_task(0)->state = RUNNING;
}

struct ktask *find_task(pid_t tid)
{
	unsigned i;

	for (i = 0; i < kernel.count; i++)
		if (kernel.tasks[i].tid == tid && kernel.tasks[i].state != GONE)
			return &kernel.tasks[i];
	return NULL;
}

/* The entry of the process, which may have ended. */
static struct ktask *leader_of(pid_t tgid)
{
	return &kernel.tasks[tgid - FIRST_TID];
}

bool is_traced(const struct ktask *task)
{
	return task->state >= RUNNING && task->state <= ZOMBIE;
}

/* It can be killed. */
static bool is_alive(const struct ktask *task)
{
	return (task->state >= RUNNING && task->state <= EXECING) || task->state == OUTSIDE;
}

static bool has_other_threads(const struct ktask *task)
{
	unsigned i;

	for (i = 0; i < kernel.count; i++)
		if (kernel.tasks[i].tgid == task->tgid && &kernel.tasks[i] != task &&
			kernel.tasks[i].state != GONE)
			return true;
	return false;
}

static bool is_process_alive(pid_t tgid)
{
	unsigned i;

	for (i = 0; i < kernel.count; i++)
		if (kernel.tasks[i].tgid == tgid && is_alive(&kernel.tasks[i]))
			return true;
	return false;
}

pid_t parent_of(const struct ktask *task)
{
	unsigned i;

	for (i = 0; i < kernel.count; i++)
		if (kernel.tasks[i].tgid == task->parent &&
			(is_alive(&kernel.tasks[i]) || kernel.tasks[i].state == DYING))
			return task->parent;
	return INIT;
}

bool task_exists(pid_t tid)
{
	const struct ktask *task = find_task(tid);

	return task && (task->state != CORPSE || parent_of(task) != INIT);
}

/* The leader's end comes when no other thread is left (delay_group_leader). */
bool is_reportable(const struct ktask *task)
{
	if (task->state == STOPPED)
		return !task->taken;
	return task->state == ZOMBIE && (task->tid != task->tgid || !has_other_threads(task));
}

/* --- What tasks do ------------------------------------------------------- */

static void trap(struct ktask *task, int stop)
{
	task->state = TRAPPING;
	task->stop = stop;
	task->message = 0;
}

static void run(struct ktask *task)
{
	task->state = RUNNING;
	task->rests = false;
	if (task->interrupted || leader_of(task->tgid)->group_stopped)
		trap(task, EVENT_STOP);
}

/* Its memory is its own: who made it by vfork goes on. */
static void release_memory(struct ktask *task)
{
	struct ktask *creator = task->holds ? find_task(task->creator) : NULL;

	task->holds = false;
	if (!creator)
		return;
	creator->waits = false;
	if (creator->state == VFORKING)
		run(creator);
}

static void die(struct ktask *task)
{
	task->state = ZOMBIE;
	release_memory(task);
}

static void stop(struct ktask *task)
{
	task->state = STOPPED;
	task->seen = task->taken = task->notify = false;
	if (task->stop >> 8 == PTRACE_EVENT_STOP) {
		task->interrupted = false;
		task->stop = leader_of(task->tgid)->group_stopped ? PTRACE_EVENT_STOP << 8 | SIGSTOP
								  : EVENT_STOP;
	}
}

static void stop_by_signal(struct ktask *task, int signo)
{
	task->stop = signo;
	task->sender = 0;
	stop(task);
}

static void make(struct ktask *task, enum event how)
{
	static const int stops[] = {
		[FORK] = PTRACE_EVENT_FORK,
		[VFORK] = PTRACE_EVENT_VFORK,
		[CLONE] = PTRACE_EVENT_CLONE,
	};
	struct ktask *child = add_task(how == CLONE ? task->tgid : 0);

	child->parent = how == CLONE ? task->parent : task->tgid;
	child->creator = task->tid;
	child->made_by = how;
	child->holds = task->waits = how == VFORK;
	trap(child, EVENT_STOP);
	trap(task, stops[how] << 8 | SIGTRAP);
	task->message = (unsigned long)child->tid;
}

/* The filter lets us decide first. */
static void ask(struct ktask *task)
{
	trap(task, PTRACE_EVENT_SECCOMP << 8 | SIGTRAP);
	task->message = SECCOMP_TRACE_EXEC;
}

/* First all other threads have to end (de_thread). */
static void execute(struct ktask *task)
{
	unsigned i;

	for (i = 0; i < kernel.count; i++) {
		struct ktask *other = &kernel.tasks[i];

		if (other->tgid != task->tgid || other == task || !is_alive(other))
			continue;
		other->status = SIGKILL;
		other->state = other->state == OUTSIDE ? GONE : DYING;
	}
	task->state = EXECING;
}

static bool can_take_over(const struct ktask *task)
{
	const struct ktask *leader = leader_of(task->tgid);
	unsigned i;

	for (i = 0; i < kernel.count; i++) {
		const struct ktask *other = &kernel.tasks[i];

		if (other->tgid == task->tgid && other != task && other != leader &&
			other->state != GONE)
			return false;
	}
	return leader == task || leader->state == ZOMBIE || leader->state == GONE;
}

/* The caller becomes the leader, whose entry is that of the process. */
static void take_over(struct ktask *task)
{
	struct ktask *leader = leader_of(task->tgid);

	release_memory(task);
	if (leader != task) {
		leader->interrupted = task->interrupted;
		leader->waits = false;
		task->state = GONE;
		kernel_met |= 1U << THREAD_EXEC;
	}
	trap(leader, PTRACE_EVENT_EXEC << 8 | SIGTRAP);
	leader->message = (unsigned long)task->tid;
}

/* A signal; that of a child's end, if one has ended. */
static void get_signal(struct ktask *task)
{
	unsigned i;

	stop_by_signal(task, SIGUSR1);
	for (i = 0; i < kernel.count; i++) {
		struct ktask *child = &kernel.tasks[i];

		if (child->tid != child->tgid || child->parent != task->tgid || child->told ||
			(child->state != CORPSE && child->state != GONE))
			continue;
		child->told = true;
		task->stop = SIGCHLD;
		task->sender = child->tid;
		return;
	}
}

/* --- What is done to them ------------------------------------------------ */

void begin_group_stop(pid_t tgid)
{
	unsigned i;

	leader_of(tgid)->group_stopped = true;
	for (i = 0; i < kernel.count; i++)
		if (kernel.tasks[i].tgid == tgid && kernel.tasks[i].state == RUNNING)
			trap(&kernel.tasks[i], EVENT_STOP);
}

static void end_group_stop(pid_t tgid)
{
	unsigned i;

	leader_of(tgid)->group_stopped = false;
	leader_of(tgid)->continued = true;
	for (i = 0; i < kernel.count; i++) {
		struct ktask *task = &kernel.tasks[i];

		if (task->tgid != tgid)
			continue;
		if (task->state == LISTENING)
			trap(task, EVENT_STOP);
		else if (task->state == STOPPED && task->stop >> 8 == PTRACE_EVENT_STOP)
			task->notify = true;
	}
}

void kill_process(pid_t tgid)
{
	unsigned i;

	leader_of(tgid)->group_stopped = false;
	for (i = 0; i < kernel.count; i++) {
		struct ktask *task = &kernel.tasks[i];

		if (task->tgid != tgid || !is_alive(task))
			continue;
		kernel_met |= 1U << task->state;
		if ((task->state == TRAPPING || task->state == STOPPED) &&
			task->stop >> 8 == PTRACE_EVENT_EXEC && (pid_t)task->message != task->tid)
			kernel_met |= 1U << THREAD_EXEC_DEATH;
		task->status = SIGKILL;
		task->state = task->state == OUTSIDE ? GONE : DYING;
	}
}

void go_on(struct ktask *task)
{
	if (task->waits)
		task->state = VFORKING;
	else
		run(task);
}

void call(struct ktask *task)
{
	task->state = CALLING;
	task->rests = false;
}

void listen_on(struct ktask *task)
{
	task->state = LISTENING;
	task->rests = true;
	if (task->notify)
		trap(task, EVENT_STOP);
}

void interrupt(struct ktask *task)
{
	task->interrupted = true;
	if (task->state == RUNNING || task->state == LISTENING)
		trap(task, EVENT_STOP);
}

void bury(struct ktask *task)
{
	bool waited_for = task->tid == task->tgid && task->parent && parent_of(task) != INIT;

	task->state = waited_for ? CORPSE : GONE;
}

/* --- What happens when --------------------------------------------------- */

/* Behind the events: what has begun goes on, which is not counted. */
enum {
	TO_STOP = EVENTS,
	TO_DIE,
	TO_EXECUTE,
	TO_FAIL,
	TO_TAKE_OVER,
	TO_SHOW_CONTINUE,
	TO_END,
	MOVES
};

static const char *const names[] = {"forks", "vforks", "clones", "executes", "exits",
	"gets a signal", "gets SIGSTOP", "gets SIGCONT", "gets SIGKILL", "stops", "dies",
	"begins anew", "fails", "takes over", "shows SIGCONT", "comes to its end"};

struct move {
	struct ktask *task;
	unsigned what;
};

static void add_move(struct move *moves, unsigned *count, struct ktask *task, unsigned what)
{
	moves[*count].task = task;
	moves[(*count)++].what = what;
}

static bool may(const struct ktask *task, unsigned what)
{
	bool leads = task == leader_of(task->tgid);

	switch (what) {
	case FORK:
	case VFORK:
	case CLONE:
		return task->state == RUNNING && kernel.count < kernel_tasks;
	case EXEC:
	case EXIT:
	case SIGNAL:
	case STOP:
		return task->state == RUNNING;
	case CONTINUE:
		return leads && task->group_stopped;
	case KILL:
		return leads && is_process_alive(task->tgid);
	case TO_STOP:
		return task->state == TRAPPING;
	case TO_DIE:
		return task->state == DYING;
	case TO_EXECUTE:
	case TO_FAIL:
		return task->state == CALLING;
	case TO_TAKE_OVER:
		return task->state == EXECING && can_take_over(task);
	case TO_SHOW_CONTINUE:
		return task->state == RUNNING && leader_of(task->tgid)->continued;
	default:
		return false;
	}
}

static void move(const struct move *move)
{
	struct ktask *task = move->task;

	say("    %d %s", task->tid, names[move->what]);
	if (move->what < EVENTS)
		kernel.events_left--;
	switch (move->what) {
	case EXEC:
		if (kernel_filters)
			ask(task);
		else
			execute(task);
		break;
	case EXIT:
		die(task);
		break;
	case SIGNAL:
		get_signal(task);
		break;
	case STOP:
		stop_by_signal(task, SIGSTOP);
		break;
	case CONTINUE:
		end_group_stop(task->tgid);
		break;
	case KILL:
		kill_process(task->tgid);
		break;
	case TO_STOP:
		stop(task);
		break;
	case TO_DIE:
		die(task);
		break;
	case TO_EXECUTE:
		execute(task);
		break;
	case TO_FAIL:
		trap(task, SYSCALL_STOP);
		break;
	case TO_TAKE_OVER:
		take_over(task);
		break;
	case TO_SHOW_CONTINUE:
		leader_of(task->tgid)->continued = false;
		stop_by_signal(task, SIGCONT);
		break;
	default:
		make(task, move->what);
	}
}

/* Returns how many there are. *free: of those that are not counted. */
static unsigned list_moves(struct move *moves, unsigned *free)
{
	unsigned i, what, count = 0;

	for (i = 0; i < kernel.count; i++)
		for (what = EVENTS; what < TO_END; what++)
			if (may(&kernel.tasks[i], what))
				add_move(moves, &count, &kernel.tasks[i], what);
	*free = count;
	for (i = 0; i < kernel.count && kernel.events_left && !kernel.closing; i++)
		for (what = 0; what < EVENTS; what++)
			if (kernel_events >> what & 1 && may(&kernel.tasks[i], what))
				add_move(moves, &count, &kernel.tasks[i], what);
	return count;
}

/* At most. */
#define ROOM (MOST_TASKS * MOVES)

bool let_happen(void)
{
	struct move moves[ROOM];
	unsigned count, free, pick;

	while (is_new(0)) {
		count = list_moves(moves, &free);
		pick = choose(count + 1);
		if (pick == 0)
			return true;
		move(&moves[pick - 1]);
	}
	return false;
}

void let_race(void)
{
	struct move moves[ROOM];
	unsigned count, free, pick;

	if (kernel.races_left == 0)
		return;
	count = list_moves(moves, &free);
	pick = choose(count + 1);
	if (pick == 0)
		return;
	kernel.races_left--;
	say("  between two calls:");
	move(&moves[pick - 1]);
}

/* Somebody ends: who runs by himself, others because they are killed. */
static bool close_one(void)
{
	struct ktask *task, *end = kernel.tasks + kernel.count;

	kernel.closing = true;
	for (task = kernel.tasks; task < end; task++) {
		if (task->state != RUNNING && task->state != OUTSIDE)
			continue;
		say("    %d ends at last", task->tid);
		if (task->state == RUNNING)
			die(task);
		else
			task->state = GONE;
		return true;
	}
	for (task = kernel.tasks; task < end; task++) {
		if (!is_alive(task) || task->state == STOPPED)
			continue;
		say("    %d is killed at last", task->tid);
		kill_process(task->tgid);
		return true;
	}
	return false;
}

enum pass let_pass(bool has_timeout, bool is_long)
{
	struct move moves[ROOM];
	unsigned free, count = list_moves(moves, &free), last = count, pick;

	if (has_timeout && !(free && is_long))
		last++;
	pick = choose(free ? last : last + 1);
	if (pick < count) {
		move(&moves[pick]);
		return PASS_MOVED;
	}
	if (pick < last)
		return PASS_TIMEOUT;
	return close_one() ? PASS_MOVED : PASS_NEVER;
}
