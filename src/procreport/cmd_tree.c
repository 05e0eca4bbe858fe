/* SPDX-License-Identifier: ISC */
/* The process tree. */
#include "commands.h"
#include "filter.h"
#include "fold.h"
#include "jsonout.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT_MAX 30

struct tree {
	const struct options *options;
	const struct model *model;
	struct fold *folds; /* NULL: nothing is folded */
	regex_t regex;
	unsigned columns;
	bool color;
};

static bool has_failed_exec(const struct process *process)
{
	const struct exec *exec;

	for (exec = process->first_exec; exec; exec = exec->next)
		if (!exec->success)
			return true;
	return false;
}

static bool matches(const struct tree *t, const struct process *process)
{
	const struct exec *exec;

	if (t->options->failed && !process->bad && !has_failed_exec(process))
		return false;
	if (!t->options->match)
		return true;
	for (exec = process->first_exec; exec; exec = exec->next)
		if (exec->success && filter_matches(&t->regex, exec))
			return true;
	return false;
}

/* Selects what is to be shown: processes that match, and those above them. */
static void select_processes(const struct tree *t)
{
	struct process *process;
	unsigned i;

	/* Parents stand before their children. */
	for (i = t->model->process_count; i-- > 0;) {
		process = t->model->processes[i];
		process->selected = process->selected || matches(t, process);
		if (process->selected && process->parent)
			process->parent->selected = true;
	}
}

static bool is_folded(const struct tree *t, const struct process *process)
{
	return t->folds && t->folds[process->number].count == 0;
}

static uint32_t count_of(const struct tree *t, const struct process *process)
{
	return t->folds ? t->folds[process->number].count : 1;
}

static int64_t wall_of(const struct tree *t, const struct process *process)
{
	if (process->end_us < 0)
		return -1;
	return t->folds ? t->folds[process->number].wall_us : process->end_us - process->begin_us;
}

static void set_color(const struct tree *t, const char *code)
{
	if (t->color)
		printf("\033[%sm", code);
}

/* What stands in front of the command; returns its columns. */
static unsigned print_front(const struct tree *t, const char *id, int64_t wall_us, const char *end,
	unsigned depth, uint32_t count)
{
	unsigned indent = 2 * (depth < INDENT_MAX ? depth : INDENT_MAX), used = 37 + indent;

	printf("%10s", id);
	output_seconds(wall_us, 12);
	set_color(t, *end ? "31" : "0");
	printf("  %-11s", end);
	set_color(t, "0");
	printf("  %*s", (int)indent, "");
	if (count > 1)
		used += (unsigned)printf("%" PRIu32 " x ", count);
	return used;
}

static void print_command(const struct tree *t, const struct exec *exec, unsigned used)
{
	unsigned left = t->columns > used + 10 ? t->columns - used : 10;

	if (exec->success)
		words_command(exec, t->columns ? left : 0);
	else
		words_failure(exec, t->columns ? left : 0);
	putchar('\n');
}

/* Failures stand where they happened, without an end. */
static void print_failure(const struct tree *t, const struct exec *exec, unsigned depth)
{
	const char *error = exec->error ? exec->error->data : "killed";
	unsigned used = print_front(t, words_id(t->model, exec), -1, error, depth, 1);

	print_command(t, exec, used);
}

/* One line for each program; a process that ran none has its creator's. */
static void print_process(const struct tree *t, const struct process *process, unsigned depth)
{
	const char *id = words_process_id(t->model, process);
	const struct exec *exec, *program = words_program(process);
	uint32_t count = count_of(t, process);

	if (t->options->failed)
		for (exec = process->first_exec; exec; exec = exec->next)
			if (!exec->success)
				print_failure(t, exec, depth);
	if (!process->image) {
		print_front(t, id, wall_of(t, process), words_end(process), depth, count);
		fputs("(fork", stdout);
		if (program) {
			fputs(" of ", stdout);
			output_quoted(stdout, exec_name(program), strlen(exec_name(program)));
		}
		puts(")");
		return;
	}
	for (exec = process->first_exec; exec; exec = exec->next) {
		bool last = exec == process->image, alone = last && exec->image == 1;
		unsigned used;

		if (!exec->success)
			continue;
		used = print_front(t, words_id(t->model, exec),
			alone ? wall_of(t, process) : exec->wall_us, last ? words_end(process) : "",
			depth, last ? count : 1);
		print_command(t, exec, used);
	}
}

static void json_process(const struct tree *t, const struct process *process, unsigned depth)
{
	const struct exec *exec;

	json_open(NULL, '{');
	json_int("log", process->log->number);
	json_int("proc", process->proc);
	json_known("pid", process->pid);
	if (process->parent)
		json_int("parent", process->parent->proc);
	json_int("depth", depth);
	json_int("count", count_of(t, process));
	json_seconds("begin", process->begin_us);
	json_seconds("end", process->end_us);
	json_known("exit_code", process->exit_code);
	json_text("signal", process->signal);
	json_seconds("cpu", process->cpu_us);
	json_open("execs", '[');
	for (exec = process->first_exec; exec; exec = exec->next) {
		json_open(NULL, '{');
		json_int("seq", exec->seq);
		json_bool("success", exec->success);
		json_text("errno", exec->error);
		json_text("exe", exec->exe);
		json_text("cwd", exec->cwd);
		if (exec->has_argv)
			json_strings("argv", exec->argv->data, exec->argv->size);
		json_close('}');
	}
	json_close(']');
	json_close('}');
	json_line();
}

static void print_tree(const struct tree *t, struct process *top)
{
	long limit = t->options->depth;
	struct process *process = top;
	unsigned depth = 0;

	while (process) {
		bool hidden = !process->selected || (process != top && is_folded(t, process));

		if (!hidden && t->options->json)
			json_process(t, process, depth);
		else if (!hidden)
			print_process(t, process, depth);
		if (hidden || (limit >= 0 && depth >= (unsigned long)limit))
			process = model_skip(process, top, &depth);
		else
			process = model_walk(process, top, &depth);
	}
}

static int run(const struct options *options)
{
	struct model model;
	int status;
	struct tree t = {.options = options, .model = &model};
	struct process *top = NULL;
	struct exec *exec;
	unsigned i;

	if (options->match)
		filter_compile_regex(&t.regex, options->match);
	model_read(&model, options->files, NULL, NULL);
	if (options->from)
		top = model_named(&model, options->from, &exec);
	select_processes(&t);
	if (!options->no_fold)
		t.folds = fold_find(&model);
	t.columns = output_columns();
	t.color = output_has_color(options);
	if (!options->json)
		puts("        ID      WALL s  END          COMMAND");
	for (i = 0; i < model.process_count && !top; i++)
		if (!model.processes[i]->parent)
			print_tree(&t, model.processes[i]);
	if (top)
		print_tree(&t, top);
	free(t.folds);
	if (options->match)
		regfree(&t.regex);
	status = model.unreadable ? STATUS_FAILED : STATUS_OK;
	model_free(&model);
	return output_end(status);
}

const struct command cmd_tree = {
	.name = "tree",
	.operands = "LOG...",
	.summary = "The process tree, with times and ends",
	.options = "|depth|failed|from|json|match|no-fold|",
	.run = run,
};
