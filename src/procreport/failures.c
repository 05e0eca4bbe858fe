/* SPDX-License-Identifier: ISC */
#include "failures.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

static int by_path(const void *left, const void *right)
{
	const struct exec *a = *(struct exec *const *)left, *b = *(struct exec *const *)right;
	const char *a_path = a->path ? a->path->data : "", *b_path = b->path ? b->path->data : "";
	const char *a_error = a->error ? a->error->data : "",
		   *b_error = b->error ? b->error->data : "";
	int order = strcmp(a_path, b_path);

	if (!order)
		order = strcmp(a_error, b_error);
	return order ? order : a->number < b->number ? -1 : 1;
}

static bool is_same(const struct exec *a, const struct exec *b)
{
	return a->path == b->path && a->error == b->error;
}

static int by_count(const void *left, const void *right)
{
	const struct failure *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->first->number < b->first->number ? -1 : 1;
}

struct failure *failures_of(const struct model *model, bool misses, size_t *count, uint64_t *missed)
{
	struct exec **list =
		allocated(calloc(model->exec_count + 1, sizeof(void *)), "cannot sum up");
	struct failure *failures =
		allocated(calloc(model->exec_count + 1, sizeof(*failures)), "cannot sum up");
	size_t found = 0, i;

	*count = *missed = 0;
	for (i = 0; i < model->exec_count; i++) {
		struct exec *exec = model->execs[i];

		if (exec->success)
			continue;
		if (exec_is_miss(exec) && !misses)
			++*missed;
		else
			list[found++] = exec;
	}
	qsort(list, found, sizeof(void *), by_path);
	for (i = 0; i < found; i++) {
		if (*count == 0 || !is_same(failures[*count - 1].first, list[i]))
			failures[(*count)++].first = list[i];
		failures[*count - 1].count++;
	}
	qsort(failures, *count, sizeof(*failures), by_count);
	free(list);
	return failures;
}

/* Whether its end may be what its parent's end tells, too: it came before, in the time of
 * the parent's last program; and who was killed tells of one that was killed alike. */
static bool is_passed_on(const struct process *process)
{
	const struct process *parent = process->parent;

	if (!process->bad || parent->end_us < process->end_us)
		return false;
	if (parent->image && parent->image->mono_us > process->end_us)
		return false;
	return !parent->signal || parent->signal == process->signal;
}

/* When a process began the last thing: it did not mind what had failed until then. */
static int64_t last_begin(const struct process *process)
{
	const struct process *child;
	int64_t last = -1;

	for (child = process->first_child; child; child = child->next_sibling)
		if (child->begin_us > last)
			last = child->begin_us;
	return last;
}

/* Whether the end of a rather tells of the parent's than that of b. */
static bool is_before(const struct process *a, const struct process *b, int64_t last)
{
	if (b->end_us < last)
		return a->end_us >= b->end_us;
	return a->end_us >= last && a->end_us < b->end_us;
}

/* The child whose failure a process ended for. NULL: none. */
static const struct process *cause_below(const struct process *process)
{
	const struct process *child, *cause = NULL;
	int64_t last = last_begin(process);

	for (child = process->first_child; child; child = child->next_sibling)
		if (is_passed_on(child) && (!cause || is_before(child, cause, last)))
			cause = child;
	return cause;
}

const struct process *failures_cause(const struct model_log *log)
{
	const struct process *cause = NULL, *next = log->root;

	if (!next || !next->bad)
		return NULL;
	for (; next; next = cause_below(next))
		cause = next;
	return cause;
}
