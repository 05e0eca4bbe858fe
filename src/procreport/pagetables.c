/* SPDX-License-Identifier: ISC */
/* The tables of a page, which need no script. */
#include "page.h"

#include "failures.h"
#include "options.h"
#include "output.h"
#include "totals.h"
#include "words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Rows of a table, and bytes of a command in it. */
#define ROWS_MOST     20
#define FAILURES_MOST 500
#define COMMAND_MOST  400

/* --- Cells -------------------------------------------------------------------- */

/* In at most so many bytes; text is printable UTF-8. */
static void put_cut(FILE *out, const char *text)
{
	char cut[COMMAND_MOST + 4];
	size_t size = strlen(text);

	if (size <= COMMAND_MOST) {
		page_text(out, text);
		return;
	}
	size = COMMAND_MOST;
	while (size > 0 && (text[size] & 0xc0) == 0x80)
		size--;
	snprintf(cut, sizeof(cut), "%.*s\xe2\x80\xa6", (int)size, text);
	page_text(out, cut);
}

static void put_bytes(FILE *out, const char *data)
{
	put_cut(out, words_joined(data, strlen(data) + 1));
}

static void put_command(FILE *out, const struct exec *exec)
{
	fputs("<td class=\"command\">", out);
	if (exec && exec->success && exec->has_argv && exec->argc > 0)
		put_cut(out, words_joined(exec->argv->data, exec->argv->size));
	else if (exec && exec->path)
		put_bytes(out, exec->path->data);
	else
		fputs("?", out);
	fputs("</td>", out);
}

static void put_seconds(FILE *out, int64_t us)
{
	if (us < 0)
		fputs("<td class=\"number\">\xe2\x80\x93</td>", out);
	else
		fprintf(out, "<td class=\"number\">%.3f</td>", (double)us / 1e6);
}

/* A row that leads to a process, where that is on the page. */
static void open_row(const struct page *page, const struct process *process)
{
	int64_t number = process ? page->numbers[process->number] : -1;

	if (number >= 0)
		fprintf(page->out, "<tr data-process=\"%" PRId64 "\">", number);
	else
		fputs("<tr>", page->out);
}

static void put_id(const struct page *page, const char *id)
{
	fprintf(page->out, "<td class=\"number\">%s</td>", id);
}

static void put_end(const struct page *page, const struct process *process)
{
	const char *end = words_end(process);

	fprintf(page->out, "<td class=\"%s\">", process->bad ? "bad" : "good");
	page_text(page->out, *end ? end : "exit 0");
	fputs("</td>", page->out);
}

/* The head of a column of numbers. */
#define NUMBER(head) "<th class=\"number\">" head "</th>"

/* head is HTML: the cells of its head. */
static void open_table(FILE *out, const char *title, const char *head)
{
	fprintf(out, "<div class=\"table\"><h3>%s</h3>\n<table><thead><tr>%s</tr></thead><tbody>\n",
		title, head);
}

