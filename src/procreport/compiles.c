/* SPDX-License-Identifier: ISC */
#include "compiles.h"

#include "absolute.h"
#include "options.h"
#include "probe.h"
#include "response.h"
#include "unwrap.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NEVER INT64_MAX

/* A script that may run a compiler. */
struct script {
	struct script *outer; /* that it runs in; NULL: none */
	int64_t since_us;
	bool real; /* a compiler runs in it */
};

/* A command that is a compiler's, or configure's. */
struct call {
	struct call *next; /* of the process */
	struct compiler compiler;
	bool configure, compiles;
	bool wraps;		     /* it is a script that may run a compiler, */
	const struct script *script; /* this one; NULL: it is none */
	bool lost;		     /* its sources stand in response files that nobody knows */
	bool counts;		     /* it is given sources, and no compiler runs it */
};

/* Of a process, what its children inherit. */
struct life {
	struct call *first, *last;
	int64_t compiler_us;   /* since then it is a compiler, or below one */
	int64_t configure_us;  /* since then it is configure, or below it */
	struct script *script; /* the innermost and latest */
};

struct search {
	struct call **calls; /* in the order of the logs */
	size_t count;
	struct compiles *compiles;
	struct life *lives; /* by the number of the process */
};

static void *grown(void *array, size_t count)
{
	if (count & (count - 1))
		return array;
	array = reallocarray(array, count ? 2 * count : 1, sizeof(void *));
	if (!array)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the compilers");
	return array;
}

/* --- Commands ------------------------------------------------------------------- */

bool compiler_parse(struct compile *compile, const struct exec *exec, bool *script)
{
	if (!unwrap(exec, compile, script))
		return false;
	response_expand(compile, exec);
	compile_parse(compile);
	return true;
}

static void keep_sources(struct compiler *compiler, const struct compile *compile)
{
	const struct text *directory = compiler->exec->cwd;
	struct compiled *source;
	size_t i;

	compiler->count = compile->sources;
	if (!directory || compiler->count == 0)
		return;
	compiler->sources = source = permanent(compiler->count * sizeof(*source));
	for (i = 0; i < compile->argc; i++) {
		const char *output;

		if (!compile->source[i])
			continue;
		source->argument = i;
		source->file = absolute(directory, compile_source(compile, i));
		output = compile_output(compile, i);
		if (output)
			source->output = absolute(directory, output);
		source++;
	}
}

static void look_into(struct call *call, struct exec *exec)
{
	struct compiler *compiler = &call->compiler;
	struct compile compile;

	call->configure = probe_begins(exec);
	call->compiles = compiler_parse(&compile, exec, &call->wraps);
	if (!call->compiles)
		return;
	compiler->exec = exec;
	compiler->mode = compile.mode;
	keep_sources(compiler, &compile);
	call->lost = compiler->count == 0 && compile.responses && compile.mode != COMPILE_LINK &&
		     compile.mode < COMPILE_QUERY;
	compile_free(&compile);
}

/* While the arguments are there. */
static void on_record(void *context, const struct procaudit_record *record, struct exec *exec)
{
	struct search *search = context;
	struct responses responses;
	struct call call = {0};

	if (!exec || !exec->success)
		return;
	if (response_read(&responses, record))
		exec->responses = &responses;
	call.compiler.exec = exec;
	look_into(&call, exec);
	exec->responses = NULL;
	if (!call.configure && !call.compiles)
		return;
	search->calls = grown(search->calls, search->count);
	search->calls[search->count] = permanent(sizeof(call));
	*search->calls[search->count++] = call;
}

/* --- Which of them count ---------------------------------------------------------- */

static struct script *new_script(struct script *outer, int64_t since_us)
{
	struct script *script = permanent(sizeof(*script));

	script->outer = outer;
	script->since_us = since_us;
	return script;
}

/* All scripts that it runs in are no compilers themselves. */
static void mark_real(struct script *script)
{
	for (; script && !script->real; script = script->outer)
		script->real = true;
}

static void look_at(struct search *search, struct life *life, struct call *call)
{
	const struct exec *exec = call->compiler.exec;

	if (exec->mono_us >= life->compiler_us)
		return;
	call->compiler.probe = exec->mono_us >= life->configure_us;
	if (!call->compiler.probe && call->configure)
		life->configure_us = exec->mono_us;
	if (!call->compiles)
		return;
	if (!call->wraps)
		life->compiler_us = exec->mono_us;
	search->compiles->lost += call->lost;
	if (call->compiler.count == 0)
		return;
	mark_real(life->script);
	if (call->wraps)
		call->script = life->script = new_script(life->script, exec->mono_us);
	call->counts = true;
}

/* What a process is from its birth. */
static void inherit(const struct search *search, const struct process *process)
{
	struct life *life = &search->lives[process->number];
	const struct life *parent;

	life->compiler_us = life->configure_us = NEVER;
	if (!process->parent)
		return;
	parent = &search->lives[process->parent->number];
	if (parent->compiler_us <= process->begin_us)
		life->compiler_us = process->begin_us;
	if (parent->configure_us <= process->begin_us)
		life->configure_us = process->begin_us;
	life->script = parent->script;
	while (life->script && life->script->since_us > process->begin_us)
		life->script = life->script->outer;
}

static void sort_by_process(struct search *search)
{
	size_t i;

	for (i = 0; i < search->count; i++) {
		struct call *call = search->calls[i];
		struct life *life = &search->lives[call->compiler.exec->process->number];

		if (life->last)
			life->last->next = call;
		else
			life->first = call;
		life->last = call;
	}
}

static void choose(struct search *search, const struct model *model)
{
	struct call *call;
	unsigned i;

	search->lives = calloc((size_t)model->process_count + 1, sizeof(*search->lives));
	if (!search->lives)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the processes");
	sort_by_process(search);
	/* Parents come before their children. */
	for (i = 0; i < model->process_count; i++) {
		inherit(search, model->processes[i]);
		for (call = search->lives[i].first; call; call = call->next)
			look_at(search, &search->lives[i], call);
	}
	free(search->lives);
}

/* Not scripts in which a compiler ran. */
static void list(struct search *search)
{
	struct compiles *compiles = search->compiles;
	size_t i;

	for (i = 0; i < search->count; i++) {
		struct call *call = search->calls[i];

		if (!call->counts || (call->script && call->script->real))
			continue;
		compiles->list = grown(compiles->list, compiles->count);
		compiles->list[compiles->count++] = &call->compiler;
	}
}

void compiles_read(struct compiles *compiles, struct model *model, char *const *files)
{
	struct search search = {.compiles = compiles};

	*compiles = (struct compiles){0};
	model_read_lean(model, files, on_record, &search);
	choose(&search, model);
	list(&search);
	free(search.calls);
}

void compiles_free(struct compiles *compiles)
{
	free(compiles->list);
	*compiles = (struct compiles){0};
}
