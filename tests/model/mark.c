/* SPDX-License-Identifier: ISC */
/*
 * A run that comes to a state that was met before is given up: what follows was, or
 * will be, gone through from there. Nothing is lost by that as long as states that
 * count as the same have the same future, as far as calls, answers and checks go.
 *
 * States are looked at where the tracer waits, in one place of serve(), with nothing
 * queued. Its future there is a function of its memory and of what the calls return,
 * which is a function of struct kernel and of choices. What is not part of a mark, or
 * not as it stands, and why that makes no difference:
 *
 *	events_left: whatever can happen with some left can happen with more, and what
 *		happens at the end does not depend on it. So a state is gone through
 *		again only if more is left than before.
 *	stop, message, sender of who has not stopped: set anew by the next stop, and
 *		nobody reads them before. seen, taken, notify: stop() sets them.
 *	execs, told_execs, images, fails, told_fails: only that they are the same is looked at, and
 *that the next image has the next number: their differences are kept. creator: who made it by vfork
 *is looked for while it holds his memory alone. made_by: the fork record, which comes once, is
 *compared with it. struct waiter: with so few tasks wait_find() walks, and sets it anew. struct
 *noted, burst: no signals are waited for. pointers, arenas, records: are of the same values
 *wherever they lie. kernel_now: differences to it are kept, where a time is compared with it.
 *
 * That this is so is checked: PLAIN and EXACT must meet the same states.
 */
#include "mark.h"

#include "kernel.h"
#include "state.h"

#include <string.h>

static uint64_t hash_bits(uint64_t hash, const bool *bits, size_t count)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < count; i++)
		number = number << 1 | bits[i];
	return hash_number(hash, number);
}

#define HASH_BITS(hash, ...)                                                                       \
	hash_bits(hash, (const bool[]){__VA_ARGS__},                                               \
		sizeof((const bool[]){__VA_ARGS__}) / sizeof(bool))

/* --- The kernel ---------------------------------------------------------- */

static uint64_t hash_stop(uint64_t hash, const struct ktask *task)
{
	bool stopped = task->state == STOPPED;

	if (!stopped && task->state != TRAPPING)
		return hash;
	hash = hash_number(hash, (uint64_t)task->stop);
	hash = hash_number(hash, task->stop >> 8 ? task->message : (uint64_t)task->sender);
	return stopped ? HASH_BITS(hash, task->seen, task->taken, task->notify) : hash;
}

static uint64_t hash_told(uint64_t hash, const struct ktask *task)
{
	hash = hash_number(hash, task->proc);
	hash = hash_number(hash, (uint64_t)task->execs - task->told_execs);
	hash = hash_number(hash, (uint64_t)task->fails - task->told_fails);
	hash = hash_number(hash, task->forks | task->exits << 8 | task->detaches << 16);
	hash = hash_number(hash, task->threads | task->thread_exits << 8);
	return task->forks ? hash : hash_number(hash, task->made_by);
}

static uint64_t hash_ktask(uint64_t hash, const struct ktask *task)
{
	hash = hash_number(hash, (uint64_t)task->state << 32 | (uint64_t)task->tgid);
	hash = hash_number(hash, (uint64_t)task->parent << 32 | (uint64_t)task->status);
	hash = hash_number(hash, task->holds ? (uint64_t)task->creator : 0);
	hash = HASH_BITS(hash, task->interrupted, task->rests, task->waits, task->holds, task->asks,
		task->told, task->group_stopped, task->continued);
	return hash_told(hash_stop(hash, task), task);
}

static uint64_t hash_kernel(uint64_t hash)
{
	unsigned i;

	hash = hash_number(hash, kernel.count << 16 | kernel.races_left << 1 | kernel.closing);
	for (i = 0; i < kernel.count; i++)
		hash = hash_ktask(hash, &kernel.tasks[i]);
	return hash;
}

/* --- The tracer ---------------------------------------------------------- */

/* Images that have no record yet: the next one has the next number. */
static uint64_t untold_images(const struct process *process)
{
	return process->images - kernel.tasks[process->pid - FIRST_TID].told_execs;
}

static uint64_t hash_process(uint64_t hash, const struct process *process, uint64_t images)
{
	hash = hash_number(hash, process->id << 32 | (uint64_t)process->pid);
	hash = hash_number(hash, process->parent << 32 | process->depth);
	hash = hash_number(hash, images << 16 | process->tasks << 8 | process->stopped);
	hash = hash_number(hash, (uint64_t)process->ns_pid);
	return HASH_BITS(hash, process->let_go, process->attached, process->has_old_signal,
		process->start_ns < 0);
}

static uint64_t hash_task(uint64_t hash, const struct task *task, bool to_the_byte)
{
	const struct process *process = task->process;

	hash = hash_number(hash, (uint64_t)task->tid << 32 | (uint64_t)task->held);
	hash = HASH_BITS(hash, task->started, task->announced, task->event_seen, task->stopped,
		task->dead, task->joining, task->unheld, task->zombie, task->sets_filter,
		process != NULL);
	if (!task->announced)
		hash = hash_number(hash, (uint64_t)(kernel_now - task->seen_ns));
	if (!process)
		return hash;
	return hash_process(hash, process, to_the_byte ? process->images : untold_images(process));
}

/* The order is that in which they are gone through. */
static uint64_t hash_tasks(uint64_t hash, const struct task_table *table, bool to_the_byte)
{
	const struct task *task;
	unsigned i;

	for (task = table->tasks; task; task = task->hh.next)
		hash = hash_task(hash, task, to_the_byte);
	for (task = table->unannounced; task; task = task->next)
		hash = hash_number(hash, (uint64_t)task->tid);
	for (i = 0; i < kernel.count; i++)
		hash = hash_number(hash, task_was_known(table, kernel.tasks[i].tid));
	return hash_number(hash, table->last_id);
}

static uint64_t hash_tracer(uint64_t hash, const struct procaudit_tracer *tracer, bool to_the_byte)
{
	const struct asked *asked;

	hash = hash_tasks(hash, &tracer->table, to_the_byte);
	for (asked = tracer->asked.open; asked; asked = asked->hh.next)
		hash = hash_number(hash, (uint64_t)asked->tid << 32 | (uint64_t)asked->pid);
	hash = hash_bytes(hash, &tracer->stop, sizeof(tracer->stop));
	hash = hash_number(hash, tracer->vanished);
	hash = HASH_BITS(hash, tracer->detaching, tracer->killing, tracer->root_process != NULL);
	if (tracer->detaching)
		hash = hash_number(hash, (uint64_t)(tracer->detach_end - kernel_now));
	return hash;
}

struct mark mark_of(const struct procaudit_tracer *tracer, unsigned where, uint64_t besides)
{
	uint64_t hash = hash_number(hash_number(HASH_BEGIN, where), besides);
	struct mark mark;

	mark.state = hash_tracer(hash_kernel(hash), tracer, false);
	mark.bytes = hash_tracer(hash_bytes(hash, &kernel, sizeof(kernel)), tracer, true);
	mark.left = kernel.closing ? 0 : kernel.events_left + 1;
	return mark;
}