static void close_table(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

/* --- Summary ------------------------------------------------------------------ */

static void put_fact(FILE *out, const char *name, const char *value)
{
	fprintf(out, "<dt>%s</dt><dd>", name);
	put_cut(out, value);
	fputs("</dd>\n", out);
}

static void put_log(const struct page *page, const struct model_log *log)
{
	const struct text *command = log->command ? log->command : log->pids;
	time_t seconds = (time_t)(log->begin_ns / 1000000000);
	char when[64] = "?";
	struct tm tm;
	const char *file = page_file(page, log);

	fputs("<dl class=\"log\">\n", page->out);
	if (command)
		put_fact(page->out, log->command ? "command" : "attached to",
			words_joined(command->data, command->size));
	if (gmtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	put_fact(page->out, "began", when);
	if (log->host)
		put_fact(page->out, "host", words_joined(log->host->data, log->host->size + 1));
	put_fact(page->out, "exit status",
		!log->root		    ? "unknown"
		: log->root->exit_code == 0 ? "0"
					    : words_end(log->root));
	put_fact(page->out, "log", words_joined(file, strlen(file) + 1));
	put_fact(page->out, "record",
		log->complete > 0 && log->first_part == 1 ? "complete"
		: log->complete >= 0			  ? "incomplete"
							  : "without its end");
	fputs("</dl>\n", page->out);
}

static void put_number(FILE *out, const char *name, const char *format, double value)
{
	fprintf(out, "<div class=\"figure\"><b>");
	fprintf(out, format, value);
	fprintf(out, "</b><span>%s</span></div>\n", name);
}

/* As people read it: from a minute on as clocks have it. */
static void put_duration(FILE *out, const char *name, int64_t us)
{
	int64_t seconds = us / 1000000;

	fputs("<div class=\"figure\"><b>", out);
	if (seconds < 60)
		fprintf(out, "%.3f s", (double)us / 1e6);
	else if (seconds < 3600)
		fprintf(out, "%" PRId64 ":%02" PRId64 " min", seconds / 60, seconds % 60);
	else
		fprintf(out, "%" PRId64 ":%02" PRId64 ":%02" PRId64 " h", seconds / 3600,
			seconds / 60 % 60, seconds % 60);
	fprintf(out, "</b><span>%s</span></div>\n", name);
}

static void put_totals(const struct page *page, const struct totals *t)
{
	FILE *out = page->out;

	fputs("<div class=\"figures\">\n", out);
	put_duration(out, "wall time", t->wall_us);
	put_duration(out, "CPU time", t->cpu_us);
	if (t->wall_us > 0)
		put_number(out, "processors on average", "%.2f",
			(double)t->cpu_us / (double)t->wall_us);
	put_number(out, "processes", "%.0f", (double)t->processes);
	put_number(out, "programs run", "%.0f", (double)t->execs);
	put_number(out, "processes failed", "%.0f", (double)t->bad);
	if (t->no_end)
		put_number(out, "without an end", "%.0f", (double)t->no_end);
	if (t->failed)
		put_number(out, "execs failed", "%.0f", (double)t->failed);
	if (t->largest)
		put_number(out, "peak memory of one", "%.0f MiB",
			(double)t->largest->maxrss_kb / 1024);
	fputs("</div>\n", out);
}

static void put_groups(const struct page *page, const char *title, const struct groups *groups,
	group_order *order, bool commands)
{
	struct group **list = groups_sorted(groups, order);
	FILE *out = page->out;
	int i;

	open_table(out, title,
		commands ? NUMBER("count") NUMBER("wall s") NUMBER("CPU s") "<th>command</th>"
			 : NUMBER("count") NUMBER("wall s") NUMBER("CPU s") "<th>program</th>");
	for (i = 0; i < ROWS_MOST && list[i]; i++) {
		const struct exec *exec = list[i]->first;
		const struct text *name = exec->exe ? exec->exe : exec->path;

		if (commands && list[i]->count < 2)
			break;
		open_row(page, commands ? exec->process : NULL);
		fprintf(out, "<td class=\"number\">%" PRIu64 "</td>", list[i]->count);
		put_seconds(out, list[i]->wall_us);
		put_seconds(out, list[i]->cpu_us);
		if (commands) {
			put_command(out, exec);
		} else {
			fputs("<td class=\"command\">", out);
			put_bytes(out, name ? name->data : "?");
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	close_table(out);
	free(list);
}

void page_summary(const struct page *page)
{
	struct totals totals = {0};
	unsigned i;

	totals_sum_up(&totals, page->model);
	put_totals(page, &totals);
	for (i = 0; i < page->model->log_count; i++)
		put_log(page, page->model->logs[i]);
	put_groups(page, "Programs by wall time", &totals.programs, group_by_wall, false);
	put_groups(page, "Programs by CPU time", &totals.programs, group_by_cpu, false);
	put_groups(page, "The same command in the same directory", &totals.commands, group_by_count,
		true);
	totals_free(&totals);
}

/* --- Failures ----------------------------------------------------------------- */

static void put_chain(const struct page *page, const struct process *process)
{
	open_table(page->out, "What made the command fail, and what is above it",
		NUMBER("ID") "<th>end</th><th>command</th>");
	for (; process; process = process->parent) {
		open_row(page, process);
		put_id(page, words_process_id(page->model, process));
		put_end(page, process);
		put_command(page->out, words_program(process));
		fputs("</tr>\n", page->out);
	}
	close_table(page->out);
}

static void put_more(const struct page *page, uint64_t more)
{
	if (more)
		fprintf(page->out, "<p class=\"more\">and %" PRIu64 " more</p>\n", more);
}

static void put_processes(const struct page *page)
{
	const struct model *model = page->model;
	uint64_t count = 0;
	unsigned i;

	open_table(page->out, "Processes that ended badly",
		NUMBER("ID") "<th>end</th>" NUMBER("at s") NUMBER("wall s") "<th>command</th>");
	for (i = 0; i < model->process_count; i++) {
		const struct process *process = model->processes[i];

		if (!process->bad || ++count > FAILURES_MOST)
			continue;
		open_row(page, process);
		put_id(page, words_process_id(model, process));
		put_end(page, process);
		put_seconds(page->out, process->end_us);
		put_seconds(page->out, process->duration_us);
		put_command(page->out, words_program(process));
		fputs("</tr>\n", page->out);
	}
	close_table(page->out);
	put_more(page, count > FAILURES_MOST ? count - FAILURES_MOST : 0);
}

static void put_execs(const struct page *page)
{
	uint64_t missed;
	size_t count, i;
	struct failure *failures = failures_of(page->model, false, &count, &missed);

	if (count)
		open_table(page->out, "Execs that failed",
			NUMBER("count") "<th>error</th>" NUMBER("first") "<th>program</th>");
	for (i = 0; i < count && i < FAILURES_MOST; i++) {
		const struct exec *exec = failures[i].first;

		open_row(page, exec->process);
		fprintf(page->out, "<td class=\"number\">%" PRIu64 "</td><td class=\"bad\">",
			failures[i].count);
		put_bytes(page->out, exec->error ? exec->error->data : "killed");
		fputs("</td>", page->out);
		put_id(page, words_id(page->model, exec));
		put_command(page->out, exec);
		fputs("</tr>\n", page->out);
	}
	if (count)
		close_table(page->out);
	put_more(page, count > FAILURES_MOST ? count - FAILURES_MOST : 0);
	if (missed)
		fprintf(page->out,
			"<p class=\"more\">%" PRIu64 " more execs found no file while PATH was "
			"searched</p>\n",
			missed);
	free(failures);
}

void page_failures(const struct page *page)
{
	const struct model *model = page->model;
	uint64_t bad = 0;
	unsigned i;

	for (i = 0; i < model->log_count; i++)
		if (failures_cause(model->logs[i]))
			put_chain(page, failures_cause(model->logs[i]));
	for (i = 0; i < model->process_count; i++)
		bad += model->processes[i]->bad;
	if (bad)
		put_processes(page);
	else
		fputs("<p class=\"none\">No process ended badly.</p>\n", page->out);
	put_execs(page);
}
