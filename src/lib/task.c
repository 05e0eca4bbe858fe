/* SPDX-License-Identifier: ISC */
#include "task.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct task *task_find(struct task_table *table, pid_t tid)
{
	struct task *task;

	HASH_FIND_INT(table->tasks, &tid, task);
	return task;
}

struct process *task_process(struct task_table *table, pid_t pid)
{
	struct task *task = task_find(table, pid);

	if (!task || task->dead || !task->process || task->process->pid != pid)
		return NULL;
	return task->process;
}

void task_remember(struct task_table *table, pid_t tid)
{
	size_t at = (size_t)tid / 8, size;
	unsigned char *known;

	if (at >= table->known_size) {
		size = at < 4096 ? 4096 : 2 * at;
		known = realloc(table->known, size);
		if (!known)
			return;
		memset(known + table->known_size, 0, size - table->known_size);
		table->known = known;
		table->known_size = size;
	}
	table->known[at] |= (unsigned char)(1 << tid % 8);
}

bool task_was_known(const struct task_table *table, pid_t tid)
{
	size_t at = (size_t)tid / 8;

	return at < table->known_size && table->known[at] >> tid % 8 & 1;
}

struct task *task_add(struct task_table *table, pid_t tid, int64_t now)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	task->tid = tid;
	task->seen_ns = now;
	HASH_ADD_INT(table->tasks, tid, task);
	if (!task->hh.tbl) { /* no memory for the table */
		free(task);
		return NULL;
	}
	DL_APPEND(table->unannounced, task);
	table->living++;
	table->homeless++;
	task_remember(table, tid);
	return task;
}

bool task_lead(struct task_table *table, struct task *task)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process)
		return false;
	process->id = ++table->last_id;
	process->pid = task->tid;
	process->start_ns = task->seen_ns;
	task_join(table, task, process);
	return true;
}

void task_join(struct task_table *table, struct task *task, struct process *process)
{
	if (!task->process)
		table->homeless--;
	task->process = process;
	process->tasks++;
}

void task_set_stopped(struct task *task, bool stopped)
{
	if (!task->process || task->stopped == stopped)
		return;
	task->stopped = stopped;
	if (stopped)
		task->process->stopped++;
	else
		task->process->stopped--;
}

void task_announced(struct task_table *table, struct task *task)
{
	if (task->announced)
		return;
	task->announced = true;
	DL_DELETE(table->unannounced, task);
}

/* Takes the task out of everything but the table. */
static void let_go(struct task_table *table, struct task *task)
{
	if (task->dead)
		return;
	table->living--;
	if (!task->process)
		table->homeless--;
	task_announced(table, task);
	task_set_stopped(task, false);
	if (task->process && --task->process->tasks == 0)
		free(task->process);
	task->process = NULL;
}

void task_bury(struct task_table *table, struct task *task)
{
	let_go(table, task);
	task->dead = true;
}

void task_remove(struct task_table *table, struct task *task)
{
	let_go(table, task);
	HASH_DEL(table->tasks, task);
	free(task);
}

size_t task_remove_threads(struct task_table *table, const struct process *process)
{
	struct task *task, *next;
	size_t gone = 0;

	if (process->tasks <= 1)
		return 0;
	HASH_ITER (hh, table->tasks, task, next) {
		if (task->process != process || task_is_leader(task))
			continue;
		task_remove(table, task);
		gone++;
	}
	return gone;
}

void task_table_free(struct task_table *table)
{
	struct task *task, *next;

	HASH_ITER (hh, table->tasks, task, next) {
		task_remove(table, task);
	}
	free(table->known);
	*table = (struct task_table){0};
}
