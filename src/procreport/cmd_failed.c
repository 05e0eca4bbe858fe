/* SPDX-License-Identifier: ISC */
/* What failed, and what led there. */
#include "commands.h"
#include "failures.h"
#include "jsonout.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "plural.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many processes above one are named. */
#define ABOVE 8

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
	const struct process *cause = failures_cause(log);

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
			words_path(exec->path, columns > 37 ? columns - 37 : columns);
		else
			putchar('?');
		putchar('\n');
	}
	if (missed)
		printf("\n%" PRIu64 " exec%s found no file while PATH was searched (--misses shows "
		       "them)\n",
			missed, plural_s(missed));
	free(failures);
}

/* What is not in a log may have failed, too. */
static void print_missing(const struct model_log *log)
{
	if (log->complete > 0)
		return;
	putchar('\n');
	output_quoted(stdout, log->file->data, log->file->size);
	puts(log->complete == 0 ? " is incomplete: more may have failed"
				: " has no end: more may have failed");
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

static bool is_complete(const struct model *model)
{
	unsigned i;

	for (i = 0; i < model->log_count; i++)
		if (model->logs[i]->complete <= 0)
			return false;
	return model->log_count > 0;
}

static void print_json(const struct model *model, const struct options *options)
{
	uint64_t missed;
	size_t count, i;
	struct failure *failures = failures_of(model, options->misses, &count, &missed);

	json_open(NULL, '{');
	json_open("causes", '[');
	for (i = 0; i < model->log_count; i++)
		if (failures_cause(model->logs[i]))
			json_process(failures_cause(model->logs[i]));
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
	json_bool("complete", is_complete(model));
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
	for (i = 0; i < model->log_count; i++)
		print_missing(model->logs[i]);
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
