/* SPDX-License-Identifier: ISC */
/*
 * The data of a page: one JSON object. Processes and programs are columns of numbers,
 * strings are told by their numbers; see lists.h.
 */
#include "page.h"

#include "output.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t process_number(struct page *page, const struct process *process);
typedef int64_t exec_number(struct page *page, const struct exec *exec);

/* --- Processes ---------------------------------------------------------------- */

static int64_t log_of(struct page *page, const struct process *process)
{
	(void)page;
	return process->log->number - 1;
}

static int64_t proc_of(struct page *page, const struct process *process)
{
	(void)page;
	return process->proc;
}

static int64_t pid_of(struct page *page, const struct process *process)
{
	(void)page;
	return process->pid;
}

static int64_t parent_of(struct page *page, const struct process *process)
{
	return process->parent ? page->numbers[process->parent->number] : -1;
}

static int64_t begin_of(struct page *page, const struct process *process)
{
	return page->offsets[process->log->number - 1] + process->begin_us;
}

static int64_t end_of(struct page *page, const struct process *process)
{
	return process->end_us < 0 ? -1 : page->offsets[process->log->number - 1] + process->end_us;
}

static int64_t exit_of(struct page *page, const struct process *process)
{
	(void)page;
	return process->exit_code;
}

static int64_t signal_of(struct page *page, const struct process *process)
{
	return lists_string(&page->lists, process->signal);
}

static int64_t cpu_of(struct page *page, const struct process *process)
{
	(void)page;
	return process->cpu_us;
}

static int64_t memory_of(struct page *page, const struct process *process)
{
	(void)page;
	return process->maxrss_kb;
}

/* 1: a core was dumped; 2: let go alive. */
static int64_t flags_of(struct page *page, const struct process *process)
{
	(void)page;
	return process->core_dumped + 2 * process->detached;
}

static int64_t programs_of(struct page *page, const struct process *process)
{
	const struct exec *exec;
	int64_t count = 0;

	(void)page;
	for (exec = process->first_exec; exec; exec = exec->next)
		count += exec->selected;
	return count;
}

static int64_t lost_of(struct page *page, const struct process *process)
{
	const struct exec *exec;
	int64_t count = 0;

	(void)page;
	for (exec = process->first_exec; exec; exec = exec->next)
		count += !exec->selected;
	return count;
}

static void write_process_column(struct page *page, const char *name, process_number *number)
{
	const struct model *model = page->model;
	const char *comma = "";
	unsigned i;

	fprintf(page->out, "%s\"%s\":[", number == log_of ? "" : ",\n", name);
	for (i = 0; i < model->process_count; i++) {
		if (!model->processes[i]->selected)
			continue;
		fprintf(page->out, "%s%" PRId64, comma, number(page, model->processes[i]));
		comma = ",";
	}
	fputs("]", page->out);
}

static void write_processes(struct page *page)
{
	fputs(",\n\"processes\":{", page->out);
	write_process_column(page, "log", log_of);
	write_process_column(page, "proc", proc_of);
	write_process_column(page, "pid", pid_of);
	write_process_column(page, "parent", parent_of);
	write_process_column(page, "begin", begin_of);
	write_process_column(page, "end", end_of);
	write_process_column(page, "exit", exit_of);
	write_process_column(page, "signal", signal_of);
	write_process_column(page, "cpu", cpu_of);
	write_process_column(page, "memory", memory_of);
	write_process_column(page, "flags", flags_of);
	write_process_column(page, "programs", programs_of);
	write_process_column(page, "lost", lost_of);
	fputs("}", page->out);
}

/* --- Programs ----------------------------------------------------------------- */

static int64_t at_of(struct page *page, const struct exec *exec)
{
	return page->offsets[exec->process->log->number - 1] + exec->mono_us;
}

static int64_t seq_of(struct page *page, const struct exec *exec)
{
	(void)page;
	return exec->seq;
}

/* -1: it failed; 0: it ran when tracing began. */
static int64_t image_of(struct page *page, const struct exec *exec)
{
	(void)page;
	return exec->success ? exec->image : -1;
}

static int64_t exe_of(struct page *page, const struct exec *exec)
{
	return lists_string(&page->lists, exec->exe);
}

static int64_t path_of(struct page *page, const struct exec *exec)
{
	return lists_string(&page->lists, exec->path);
}

static int64_t cwd_of(struct page *page, const struct exec *exec)
{
	return lists_string(&page->lists, exec->cwd);
}

static int64_t error_of(struct page *page, const struct exec *exec)
{
	return lists_string(&page->lists, exec->error);
}

