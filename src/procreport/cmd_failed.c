/* SPDX-License-Identifier: ISC */
/* What failed, and what led there. */
#include "commands.h"
#include "jsonout.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "words.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many processes above one are named. */
#define ABOVE 8

/* Failed execs of one path with one error. */
struct failure {
	const struct exec *first;
	uint64_t count;
};

static int by_path(const void *left, const void *right)
{
	const struct exec *a = *(struct exec *const *)left, *b = *(struct exec *const *)right;
	const char *a_path = a->path ? a->path->data : "", *b_path = b->path ? b->path->data : "";
	const char *a_error = a->error ? a->error->data : "",
		   *b_error = b->error ? b->error->data : "";
	int order = strcmp(a_path, b_path);

	if (!order)
		order = strcmp(a_error, b_error);
	return order ? order : a->number < b->number ? -1 : 1;
}

static bool is_same(const struct exec *a, const struct exec *b)
{
	return a->path == b->path && a->error == b->error;
}

static int by_count(const void *left, const void *right)
{
	const struct failure *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->first->number < b->first->number ? -1 : 1;
}

static void *allocated(void *memory)
{
	if (!memory)
		errc(STATUS_FAILED, ENOMEM, "cannot sum up");
	return memory;
}

/* All failures, or all but searches of PATH, by how often they came. */
static struct failure *failures_of(
	const struct model *model, bool misses, size_t *count, uint64_t *missed)
{
	struct exec **list = allocated(calloc(model->exec_count + 1, sizeof(void *)));
	struct failure *failures = allocated(calloc(model->exec_count + 1, sizeof(*failures)));
	size_t found = 0, i;

	*count = *missed = 0;
	for (i = 0; i < model->exec_count; i++) {
		struct exec *exec = model->execs[i];

		if (exec->success)
			continue;
		if (exec_is_miss(exec) && !misses)
			++*missed;
		else
			list[found++] = exec;
	}
	qsort(list, found, sizeof(void *), by_path);
	for (i = 0; i < found; i++) {
		if (*count == 0 || !is_same(failures[*count - 1].first, list[i]))
			failures[(*count)++].first = list[i];
		failures[*count - 1].count++;
	}
	qsort(failures, *count, sizeof(*failures), by_count);
	free(list);
	return failures;
}

/* Whether its end is what its parent's end tells, too. */
static bool is_passed_on(const struct process *process)
{
	const struct process *parent = process->parent;

	return parent && parent->bad && parent->end_us >= process->end_us;
}

/*
 * What made a log fail: down from the first process, the child that ended badly last,
 * before its parent did, as long as there is one.
 */
static const struct process *cause_of(const struct model_log *log)
{
	const struct process *process = log->root, *child, *last;

	if (!process || !process->bad)
		return NULL;
	for (;;) {
		last = NULL;
		for (child = process->first_child; child; child = child->next_sibling)
			if (child->bad && is_passed_on(child) &&
				(!last || child->end_us >= last->end_us))
				last = child;
		if (!last)
			return process;
		process = last;
	}
}

static void print_chain(const struct model *model, const struct process *process)
{
	unsigned columns = output_columns();

	for (; process; process = process->parent) {
		const struct exec *exec = words_program(process);

		printf("%10s  %-11s  ", words_process_id(model, process), words_end(process));
		if (exec)
			words_command(exec, columns > 25 ? columns - 25 : columns);
		putchar('\n');
	}
}

static void print_cause(const struct model *model, const struct model_log *log)
{
	const struct process *cause = cause_of(log);

	if (!cause)
		return;
	puts("what made the command fail, and what is above it");
	print_chain(model, cause);
	putchar('\n');
}

/* The nearest processes above it, by their names. */
static void print_above(const struct model *model, const struct process *process)
{
	int left = ABOVE;

	if (!process->parent)
		return;
	printf("%36sbelow", "");
	while ((process = process->parent) && left-- > 0) {
		const struct exec *exec = words_program(process);

		printf(" %s", words_process_id(model, process));
		if (exec) {
			putchar(' ');
			output_quoted(stdout, exec_name(exec), strlen(exec_name(exec)));
		}
		if (process->parent)
			putchar(',');
	}
	puts(process ? " ..." : "");
}

