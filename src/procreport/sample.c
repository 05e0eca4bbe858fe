/* SPDX-License-Identifier: ISC */
#include "sample.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>

/* Programs of one process, and arguments of all, in bytes. */
#define PROGRAMS_MOST 1000
#define BYTES_MOST    ((size_t)48 * 1024 * 1024)

struct taking {
	struct sample sample;
	unsigned left;	   /* processes for which there is room */
	uint64_t programs; /* likewise */
	size_t bytes;	   /* likewise, of arguments */
};

static int64_t length_of(const struct process *process)
{
	return (process->end_us < 0 ? process->log->mono_us : process->end_us) - process->begin_us;
}

static int by_weight(const void *left, const void *right)
{
	const struct process *a = *(struct process *const *)left;
	const struct process *b = *(struct process *const *)right;

	if (a->bad != b->bad)
		return a->bad ? -1 : 1;
	if (length_of(a) != length_of(b))
		return length_of(a) > length_of(b) ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static bool take_program(struct taking *t, struct exec *exec)
{
	if (exec->selected)
		return true;
	if (t->programs == 0 || exec->argv->size > t->bytes)
		return false;
	exec->selected = true;
	t->programs--;
	t->bytes -= exec->argv->size;
	t->sample.programs++;
	return true;
}

/* Its last program, by which it is known, comes before all others. */
static void take_process(struct taking *t, struct process *process)
{
	struct exec *exec;
	unsigned taken = 0;

	process->selected = true;
	t->left--;
	t->sample.processes++;
	if (process->image)
		take_program(t, process->image);
	for (exec = process->first_exec; exec; exec = exec->next)
		if (taken < PROGRAMS_MOST && take_program(t, exec))
			taken++;
		else if (!exec->selected)
			t->sample.lost++;
}

/* With all that is above it; false if there is no room for them. */
static bool take_chain(struct taking *t, struct process *process)
{
	struct process *at;
	unsigned count = 0;

	for (at = process; at && !at->selected; at = at->parent)
		if (++count > t->left)
			return false;
	for (at = process; at && !at->selected; at = at->parent)
		take_process(t, at);
	return true;
}

struct sample sample_take(const struct model *model, unsigned most)
{
	struct taking t = {
		.left = most,
		.programs = (uint64_t)SAMPLE_PROGRAMS_EACH * most,
		.bytes = BYTES_MOST,
	};
	struct process **list = calloc(model->process_count + 1, sizeof(void *));
	unsigned i;

	if (!list)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the log");
	for (i = 0; i < model->process_count; i++)
		list[i] = model->processes[i];
	if (model->process_count > most)
		qsort(list, model->process_count, sizeof(void *), by_weight);
	for (i = 0; i < model->log_count; i++)
		if (model->logs[i]->root && !model->logs[i]->root->selected && t.left)
			take_process(&t, model->logs[i]->root);
	for (i = 0; i < model->process_count && take_chain(&t, list[i]); i++)
		;
	/* Chains that are longer than what is left: from above as far as there is room. */
	for (i = 0; i < model->process_count && t.left; i++) {
		struct process *process = model->processes[i];

		if (!process->selected && (!process->parent || process->parent->selected))
			take_process(&t, process);
	}
	free(list);
	return t.sample;
}
