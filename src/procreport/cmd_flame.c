/* SPDX-License-Identifier: ISC */
/*
 * Folded stacks. A process goes once through its own time, from its beginning to its
 * end: what its children's lives leave of it counts for the program that it ran then.
 * Processes come in the order in which they began, so that the time of a process is
 * passed in one direction.
 */
#include "commands.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "stacks.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of one process. */
struct sweep {
	const struct exec *next; /* the first program that it has not come to */
	uint32_t base;		 /* the stack of its creator then */
	uint32_t stack;		 /* of what it runs */
	int64_t at_us;		 /* so far its time is counted, or was its children's */
};

struct flame {
	const struct options *options;
	const struct model *model;
	struct stacks stacks;
	struct sweep *sweeps; /* by the number of the process */
};

/* A frame of a name: whatever would end it, or be seen by a terminal, as %XX. */
static const struct text *frame_of(const char *name)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t size = 0, length = strlen(name);
	char *frame = malloc(3 * length + 2);
	const struct text *text;

	if (!frame)
		errc(STATUS_FAILED, ENOMEM, "cannot name a frame");
	for (; *name; name++) {
		unsigned char byte = (unsigned char)*name;

		if (byte > ' ' && byte < 0x7f && byte != ';' && byte != '%') {
			frame[size++] = *name;
			continue;
		}
		frame[size++] = '%';
		frame[size++] = digits[byte >> 4];
		frame[size++] = digits[byte & 15];
	}
	if (size == 0)
		frame[size++] = '?';
	text = intern(frame, size);
	free(frame);
	return text;
}

static int64_t end_of(const struct process *process)
{
	return process->end_us < 0 ? process->log->mono_us : process->end_us;
}

/* The next program from exec on that did run. */
static const struct exec *next_program(const struct exec *exec)
{
	while (exec && !exec->success)
		exec = exec->next;
	return exec;
}

static void start_program(struct flame *f, struct sweep *sweep)
{
	sweep->stack = stacks_push(&f->stacks, sweep->base, frame_of(exec_name(sweep->next)));
	if (f->options->measure == MEASURE_COUNT)
		f->stacks.list[sweep->stack].value++;
	sweep->next = next_program(sweep->next->next);
}

static void pass(struct flame *f, struct sweep *sweep, int64_t until_us)
{
	if (until_us <= sweep->at_us)
		return;
	if (f->options->measure == MEASURE_WALL)
		f->stacks.list[sweep->stack].value += until_us - sweep->at_us;
	sweep->at_us = until_us;
}

/* Goes on to a time: it runs what it runs then. */
static void advance(struct flame *f, struct sweep *sweep, int64_t until_us)
{
	while (sweep->next && sweep->next->mono_us <= until_us) {
		pass(f, sweep, sweep->next->mono_us);
		start_program(f, sweep);
	}
	pass(f, sweep, until_us);
}

/* What its parent ran when it began is below it. The parent's time is not its own
 * while it lives. */
static void begin(struct flame *f, const struct process *process)
{
	const struct process *parent = process->parent;
	struct sweep *sweep = &f->sweeps[process->number];

	*sweep = (struct sweep){
		.next = next_program(process->first_exec), .at_us = process->begin_us};
	if (parent && parent->selected) {
		struct sweep *above = &f->sweeps[parent->number];
		int64_t own =
			end_of(parent) < process->begin_us ? end_of(parent) : process->begin_us;

		advance(f, above, own);
		sweep->base = above->stack;
		if (end_of(process) > above->at_us)
			above->at_us = end_of(process);
	}
	sweep->stack = stacks_push(
		&f->stacks, sweep->base, frame_of(process->parent ? "(fork)" : "(unknown)"));
}

/* All that is left of its life; its CPU time is for its last program. */
static void finish(struct flame *f, const struct process *process)
{
	struct sweep *sweep = &f->sweeps[process->number];

	advance(f, sweep, end_of(process));
	while (sweep->next)
		start_program(f, sweep);
	if (f->options->measure == MEASURE_CPU && process->cpu_us > 0)
		f->stacks.list[sweep->stack].value += process->cpu_us;
}

static void fold(struct flame *f, const struct process *top)
{
	const struct model *model = f->model;
	unsigned i;

	f->sweeps = calloc(model->process_count + 1, sizeof(*f->sweeps));
	if (!f->sweeps)
		errc(STATUS_FAILED, ENOMEM, "cannot fold the logs");
	/* Parents stand before their children. */
	for (i = 0; i < model->process_count; i++) {
		struct process *process = model->processes[i];

		process->selected =
			!top || process == top || (process->parent && process->parent->selected);
		if (process->selected)
			begin(f, process);
	}
	for (i = 0; i < model->process_count; i++)
		if (model->processes[i]->selected)
			finish(f, model->processes[i]);
	free(f->sweeps);
}

static int run(const struct options *options)
{
	struct process *top = NULL;
	struct model model;
	struct flame flame = {.options = options, .model = &model};
	struct exec *exec;
	int status;

	model_read(&model, options->files, NULL, NULL);
	if (options->from)
		top = model_named(&model, options->from, &exec);
	fold(&flame, top);
	stacks_print(&flame.stacks);
	stacks_free(&flame.stacks);
	status = model.unreadable ? STATUS_FAILED : STATUS_OK;
	model_free(&model);
	return output_end(status);
}

const struct command cmd_flame = {
	.name = "flame",
	.operands = "LOG...",
	.summary = "Folded stacks of programs, for flame graphs",
	.options = "|count|cpu|from|wall|",
	.help = "Each line is the programs from the first one down, and microseconds, or how "
		"often\n"
		"it ran.\n",
	.run = run,
};