static void print_processes(const struct model *model)
{
	unsigned columns = output_columns(), i;
	bool any = false;

	for (i = 0; i < model->process_count; i++) {
		const struct process *process = model->processes[i];
		const struct exec *exec = words_program(process);

		if (!process->bad)
			continue;
		if (!any)
			puts("processes that ended badly\n        ID  END               AT s  "
			     "COMMAND");
		any = true;
		printf("%10s  %-11s", words_process_id(model, process), words_end(process));
		output_seconds(process->end_us, 11);
		fputs("  ", stdout);
		if (exec)
			words_command(exec, columns > 36 ? columns - 36 : columns);
		putchar('\n');
		print_above(model, process);
	}
	if (!any)
		puts("no process ended badly");
}

static void print_failures(const struct model *model, const struct options *options)
{
	unsigned columns = output_columns();
	uint64_t missed;
	size_t count, i;
	struct failure *failures = failures_of(model, options->misses, &count, &missed);

	if (count)
		puts("\nexecs that failed\n     COUNT  ERROR        FIRST       PROGRAM");
	for (i = 0; i < count; i++) {
		const struct exec *exec = failures[i].first;

		printf("%10" PRIu64 "  %-11.40s  %-10s  ", failures[i].count,
			exec->error ? exec->error->data : "killed", words_id(model, exec));
		if (exec->path)
			words_name(exec->path, columns > 37 ? columns - 37 : columns);
		else
			putchar('?');
		putchar('\n');
	}
	if (missed)
		printf("\n%" PRIu64 " execs found no file while PATH was searched (--misses shows "
		       "them)\n",
			missed);
	free(failures);
}

static void json_process(const struct process *process)
{
	const struct exec *exec = words_program(process);

	json_open(NULL, '{');
	json_int("log", process->log->number);
	json_int("proc", process->proc);
	json_known("pid", process->pid);
	json_known("exit_code", process->exit_code);
	json_text("signal", process->signal);
	json_seconds("end", process->end_us);
	if (exec && exec->has_argv)
		json_strings("argv", exec->argv->data, exec->argv->size);
	if (process->parent)
		json_int("parent", process->parent->proc);
	json_close('}');
}

static void print_json(const struct model *model, const struct options *options)
{
	uint64_t missed;
	size_t count, i;
	struct failure *failures = failures_of(model, options->misses, &count, &missed);

	json_open(NULL, '{');
	json_open("causes", '[');
	for (i = 0; i < model->log_count; i++)
		if (cause_of(model->logs[i]))
			json_process(cause_of(model->logs[i]));
	json_close(']');
	json_open("processes", '[');
	for (i = 0; i < model->process_count; i++)
		if (model->processes[i]->bad)
			json_process(model->processes[i]);
	json_close(']');
	json_open("execs", '[');
	for (i = 0; i < count; i++) {
		json_open(NULL, '{');
		json_int("count", (int64_t)failures[i].count);
		json_text("errno", failures[i].first->error);
		json_text("path", failures[i].first->path);
		json_int("seq", failures[i].first->seq);
		json_close('}');
	}
	json_close(']');
	json_int("path_misses", (int64_t)missed);
	json_close('}');
	json_line();
	free(failures);
}

static void print_text(const struct model *model, const struct options *options)
{
	unsigned i;

	for (i = 0; i < model->log_count; i++)
		print_cause(model, model->logs[i]);
	print_processes(model);
	print_failures(model, options);
}

static int run(const struct options *options)
{
	struct model model;
	int status;

	model_read(&model, options->files, NULL, NULL);
	if (options->json)
		print_json(&model, options);
	else
		print_text(&model, options);
	status = model.unreadable ? STATUS_FAILED : STATUS_OK;
	model_free(&model);
	return output_end(status);
}

const struct command cmd_failed = {
	.name = "failed",
	.operands = "LOG...",
	.summary = "What failed, and what made the command fail",
	.options = "|json|misses|",
	.run = run,
};
