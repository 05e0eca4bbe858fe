/* SPDX-License-Identifier: ISC */
/* Where the time, the CPU and the memory went. */
#include "commands.h"
#include "group.h"
#include "jsonout.h"
#include "memory.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "path.h"
#include "plural.h"
#include "totals.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Text --------------------------------------------------------------------- */

static void print_log(const struct model_log *log, const struct options *options)
{
	fputs("log          ", stdout);
	output_quoted(stdout, log->file->data, log->file->size);
	fputs(log->complete > 0	     ? ", complete"
		: log->complete == 0 ? ", incomplete"
				     : ", without its end",
		stdout);
	if (log->first_part > 1)
		printf(" from part %" PRId64 " on", log->first_part);
	putchar('\n');
	if (log->command || log->pids) {
		fputs(log->command ? "command      " : "attached to  ", stdout);
		words_strings(log->command ? log->command : log->pids,
			output_columns() > 13 ? output_columns() - 13 : 0);
		putchar('\n');
	}
	fputs("began        ", stdout);
	output_time(log->begin_ns, options->utc);
	if (log->host) {
		fputs(" on ", stdout);
		output_quoted(stdout, log->host->data, log->host->size);
	}
	fputs("\nexit status  ", stdout);
	puts(!log->root ? "unknown" : log->root->exit_code == 0 ? "0" : words_end(log->root));
}

static void print_totals(const struct totals *t, const struct model *model)
{
	printf("wall time    %.3f s\n", (double)t->wall_us / 1e6);
	printf("CPU time     %.3f s", (double)t->cpu_us / 1e6);
	if (t->wall_us > 0)
		printf(", %.2f processors on average", (double)t->cpu_us / (double)t->wall_us);
	printf("\nprocesses    %" PRIu64, t->processes);
	if (t->bad)
		printf(", %" PRIu64 " of them failed", t->bad);
	if (t->no_end)
		printf(", %" PRIu64 " without an end", t->no_end);
	printf("\nexecs        %" PRIu64 "\n", t->execs);
	if (t->failed)
		printf("execs failed %" PRIu64 ", %" PRIu64 " of them found no file (%.3f s)\n",
			t->failed, t->misses, (double)t->misses_us / 1e6);
	if (t->largest) {
		const struct exec *program = words_program(t->largest);

		printf("peak memory  %" PRId64 " KiB (process %s", t->largest->maxrss_kb,
			words_process_id(model, t->largest));
		if (program) {
			fputs(", ", stdout);
			output_quoted(stdout, exec_name(program), strlen(exec_name(program)));
		}
		puts(")");
	}
}

/* How many parts of the time one column of the chart stands for: on a narrow terminal
 * several. */
static int chart_step(void)
{
	unsigned columns = output_columns();
	int step = 1;

	/* 17: what is printed around it. */
	while (columns && step < BUCKETS && (unsigned)(BUCKETS / step) + 17 > columns)
		do
			step++;
		while (BUCKETS % step);
	return step;
}

static void print_chart(const struct totals *t)
{
	static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	double cpu[BUCKETS] = {0}, most = 0;
	int step = chart_step(), i;

	for (i = 0; i < BUCKETS; i++)
		cpu[i / step] += t->cpu[i] / step;
	for (i = 0; i < BUCKETS / step; i++)
		most = cpu[i] > most ? cpu[i] : most;
	if (most <= 0)
		return;
	fputs("\nprocessors in use over time\n  |", stdout);
	for (i = 0; i < BUCKETS / step; i++)
		fputs(bars[(int)(cpu[i] / most * 8 + 0.5)], stdout);
	printf("| %.1f at most\n", most);
}

static void print_programs(const struct totals *t, const struct options *options, const char *title,
	group_order *order)
{
	struct group **list = groups_sorted(&t->programs, order);
	unsigned columns = output_columns();
	long i;

	printf("\n%s\n     COUNT     WALL s      CPU s  PROGRAM\n", title);
	for (i = 0; i < options->top && list[i]; i++) {
		const struct exec *exec = list[i]->first;
		const struct text *exe = exec->exe ? exec->exe : exec->path;

		printf("%10" PRIu64, list[i]->count);
		output_seconds(list[i]->wall_us, 11);
		output_seconds(list[i]->cpu_us, 11);
		fputs("  ", stdout);
		if (exe)
			words_path(exe, columns > 34 ? columns - 34 : columns);
		else
			putchar('?');
		putchar('\n');
	}
	free(list);
}

