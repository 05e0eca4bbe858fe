/* SPDX-License-Identifier: ISC */
/* One line per exec. */
#include "commands.h"
#include "environment.h"
#include "filter.h"
#include "jsonout.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "words.h"

#include <stdio.h>

/* As in a log, without what show tells. */
static void print_json(const struct exec *exec)
{
	const struct process *process = exec->process;

	json_open(NULL, '{');
	json_int("log", process->log->number);
	json_int("seq", exec->seq);
	json_seconds("at", exec->mono_us);
	json_known("pid", process->pid);
	json_int("proc", process->proc);
	json_known("image", exec->image);
	if (process->parent)
		json_int("parent", process->parent->proc);
	json_bool("success", exec->success);
	json_text("errno", exec->error);
	json_text("path", exec->path);
	json_text("exe", exec->exe);
	json_text("cwd", exec->cwd);
	if (exec->has_argv)
		json_strings("argv", exec->argv->data, exec->argv->size);
	json_seconds("wall", exec->wall_us);
	if (process->image == exec) {
		json_known("exit_code", process->exit_code);
		json_text("signal", process->signal);
		json_seconds("cpu", process->cpu_us);
	}
	json_close('}');
	json_line();
}

static void print_exec(const struct exec *exec, const struct options *options)
{
	if (options->json) {
		print_json(exec);
	} else if (options->null) {
		fwrite(exec->argv->data, 1, exec->argv->size, stdout);
		putchar('\0');
	} else {
		words_command(exec, 0);
		putchar('\n');
	}
}

static int run(const struct options *options)
{
	struct environment_match *match = environment_match_new(options->env);
	struct filter filter;
	struct model model;
	int status;
	unsigned i;

	filter_compile(&filter, options);
	model_read(&model, options->files, match ? environment_match_record : NULL, match);
	filter_resolve(&filter, &model);
	for (i = 0; i < model.exec_count; i++) {
		struct exec *exec = model.execs[i];

		if (!filter_passes(&filter, exec) || (match && !exec->selected))
			continue;
		print_exec(exec, options);
	}
	filter_free(&filter);
	status = model.unreadable ? STATUS_FAILED : STATUS_OK;
	model_free(&model);
	return output_end(status);
}

const struct command cmd_list = {
	.name = "list",
	.operands = "LOG...",
	.summary = "One line per exec, quoted for a shell",
	.options = "|cwd|env|failed|json|match|null|pid|program|since|under|until|utc|",
	.help = "Filters combine: what all of them let pass is printed.\n",
	.run = run,
};
