/* SPDX-License-Identifier: ISC */
/* The process tree. */
#include "commands.h"
#include "jsonout.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "prune.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT_MAX 30

struct tree {
	const struct options *options;
	const struct model *model;
	struct prune prune;
	unsigned columns;
	bool color;
};

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
	unsigned left;

	if (exec->attached)
		used += (unsigned)printf("(attached) ");
	left = t->columns > used + 10 ? t->columns - used : 10;
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

/* What stands in the place of a command where the process has run none that is known. */
static void print_inherited(const struct process *process)
{
	const struct exec *program = words_program(process);

	if (!program && process->log->first_part > 1) {
		printf("(before part %" PRId64 ")\n", process->log->first_part);
		return;
	}
	fputs("(fork", stdout);
	if (program) {
		fputs(" of ", stdout);
		output_quoted(stdout, exec_name(program), strlen(exec_name(program)));
	}
	puts(")");
}

/* One line for each program; a process that ran none has its creator's. */
static void print_process(const struct tree *t, const struct process *process, unsigned depth)
{
	const struct exec *exec;
	uint32_t count = prune_count(&t->prune, process);

	if (t->options->failed)
		for (exec = process->first_exec; exec; exec = exec->next)
			if (!exec->success)
				print_failure(t, exec, depth);
	if (!process->image) {
		print_front(t, words_process_id(t->model, process), prune_wall(&t->prune, process),
			words_end(process), depth, count);
		print_inherited(process);
		return;
	}
	for (exec = process->first_exec; exec; exec = exec->next) {
		bool last = exec == process->image, alone = last && exec->image == 1;
		unsigned used;

		if (!exec->success)
			continue;
		used = print_front(t, words_id(t->model, exec),
			alone ? prune_wall(&t->prune, process) : exec->wall_us,
			last ? words_end(process) : "", depth, last ? count : 1);
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
	json_int("count", prune_count(&t->prune, process));
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
		if (exec->attached)
			json_bool("attached", true);
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

static void visit(void *context, const struct process *process, unsigned depth)
{
	const struct tree *t = context;

	if (t->options->json)
		json_process(t, process, depth);
	else
		print_process(t, process, depth);
}

static int run(const struct options *options)
{
	struct model model;
	struct tree t = {.options = options, .model = &model};
	int status;

	prune_compile(&t.prune, options);
	model_read(&model, options->files, NULL, NULL);
	prune_resolve(&t.prune, &model);
	t.columns = output_columns();
	t.color = output_has_color(options);
	if (!options->json)
		puts("        ID      WALL s  END          COMMAND");
	prune_walk(&t.prune, visit, &t);
	prune_free(&t.prune);
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
