/* SPDX-License-Identifier: ISC */
/* One exec whole. */
#include "commands.h"
#include "envdiff.h"
#include "fetch.h"
#include "jsonout.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "response.h"
#include "script.h"
#include "words.h"

#include <bsd/err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct show {
	const struct options *options;
	struct model model;
	struct process *process;
	struct exec *exec;	       /* NULL: the process only forked */
	const struct exec *before;     /* what made it: the program before, or the creator's */
	const struct text *env, *from; /* environments of both; NULL: unknown */
};

/* The program of the process before this one, or of the nearest above it. */
static const struct exec *program_before(const struct process *process, const struct exec *exec)
{
	const struct exec *at, *found = NULL;

	for (; process && !found; process = process->parent)
		for (at = process->first_exec; at && at->seq < exec->seq; at = at->next)
			if (at->success)
				found = at;
	return found;
}

static void print_text(const char *label, const struct text *text)
{
	if (!text)
		return;
	printf("%-13s", label);
	output_quoted(stdout, text->data, text->size);
	putchar('\n');
}

static void print_command(const struct show *s)
{
	const struct exec *exec = s->exec;

	fputs("command      ", stdout);
	if (exec->success)
		words_command(exec, 0);
	else
		words_failure(exec, 0);
	putchar('\n');
	print_text("failed with", exec->error);
	print_text("program", exec->exe);
	if (exec->path != exec->exe)
		print_text("asked for", exec->path);
	print_text("directory", exec->cwd);
}

static void print_responses(const struct responses *responses)
{
	const char *file, *error, *content;
	size_t n;

	if (!responses)
		return;
	puts("\nresponse files");
	for (n = 0; (file = response_string(&responses->files, n)); n++) {
		error = response_string(&responses->errors, n);
		content = response_string(&responses->contents, n);
		fputs("  ", stdout);
		output_quoted(stdout, file, strlen(file));
		fputs(": ", stdout);
		if (error && *error)
			output_quoted(stdout, error, strlen(error));
		else if (content)
			output_quoted(stdout, content, strlen(content));
		putchar('\n');
	}
}

static void json_responses(const struct responses *responses)
{
	if (!responses)
		return;
	json_strings("response_files", responses->files.data, responses->files.size);
	json_strings("response_contents", responses->contents.data, responses->contents.size);
	if (responses->errors.size)
		json_strings("response_errors", responses->errors.data, responses->errors.size);
}

static void print_process(const struct show *s)
{
	const struct process *p = s->process;
	const char *end = words_end(p);

	printf("process      %s", words_process_id(&s->model, p));
	if (p->pid > 0)
		printf(", pid %" PRId64, p->pid);
	if (p->parent)
		printf(", made by %s", words_process_id(&s->model, p->parent));
	fputs("\nbegan        ", stdout);
	output_time(
		s->exec ? s->exec->ts_ns : p->log->begin_ns + p->begin_us * 1000, s->options->utc);
	printf(", at %.3f s\n", (double)(s->exec ? s->exec->mono_us : p->begin_us) / 1e6);
	if (s->exec && s->exec != p->image)
		return;
	printf("ended        %s", *end ? end : "exit 0");
	if (p->duration_us >= 0)
		printf(", after %.3f s", (double)p->duration_us / 1e6);
	putchar('\n');
	if (p->cpu_us >= 0)
		printf("CPU time     %.3f s\n", (double)p->cpu_us / 1e6);
	if (p->maxrss_kb >= 0)
		printf("peak memory  %" PRId64 " KiB, page faults %" PRId64 " and %" PRId64
		       " with I/O, blocks read %" PRId64 ", written %" PRId64 "%s\n",
			p->maxrss_kb, p->minflt, p->majflt, p->inblock, p->oublock,
			p->first_child ? ", with children" : "");
}

static void print_line(const struct show *s, const struct process *process, const struct exec *exec)
{
	unsigned columns = output_columns();

	printf("%10s  %-11s  ",
		exec ? words_id(&s->model, exec) : words_process_id(&s->model, process),
		words_end(process));
	if (exec)
		words_command(exec, columns > 25 ? columns - 25 : columns);
	else
		fputs("(fork)", stdout);
	putchar('\n');
}

/* From it up to the first process. */
static void print_ancestry(const struct show *s)
{
	const struct exec *exec = s->before;

	if (exec)
		puts("\nancestry");
	for (; exec; exec = program_before(exec->process, exec))
		print_line(s, exec->process, exec);
}

static void print_children(const struct show *s)
{
	const struct process *child = s->process->first_child;

	if (child)
		puts("\nchildren");
	for (; child; child = child->next_sibling)
		print_line(s, child, child->image);
}

static void print_entry(char sign, const char *entry)
{
	printf("  %c ", sign);
	output_quoted(stdout, entry, strlen(entry));
	putchar('\n');
}

