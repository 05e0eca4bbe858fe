/* SPDX-License-Identifier: ISC */
#include "fold.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

static bool same_exec(const struct exec *a, const struct exec *b)
{
	/* Texts are kept once. */
	return a->argv == b->argv && a->exe == b->exe && a->path == b->path && a->cwd == b->cwd &&
	       a->error == b->error && a->success == b->success && a->has_argv == b->has_argv;
}

/* Whether two processes ran the same and ended alike. */
static bool same_process(const struct process *a, const struct process *b)
{
	const struct exec *x = a->first_exec, *y = b->first_exec;

	if (a->exit_code != b->exit_code || a->signal != b->signal || a->detached != b->detached ||
		(a->end_us < 0) != (b->end_us < 0))
		return false;
	for (; x && y; x = x->next, y = y->next)
		if (!same_exec(x, y))
			return false;
	return !x && !y;
}

/* The same for all that came from them. A hash can be forged, so that this has the
 * last word. */
static bool same_tree(struct process *a, struct process *b)
{
	struct process *x = a, *y = b;
	unsigned x_depth = 0, y_depth = 0;

	while (x && y) {
		if (x_depth != y_depth || !same_process(x, y))
			return false;
		x = model_walk(x, a, &x_depth);
		y = model_walk(y, b, &y_depth);
	}
	return !x && !y;
}

static uint64_t hash_process(const struct process *process)
{
	uint64_t hash = hash_bytes(HASH_START, &process->exit_code, sizeof(process->exit_code));
	const struct exec *exec;

	for (exec = process->first_exec; exec; exec = exec->next)
		hash = hash_bytes(hash, &exec->argv->hash, sizeof(exec->argv->hash));
	return hash;
}

/* Of each process and what came from it. */
static uint64_t *hash_trees(const struct model *model)
{
	uint64_t *hashes = allocated(
		calloc(model->process_count + 1, sizeof(*hashes)), "cannot fold the tree");
	unsigned i;

	/* Children stand behind their parents: they are done first. */
	for (i = model->process_count; i-- > 0;) {
		const struct process *process = model->processes[i];
		uint64_t own = hash_process(process);

		hashes[i] = hash_bytes(hashes[i], &own, sizeof(own));
		if (process->parent) {
			uint64_t *above = &hashes[process->parent->number];

			*above = hash_bytes(*above, &hashes[i], sizeof(hashes[i]));
		}
	}
	return hashes;
}

/* The place of a parent's children of one hash, in a table of open addresses. */
static uint32_t *slot_of(uint32_t *slots, size_t cap, const struct model *model,
	const uint64_t *hashes, const struct process *process)
{
	const struct process *parent = process->parent;
	uint64_t above = parent ? parent->number : UINT64_MAX;
	uint64_t hash = hash_bytes(hashes[process->number], &above, sizeof(above));
	size_t i = hash & (cap - 1);

	while (slots[i] && (hashes[slots[i] - 1] != hashes[process->number] ||
				   model->processes[slots[i] - 1]->parent != parent))
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

struct fold *fold_find(const struct model *model)
{
	struct fold *folds =
		allocated(calloc(model->process_count + 1, sizeof(*folds)), "cannot fold the tree");
	uint64_t *hashes = hash_trees(model);
	size_t cap = 16;
	uint32_t *slots;
	unsigned i;

	while (cap < 2 * (size_t)model->process_count)
		cap *= 2;
	slots = allocated(calloc(cap, sizeof(*slots)), "cannot fold the tree");
	for (i = 0; i < model->process_count; i++) {
		struct process *process = model->processes[i];
		int64_t wall = process->end_us < 0 ? 0 : process->end_us - process->begin_us;
		uint32_t *slot = slot_of(slots, cap, model, hashes, process);
		unsigned first = *slot ? *slot - 1 : i;

		if (!process->parent ||
			(first != i && !same_tree(model->processes[first], process)))
			first = i;
		else if (!*slot)
			*slot = i + 1;
		folds[first].count++;
		folds[first].wall_us += wall;
	}
	free(slots);
	free(hashes);
	return folds;
}
