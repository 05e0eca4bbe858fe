/* SPDX-License-Identifier: ISC */
#include "pids.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>

/* Smaller ones are rather versions, levels or sizes. */
#define LEAST 100

static int by_pid(const void *left, const void *right)
{
	const struct pid *a = left, *b = right;

	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

void pids_begin(struct pids *pids, const struct model *model)
{
	unsigned i;

	pids->count = 0;
	pids->list =
		calloc((size_t)model->process_count + model->log_count + 1, sizeof(*pids->list));
	if (!pids->list)
		errc(STATUS_FAILED, ENOMEM, "cannot compare");
	for (i = 0; i < model->process_count; i++)
		if (model->processes[i]->pid >= LEAST)
			pids->list[pids->count++] =
				(struct pid){model->processes[i]->pid, model->processes[i]};
	for (i = 0; i < model->log_count; i++)
		if (model->logs[i]->tracer_pid >= LEAST)
			pids->list[pids->count++] = (struct pid){model->logs[i]->tracer_pid, NULL};
	qsort(pids->list, pids->count, sizeof(*pids->list), by_pid);
}

void pids_free(struct pids *pids)
{
	free(pids->list);
}

/* Whether it is this process, one above it, or a child of one of these; procaudit itself,
 * NULL, is above all of them. */
static bool is_related(const struct process *process, const struct process *other)
{
	for (; process && other; process = process->parent)
		if (process == other || process == other->parent)
			return true;
	return !other;
}

static bool is_known(const struct pids *pids, const struct process *process, int64_t pid)
{
	size_t low = 0, high = pids->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pids->list[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < pids->count && pids->list[low].pid == pid; low++)
		if (is_related(process, pids->list[low].process))
			return true;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void pids_leave_out(const struct pids *pids, const struct exec *exec, struct bytes *out,
	const char *data, size_t size)
{
	size_t at = 0, end, from = 0;
	int64_t number;

	for (; at < size; at = end) {
		end = at + 1;
		if (!is_digit(data[at]))
			continue;
		for (number = data[at] - '0'; end < size && is_digit(data[end]); end++)
			if (number < INT32_MAX)
				number = number * 10 + (data[end] - '0');
		if (number > INT32_MAX || !is_known(pids, exec->process, number))
			continue;
		bytes_add(out, data + from, at - from);
		bytes_text(out, PIDS_NAME);
		from = end;
	}
	bytes_add(out, data + from, size - from);
}