static int64_t env_of(struct page *page, const struct exec *exec)
{
	return envlists_of(&page->envlists, exec);
}

/* The last list of the same program is much the same. */
static int64_t argv_of(struct page *page, const struct exec *exec)
{
	uint32_t program = lists_string(&page->lists, exec->exe);
	int64_t list;

	if (!exec->has_argv)
		return -1;
	list = lists_add(
		&page->lists, exec->argv->data, exec->argv->size, (int64_t)page->last[program] - 1);
	if (list >= 0)
		page->last[program] = (uint32_t)list + 1;
	return list;
}

static void write_exec_column(struct page *page, const char *name, exec_number *number)
{
	const struct model *model = page->model;
	const struct exec *exec;
	const char *comma = "";
	unsigned i;

	fprintf(page->out, "%s\"%s\":[", number == at_of ? "" : ",\n", name);
	for (i = 0; i < model->process_count; i++)
		for (exec = model->processes[i]->first_exec; exec; exec = exec->next) {
			if (!exec->selected)
				continue;
			fprintf(page->out, "%s%" PRId64, comma, number(page, exec));
			comma = ",";
		}
	fputs("]", page->out);
}

static void write_programs(struct page *page)
{
	fputs(",\n\"programs\":{", page->out);
	write_exec_column(page, "at", at_of);
	write_exec_column(page, "seq", seq_of);
	write_exec_column(page, "image", image_of);
	write_exec_column(page, "exe", exe_of);
	write_exec_column(page, "path", path_of);
	write_exec_column(page, "cwd", cwd_of);
	write_exec_column(page, "error", error_of);
	/* All programs have their numbers now. */
	page->last = calloc(page->lists.string_count, sizeof(*page->last));
	if (!page->last)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the page");
	write_exec_column(page, "argv", argv_of);
	free(page->last);
	write_exec_column(page, "env", env_of);
	fputs("}", page->out);
}

/* --- Logs and strings --------------------------------------------------------- */

static void write_log(struct page *page, const struct model_log *log)
{
	const struct text *command = log->command ? log->command : log->pids;
	const char *file = page_file(page, log);

	fputs("{\"file\":", page->out);
	page_json(page->out, file, strlen(file));
	fprintf(page->out,
		",\"id\":\"%s\",\"attached\":%s,\"command\":%" PRId64 ",\"host\":%" PRIu32
		",\"begin_ms\":%" PRId64 ",\"at\":%" PRId64 ",\"wall\":%" PRId64
		",\"complete\":%" PRId64 ",\"gaps\":%" PRIu64 "}",
		log->id, log->command ? "false" : "true",
		command ? lists_add(&page->lists, command->data, command->size, -1) : -1,
		lists_string(&page->lists, log->host), log->begin_ns / 1000000,
		page->offsets[log->number - 1], log->mono_us, log->complete, log->gaps);
}

static void write_logs(struct page *page)
{
	unsigned i;

	fputs(",\n\"logs\":[", page->out);
	for (i = 0; i < page->model->log_count; i++) {
		if (i)
			fputs(",\n", page->out);
		write_log(page, page->model->logs[i]);
	}
	fputs("]", page->out);
}

/* Those that are not exact come again, in base64, behind their numbers. */
static void write_strings(struct page *page)
{
	const struct lists *lists = &page->lists;
	const char *comma = "";
	size_t i;

	fputs(",\n\"strings\":[", page->out);
	for (i = 0; i < lists->string_count; i++) {
		if (i)
			fputs(",\n", page->out);
		page_json(page->out, lists->strings[i]->data, lists->strings[i]->size);
	}
	fputs("],\n\"exact\":{", page->out);
	for (i = 0; i < lists->string_count; i++) {
		if (output_is_exact(lists->strings[i]->data, lists->strings[i]->size))
			continue;
		fprintf(page->out, "%s\"%zu\":", comma, i);
		output_base64(page->out, lists->strings[i]->data, lists->strings[i]->size);
		comma = ",";
	}
	fputs("}", page->out);
}

void page_data(struct page *page)
{
	fprintf(page->out,
		"{\"format\":1,\"all_processes\":%u,\"lost_programs\":%" PRIu64
		",\"lost_environments\":%" PRIu64,
		page->model->process_count, page->sample.lost, page->envlists.lost);
	write_logs(page);
	write_processes(page);
	write_programs(page);
	fputs(",\n\"lists\":[", page->out);
	if (page->lists.json.size)
		fwrite(page->lists.json.data, 1, page->lists.json.size, page->out);
	fputs("]", page->out);
	write_strings(page);
	fputs("}\n", page->out);
}
