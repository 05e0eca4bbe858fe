/* SPDX-License-Identifier: ISC */
#include "prune.h"

#include "filter.h"

#include <stdlib.h>

static bool has_failed_exec(const struct process *process)
{
	const struct exec *exec;

	for (exec = process->first_exec; exec; exec = exec->next)
		if (!exec->success)
			return true;
	return false;
}

static bool matches(const struct prune *p, const struct process *process)
{
	const struct exec *exec;

	if (p->options->failed && !process->bad && !has_failed_exec(process))
		return false;
	if (!p->options->match)
		return true;
	for (exec = process->first_exec; exec; exec = exec->next)
		if (exec->success && filter_matches(&p->regex, exec))
			return true;
	return false;
}

/* Selects what is to be seen: processes that match, and those above them. */
static void select_processes(const struct prune *p)
{
	struct process *process;
	unsigned i;

	/* Parents stand before their children. */
	for (i = p->model->process_count; i-- > 0;) {
		process = p->model->processes[i];
		process->selected = process->selected || matches(p, process);
		if (process->selected && process->parent)
			process->parent->selected = true;
	}
}

void prune_compile(struct prune *prune, const struct options *options)
{
	*prune = (struct prune){.options = options};
	if (options->match)
		filter_compile_regex(&prune->regex, options->match);
}

void prune_resolve(struct prune *prune, const struct model *model)
{
	struct exec *exec;

	prune->model = model;
	if (prune->options->from)
		prune->top = model_named(model, prune->options->from, &exec);
	select_processes(prune);
	if (!prune->options->no_fold)
		prune->folds = fold_find(model);
}

void prune_free(struct prune *prune)
{
	free(prune->folds);
	if (prune->options->match)
		regfree(&prune->regex);
}

static bool is_folded(const struct prune *p, const struct process *process)
{
	return p->folds && p->folds[process->number].count == 0;
}

static void walk(const struct prune *p, struct process *top, prune_visit *visit, void *context)
{
	long limit = p->options->depth;
	struct process *process = top;
	unsigned depth = 0;

	while (process) {
		bool hidden = !process->selected || (process != top && is_folded(p, process));

		if (!hidden)
			visit(context, process, depth);
		if (hidden || (limit >= 0 && depth >= (unsigned long)limit))
			process = model_skip(process, top, &depth);
		else
			process = model_walk(process, top, &depth);
	}
}

void prune_walk(const struct prune *prune, prune_visit *visit, void *context)
{
	unsigned i;

	for (i = 0; i < prune->model->process_count && !prune->top; i++)
		if (!prune->model->processes[i]->parent)
			walk(prune, prune->model->processes[i], visit, context);
	if (prune->top)
		walk(prune, prune->top, visit, context);
}

uint32_t prune_count(const struct prune *prune, const struct process *process)
{
	return prune->folds ? prune->folds[process->number].count : 1;
}

int64_t prune_wall(const struct prune *prune, const struct process *process)
{
	if (process->end_us < 0)
		return -1;
	return prune->folds ? prune->folds[process->number].wall_us
			    : process->end_us - process->begin_us;
}
