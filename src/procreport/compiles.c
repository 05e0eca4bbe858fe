/* SPDX-License-Identifier: ISC */
#include "compiles.h"

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

/* Of a process, what its children inherit. */
struct life {
	int64_t compiler_us;   /* since then it is a compiler, or below one */
	int64_t configure_us;  /* since then it is configure, or below it */
	struct script *script; /* the innermost and latest */
};

struct search {
	struct compiles *compiles;
	struct life *lives; /* by the number of the process */
};

static void *grown(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	array = reallocarray(array, count ? 2 * count : 1, size);
	if (!array)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the compilers");
	return array;
}

static void add(struct search *search, const struct exec *exec, const struct compile *compile,
	struct script *script, bool probe)
{
	struct compiles *compiles = search->compiles;
	size_t count = compiles->count++;

	compiles->list = grown(compiles->list, count, sizeof(*compiles->list));
	compiles->list[count] = (struct compiler){exec, *compile, probe, script};
}

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

static void look_at(struct search *search, struct life *life, const struct exec *exec)
{
	bool probe = exec->mono_us >= life->configure_us, is_script;
	struct script *script = NULL;
	struct compile compile;

	if (!exec->success || exec->mono_us >= life->compiler_us)
		return;
	if (!probe && probe_begins(exec))
		life->configure_us = exec->mono_us;
	if (!unwrap(exec, &compile, &is_script))
		return;
	response_expand(&compile, exec);
	compile_parse(&compile);
	if (!is_script)
		life->compiler_us = exec->mono_us;
	if (compile.sources == 0) {
		if (compile.responses && compile.mode != COMPILE_LINK &&
			compile.mode < COMPILE_QUERY)
			search->compiles->lost++;
		compile_free(&compile);
		return;
	}
	mark_real(life->script);
	if (is_script)
		life->script = script = new_script(life->script, exec->mono_us);
	add(search, exec, &compile, script, probe);
}

/* What a process is from its birth. */
static struct life inherit(const struct search *search, const struct process *process)
{
	struct life life = {.compiler_us = NEVER, .configure_us = NEVER};
	const struct life *parent;

	if (!process->parent)
		return life;
	parent = &search->lives[process->parent->number];
	if (parent->compiler_us <= process->begin_us)
		life.compiler_us = process->begin_us;
	if (parent->configure_us <= process->begin_us)
		life.configure_us = process->begin_us;
	life.script = parent->script;
	while (life.script && life.script->since_us > process->begin_us)
		life.script = life.script->outer;
	return life;
}

/* Takes away scripts in which a compiler ran. */
static void drop_scripts(struct compiles *compiles)
{
	size_t i, kept = 0;

	for (i = 0; i < compiles->count; i++) {
		struct compiler *compiler = &compiles->list[i];

		if (compiler->script && compiler->script->real)
			compile_free(&compiler->compile);
		else
			compiles->list[kept++] = *compiler;
	}
	compiles->count = kept;
}

static int compare(const void *left, const void *right)
{
	uint32_t a = ((const struct compiler *)left)->exec->number;
	uint32_t b = ((const struct compiler *)right)->exec->number;

	return a < b ? -1 : a > b;
}

void compiles_find(struct compiles *compiles, const struct model *model)
{
	struct search search = {.compiles = compiles};
	unsigned i;

	*compiles = (struct compiles){0};
	search.lives = calloc((size_t)model->process_count + 1, sizeof(*search.lives));
	if (!search.lives)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the processes");
	/* Parents come before their children. */
	for (i = 0; i < model->process_count; i++) {
		const struct process *process = model->processes[i];
		const struct exec *exec;

		search.lives[i] = inherit(&search, process);
		for (exec = process->first_exec; exec; exec = exec->next)
			look_at(&search, &search.lives[i], exec);
	}
	drop_scripts(compiles);
	if (compiles->count)
		qsort(compiles->list, compiles->count, sizeof(*compiles->list), compare);
	free(search.lives);
}

void compiles_free(struct compiles *compiles)
{
	size_t i;

	for (i = 0; i < compiles->count; i++)
		compile_free(&compiles->list[i].compile);
	free(compiles->list);
	*compiles = (struct compiles){0};
}