static void print_repeated(const struct totals *t, const struct options *options)
{
	struct group **list = groups_sorted(&t->commands, group_by_count);
	unsigned columns = output_columns();
	long i;

	if (list[0] && list[0]->count > 1)
		puts("\nrepeated: the same command in the same directory\n"
		     "     COUNT     WALL s      CPU s  COMMAND");
	for (i = 0; i < options->top && list[i] && list[i]->count > 1; i++) {
		printf("%10" PRIu64, list[i]->count);
		output_seconds(list[i]->wall_us, 11);
		output_seconds(list[i]->cpu_us, 11);
		fputs("  ", stdout);
		words_command(list[i]->first, columns > 34 ? columns - 34 : columns);
		putchar('\n');
	}
	free(list);
}

/* --- The critical path -------------------------------------------------------- */

static int by_time(const void *left, const void *right)
{
	const struct step *a = *(struct step *const *)left, *b = *(struct step *const *)right;
	int64_t la = a->to_us - a->from_us, lb = b->to_us - b->from_us;

	if (la != lb)
		return la > lb ? -1 : 1;
	return a < b ? -1 : 1;
}

static int by_place(const void *left, const void *right)
{
	const struct step *a = *(struct step *const *)left, *b = *(struct step *const *)right;

	return a < b ? -1 : a > b;
}

/* The longest steps of a log, in the order of time; returns how many. */
static size_t longest_steps(
	struct step *steps, size_t count, const struct step ***list, size_t most)
{
	size_t i;

	*list = allocated(calloc(count + 1, sizeof(void *)), "cannot sum up");
	for (i = 0; i < count; i++)
		(*list)[i] = &steps[i];
	qsort(*list, count, sizeof(void *), by_time);
	count = count < most ? count : most;
	qsort(*list, count, sizeof(void *), by_place);
	return count;
}

/* What the process ran at the time of a step. */
static const struct exec *program_at(const struct step *step)
{
	const struct exec *exec, *found = NULL;

	for (exec = step->process->first_exec; exec; exec = exec->next)
		if (exec->success && exec->mono_us < step->to_us)
			found = exec;
	return found ? found : words_program(step->process);
}

static void print_path(
	const struct model *model, const struct model_log *log, const struct options *options)
{
	unsigned columns = output_columns();
	const struct step **list;
	struct step *steps;
	size_t count, i, shown;

	if (!log->root || log->root->end_us < 0)
		return;
	steps = path_find(log->root, &count);
	shown = longest_steps(steps, count, &list, (size_t)options->top);
	printf("\ncritical path: %zu step%s that the end waited for", count, plural_s(count));
	if (shown < count)
		printf(", the %zu longest of them", shown);
	puts("\n    AT s     WALL s         ID  COMMAND");
	for (i = 0; i < shown; i++) {
		const struct exec *exec = program_at(list[i]);

		output_seconds(list[i]->from_us, 8);
		output_seconds(list[i]->to_us - list[i]->from_us, 11);
		printf(" %10s  ", words_process_id(model, list[i]->process));
		if (exec)
			words_command(exec, columns > 33 ? columns - 33 : columns);
		putchar('\n');
	}
	free(list);
	free(steps);
}

/* --- JSON --------------------------------------------------------------------- */

static void json_groups(
	const char *key, const struct groups *groups, const struct options *options, bool commands)
{
	struct group **list = groups_sorted(groups, commands ? group_by_count : group_by_wall);
	long i;

	json_open(key, '[');
	for (i = 0; i < options->top && list[i]; i++) {
		const struct exec *exec = list[i]->first;

		if (commands && list[i]->count < 2)
			break;
		json_open(NULL, '{');
		json_int("count", (int64_t)list[i]->count);
		json_seconds("wall", list[i]->wall_us);
		json_seconds("cpu", list[i]->cpu_us);
		json_text(exec->exe ? "exe" : "path", exec->exe ? exec->exe : exec->path);
		if (commands) {
			json_text("cwd", exec->cwd);
			json_strings("argv", exec->argv->data, exec->argv->size);
		}
		json_close('}');
	}
	json_close(']');
	free(list);
}