static void print_env(const struct show *s)
{
	struct env_diff diff;
	size_t i;

	if (!s->env) {
		puts("\nenvironment: not in the log");
		return;
	}
	if (!s->from) {
		const char *at = s->env->data, *end = at + s->env->size;

		puts("\nenvironment");
		for (; at < end; at += strlen(at) + 1)
			print_entry(' ', at);
		return;
	}
	diff = env_diff(s->from, s->env);
	printf("\nenvironment, against that of %s%s\n", words_id(&s->model, s->before),
		diff.count || diff.reordered ? "" : ": the same");
	for (i = 0; i < diff.count; i++) {
		if (diff.changes[i].before)
			print_entry('-', diff.changes[i].before);
		if (diff.changes[i].after)
			print_entry('+', diff.changes[i].after);
	}
	if (diff.reordered)
		puts("  in another order");
	free(diff.changes);
}

static void json_exec(const struct show *s)
{
	const struct exec *exec = s->exec;

	json_int("seq", exec->seq);
	json_known("image", exec->image);
	json_bool("success", exec->success);
	if (exec->attached)
		json_bool("attached", true);
	json_text("errno", exec->error);
	json_text("path", exec->path);
	json_text("exe", exec->exe);
	json_text("cwd", exec->cwd);
	if (exec->has_argv)
		json_strings("argv", exec->argv->data, exec->argv->size);
	json_responses(exec->responses);
	json_seconds("wall", exec->wall_us);
	if (s->env)
		json_strings("env", s->env->data, s->env->size);
}

static void json_changes(const struct show *s)
{
	struct env_diff diff;
	size_t i;

	if (!s->env || !s->from)
		return;
	diff = env_diff(s->from, s->env);
	json_open("env_changes", '[');
	for (i = 0; i < diff.count; i++) {
		const struct env_change *change = &diff.changes[i];

		json_open(NULL, '{');
		if (change->before)
			json_text("before", intern(change->before, strlen(change->before)));
		if (change->after)
			json_text("after", intern(change->after, strlen(change->after)));
		json_close('}');
	}
	json_close(']');
	json_bool("env_reordered", diff.reordered);
	free(diff.changes);
}

static void print_json(const struct show *s)
{
	const struct process *p = s->process;
	const struct exec *exec;

	json_open(NULL, '{');
	json_int("log", p->log->number);
	json_int("proc", p->proc);
	json_known("pid", p->pid);
	if (s->exec)
		json_exec(s);
	json_changes(s);
	json_seconds("begin", p->begin_us);
	json_seconds("end", p->end_us);
	json_known("exit_code", p->exit_code);
	json_text("signal", p->signal);
	json_seconds("cpu", p->cpu_us);
	json_known("maxrss_kb", p->maxrss_kb);
	json_open("ancestry", '[');
	for (exec = s->before; exec; exec = program_before(exec->process, exec))
		json_string(NULL, words_id(&s->model, exec));
	json_close(']');
	json_open("children", '[');
	for (p = p->first_child; p; p = p->next_sibling)
		json_int(NULL, p->proc);
	json_close(']');
	json_close('}');
	json_line();
}

static void print_all(const struct show *s)
{
	if (s->exec)
		print_command(s);
	print_process(s);
	print_ancestry(s);
	if (s->exec) {
		print_responses(s->exec->responses);
		print_env(s);
	}
	print_children(s);
}

static int run(const struct options *options)
{
	struct show s = {.options = options};
	char **files = options->files + 1;
	int status;

	if (!*files)
		errx(STATUS_USAGE, "an ID and a log are needed (see 'procreport show --help')");
	fetch_prepare(files);
	model_read(&s.model, files, response_keep, NULL);
	s.process = model_named(&s.model, options->files[0], &s.exec);
	if (s.exec) {
		s.before = program_before(s.process, s.exec);
		s.env = fetch_env(files, s.exec);
		s.from = s.before ? fetch_env(files, s.before) : NULL;
	} else {
		s.before = words_program(s.process);
	}
	status = s.model.unreadable ? STATUS_FAILED : STATUS_OK;
	if (options->sh && !s.exec)
		errx(STATUS_FAILED, "this process has run no program");
	if (options->sh)
		script_print(s.exec, s.env);
	else if (options->json)
		print_json(&s);
	else
		print_all(&s);
	model_free(&s.model);
	return output_end(status);
}

const struct command cmd_show = {
	.name = "show",
	.operands = "ID LOG...",
	.summary = "One exec whole, or a script that runs it again",
	.options = "|json|sh|utc|",
	.help = "An ID is [LOG:]PROC[.IMAGE] or [LOG:]@SEQ, as tree prints it.\n",
	.run = run,
};
