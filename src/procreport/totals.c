/* SPDX-License-Identifier: ISC */
#include "totals.h"

#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_text(uint64_t hash, const struct text *text)
{
	uint64_t of = text ? text->hash : 0;

	return hash_bytes(hash, &of, sizeof(of));
}

static void add_exec(struct totals *t, const struct exec *exec)
{
	uint64_t program = hash_text(HASH_START, exec->exe ? exec->exe : exec->path), command;

	t->execs++;
	group_add(group_of(&t->programs, program, exec), exec);
	command = hash_text(program, exec->cwd);
	command = hash_text(command, exec->argv);
	group_add(group_of(&t->commands, command, exec), exec);
}

/* A failure; a miss if the file was not there. It cost the time to the next try
 * of its process. */
static void add_failure(struct totals *t, const struct exec *exec)
{
	t->failed++;
	if (!exec->error || strcmp(exec->error->data, "ENOENT") != 0)
		return;
	t->misses++;
	if (exec->next)
		t->misses_us += exec->next->mono_us - exec->mono_us;
}

static void add_process(struct totals *t, const struct process *process)
{
	t->processes++;
	t->bad += process->bad;
	t->no_end += process->end_us < 0;
	if (process->cpu_us > 0)
		t->cpu_us += process->cpu_us;
	if (process->maxrss_kb >= 0 && (!t->largest || process->maxrss_kb > t->largest->maxrss_kb))
		t->largest = process;
}

/* The only child that had as much memory; NULL if there is none. That several had is
 * because they began as copies of their creator, which therefore had it itself. */
static const struct process *as_large_below(const struct process *process)
{
	const struct process *child, *found = NULL;

	for (child = process->first_child; child; child = child->next_sibling) {
		if (child->maxrss_kb != process->maxrss_kb)
			continue;
		if (found)
			return NULL;
		found = child;
	}
	return found;
}

/* Who used as much: the kernel also says so of all that waited for it. */
static void find_largest(struct totals *t)
{
	const struct process *next;

	for (next = t->largest; next; next = as_large_below(next))
		t->largest = next;
}

/* Spreads a process's CPU time over its life. */
static void add_to_chart(struct totals *t, const struct process *process, double offset)
{
	double begin, end, width = (double)t->wall_us / BUCKETS;
	int i;

	begin = offset + (double)process->begin_us;
	/* In a log that is damaged it may lie behind the end. */
	if (process->cpu_us <= 0 || process->end_us < 0 || begin >= (double)t->wall_us)
		return;
	end = offset + (double)process->end_us;
	if (end - begin < 1)
		end = begin + 1;
	for (i = (int)(begin / width); i < BUCKETS && i * width < end; i++) {
		double from = i * width > begin ? i * width : begin;
		double to = (i + 1) * width < end ? (i + 1) * width : end;

		if (i >= 0 && to > from)
			t->cpu[i] += (double)process->cpu_us * (to - from) / (end - begin) / width;
	}
}

void totals_sum_up(struct totals *t, const struct model *model)
{
	double *offsets =
		allocated(calloc(model->log_count + 1, sizeof(*offsets)), "cannot sum up");
	unsigned i;

	for (i = 0; i < model->log_count; i++) {
		offsets[i] = (double)t->wall_us;
		t->wall_us += model->logs[i]->mono_us;
	}
	for (i = 0; i < model->exec_count; i++) {
		if (model->execs[i]->success)
			add_exec(t, model->execs[i]);
		else
			add_failure(t, model->execs[i]);
	}
	for (i = 0; i < model->process_count; i++) {
		const struct process *process = model->processes[i];

		add_process(t, process);
		add_to_chart(t, process, offsets[process->log->number - 1]);
	}
	find_largest(t);
	free(offsets);
}

void totals_free(struct totals *t)
{
	groups_free(&t->programs);
	groups_free(&t->commands);
}