static void json_path(const struct model_log *log)
{
	struct step *steps;
	size_t count, i;

	if (!log->root || log->root->end_us < 0)
		return;
	steps = path_find(log->root, &count);
	json_open("critical_path", '[');
	for (i = 0; i < count; i++) {
		json_open(NULL, '{');
		json_int("proc", steps[i].process->proc);
		json_seconds("from", steps[i].from_us);
		json_seconds("to", steps[i].to_us);
		json_close('}');
	}
	json_close(']');
	free(steps);
}

static void json_log(const struct model_log *log)
{
	json_open(NULL, '{');
	json_text("file", log->file);
	json_string("log_id", log->id);
	json_bool("complete", log->complete > 0 && log->first_part == 1);
	json_int("first_part", log->first_part);
	if (log->command)
		json_strings("command", log->command->data, log->command->size);
	if (log->pids)
		json_strings("pids", log->pids->data, log->pids->size);
	json_text("host", log->host);
	if (log->root) {
		json_known("exit_code", log->root->exit_code);
		json_text("signal", log->root->signal);
	}
	json_seconds("wall", log->mono_us);
	json_path(log);
	json_close('}');
}

static void print_json(
	const struct totals *t, const struct model *model, const struct options *options)
{
	unsigned i;

	json_open(NULL, '{');
	json_open("logs", '[');
	for (i = 0; i < model->log_count; i++)
		json_log(model->logs[i]);
	json_close(']');
	json_seconds("wall", t->wall_us);
	json_seconds("cpu", t->cpu_us);
	json_int("processes", (int64_t)t->processes);
	json_int("processes_failed", (int64_t)t->bad);
	json_int("processes_without_end", (int64_t)t->no_end);
	json_int("execs", (int64_t)t->execs);
	json_int("execs_failed", (int64_t)t->failed);
	json_int("path_misses", (int64_t)t->misses);
	json_seconds("path_misses_wall", t->misses_us);
	if (t->largest) {
		json_int("peak_memory_kb", t->largest->maxrss_kb);
		json_int("peak_memory_log", t->largest->log->number);
		json_int("peak_memory_proc", t->largest->proc);
	}
	json_open("processors", '[');
	for (i = 0; i < BUCKETS; i++)
		json_int(NULL, (int64_t)(t->cpu[i] * 1000 + 0.5));
	json_close(']');
	json_groups("programs", &t->programs, options, false);
	json_groups("repeated", &t->commands, options, true);
	json_close('}');
	json_line();
}

static void print_text(
	const struct totals *t, const struct model *model, const struct options *options)
{
	unsigned i;

	for (i = 0; i < model->log_count; i++)
		print_log(model->logs[i], options);
	print_totals(t, model);
	print_chart(t);
	print_programs(t, options, "programs by wall time", group_by_wall);
	print_programs(t, options, "programs by CPU time", group_by_cpu);
	print_programs(t, options, "programs by count", group_by_count);
	print_repeated(t, options);
	for (i = 0; i < model->log_count; i++)
		print_path(model, model->logs[i], options);
}

static int run(const struct options *options)
{
	struct totals totals = {0};
	struct model model;
	int status;

	model_read(&model, options->files, NULL, NULL);
	totals_sum_up(&totals, &model);
	if (options->json)
		print_json(&totals, &model, options);
	else
		print_text(&totals, &model, options);
	totals_free(&totals);
	status = model.unreadable ? STATUS_FAILED : STATUS_OK;
	model_free(&model);
	return output_end(status);
}

const struct command cmd_summary = {
	.name = "summary",
	.operands = "LOG...",
	.summary = "Totals; where the time went; what was repeated; what failed",
	.options = "|json|top|utc|",
	.run = run,
};
