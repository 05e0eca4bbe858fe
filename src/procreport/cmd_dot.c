/* SPDX-License-Identifier: ISC */
/* The process tree as a graph, in the language of Graphviz. */
#include "commands.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "prune.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Characters of a command in a node, and of the one that is shown when it is pointed
 * at; programs of one process in a node. */
#define LABEL_MAX   60
#define TOOLTIP_MAX 2000
#define LINES_MAX   4

struct graph {
	const struct model *model;
	struct prune prune;
};

/* Part of a string: text is printable UTF-8. Graphviz reads what is between the
 * quotation marks three times: for the marks, for \N and the like, and for &amp; */
static void print_escaped(const char *text, unsigned most, const char *backslash)
{
	unsigned characters = 0;

	for (; *text; text++) {
		if ((*text & 0xc0) != 0x80 && characters++ == most) {
			fputs("\xe2\x80\xa6", stdout);
			return;
		}
		if (*text == '&')
			fputs("&amp;", stdout);
		else if (*text == '\\')
			fputs(backslash, stdout);
		else if (*text == '"')
			fputs("\\\"", stdout);
		else
			putchar(*text);
	}
}

static void print_text(const char *text, unsigned most)
{
	print_escaped(text, most, "\\\\");
}

/* Graphviz 2.43, and others, look for \N twice here. Those that do not show two
 * backslashes for one, which is better than an end of line for \n. */
static void print_tooltip(const char *text)
{
	print_escaped(text, TOOLTIP_MAX, "\\\\\\\\");
}

static const char *command_of(const struct exec *exec)
{
	if (exec->success && exec->has_argv && exec->argc > 0)
		return words_joined(exec->argv->data, exec->argv->size);
	return exec->path ? words_joined(exec->path->data, exec->path->size + 1) : "?";
}

static void print_name(const struct process *process)
{
	printf("p%u_%" PRId64, process->log->number, process->proc);
}

/* The commands of a process, one a line; of many the first ones and the last. */
static void print_commands(const struct process *process)
{
	const struct exec *exec, *program = words_program(process);
	unsigned line = 0;

	if (!process->image) {
		fputs("(fork", stdout);
		if (program) {
			fputs(" of ", stdout);
			print_text(words_joined(exec_name(program), strlen(exec_name(program)) + 1),
				LABEL_MAX);
		}
		fputs(")\\n", stdout);
		return;
	}
	for (exec = process->first_exec; exec; exec = exec->next) {
		if (!exec->success || (++line >= LINES_MAX && exec != process->image))
			continue;
		if (line > LINES_MAX)
			fputs("\xe2\x80\xa6\\n", stdout);
		print_text(command_of(exec), LABEL_MAX);
		fputs("\\n", stdout);
	}
}

static void print_facts(const struct graph *g, const struct process *process)
{
	uint32_t count = prune_count(&g->prune, process);
	int64_t wall = prune_wall(&g->prune, process);
	const char *end = words_end(process);

	fputs(words_process_id(g->model, process), stdout);
	if (count > 1)
		printf(", %" PRIu32 " times", count);
	if (wall >= 0)
		printf(", %.3f s", (double)wall / 1e6);
	if (*end)
		fputs(", ", stdout);
	print_text(end, LABEL_MAX);
}

static void print_failure(const struct exec *exec)
{
	printf("\tf%u_%" PRId64 " [label=\"", exec->process->log->number, exec->seq);
	print_text(command_of(exec), LABEL_MAX);
	printf("\\n@%" PRId64 ", ", exec->seq);
	print_text(exec->error ? exec->error->data : "failed", LABEL_MAX);
	fputs("\", color=red, style=dashed];\n\t", stdout);
	print_name(exec->process);
	printf(" -> f%u_%" PRId64 " [style=dashed];\n", exec->process->log->number, exec->seq);
}

static void visit(void *context, const struct process *process, unsigned depth)
{
	const struct graph *g = context;
	const struct exec *exec;

	putchar('\t');
	print_name(process);
	fputs(" [label=\"", stdout);
	print_commands(process);
	print_facts(g, process);
	putchar('"');
	if (process->image) {
		fputs(", tooltip=\"", stdout);
		print_tooltip(command_of(process->image));
		putchar('"');
	} else {
		fputs(", style=dashed", stdout);
	}
	puts(process->bad ? ", color=red];" : "];");
	if (depth > 0) {
		putchar('\t');
		print_name(process->parent);
		fputs(" -> ", stdout);
		print_name(process);
		puts(";");
	}
	for (exec = process->first_exec; exec && g->prune.options->failed; exec = exec->next)
		if (!exec->success)
			print_failure(exec);
}

static int run(const struct options *options)
{
	struct model model;
	struct graph g = {.model = &model};
	int status;

	prune_compile(&g.prune, options);
	model_read(&model, options->files, NULL, NULL);
	prune_resolve(&g.prune, &model);
	puts("digraph procreport {\n"
	     "\trankdir=LR;\n"
	     "\tnode [shape=box, fontname=\"monospace\", fontsize=10];");
	prune_walk(&g.prune, visit, &g);
	puts("}");
	prune_free(&g.prune);
	status = model.unreadable ? STATUS_FAILED : STATUS_OK;
	model_free(&model);
	return output_end(status);
}

const struct command cmd_dot = {
	.name = "dot",
	.operands = "LOG...",
	.summary = "The process tree as a graph, for Graphviz",
	.options = "|depth|failed|from|match|no-fold|",
	.run = run,
};
