/* SPDX-License-Identifier: ISC */
#include "path.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct steps {
	struct step *list;
	size_t count, cap;
};

static void add(struct steps *steps, const struct process *process, int64_t from, int64_t to)
{
	if (from >= to)
		return;
	if (steps->count == steps->cap) {
		steps->cap = steps->cap ? 2 * steps->cap : 64;
		steps->list = reallocarray(steps->list, steps->cap, sizeof(*steps->list));
		if (!steps->list)
			errc(STATUS_FAILED, ENOMEM, "cannot find the critical path");
	}
	steps->list[steps->count++] = (struct step){process, from, to};
}

static int by_end(const void *left, const void *right)
{
	const struct process *a = *(struct process *const *)left;
	const struct process *b = *(struct process *const *)right;

	if (a->end_us != b->end_us)
		return a->end_us > b->end_us ? -1 : 1;
	return a->number > b->number ? -1 : 1;
}

/* Children that have ended, the last one first; ended by NULL. */
static const struct process **children_of(const struct process *process)
{
	const struct process *child, **list;
	size_t count = 0;

	for (child = process->first_child; child; child = child->next_sibling)
		count++;
	list = calloc(count + 1, sizeof(void *));
	if (!list)
		errc(STATUS_FAILED, ENOMEM, "cannot find the critical path");
	count = 0;
	for (child = process->first_child; child; child = child->next_sibling)
		if (child->end_us >= 0)
			list[count++] = child;
	qsort(list, count, sizeof(void *), by_end);
	return list;
}

/* A process on the path, and how far back in its life the path has been found. */
struct level {
	const struct process *process, **children, **next;
	int64_t until, begin;
	struct level *above;
};

static struct level *enter(struct level *above, const struct process *process, int64_t until)
{
	struct level *level = malloc(sizeof(*level));

	if (!level)
		errc(STATUS_FAILED, ENOMEM, "cannot find the critical path");
	*level = (struct level){.process = process, .until = until, .above = above};
	level->children = level->next = children_of(process);
	level->begin = process->begin_us < until ? process->begin_us : until;
	return level;
}

static struct level *leave(struct level *level)
{
	struct level *above = level->above;

	if (above && level->begin < above->until)
		above->until = level->begin;
	free(level->children);
	free(level);
	return above;
}

/* Back from the end: what a process waited for last is the child that ended last
 * before; what that one waited for …, and on from its beginning. */
static void walk(struct steps *steps, const struct process *root)
{
	struct level *level = enter(NULL, root, root->end_us);

	while (level) {
		const struct process *child = *level->next;

		if (!child || child->end_us <= level->begin) {
			add(steps, level->process, level->begin, level->until);
			level = leave(level);
			continue;
		}
		level->next++;
		if (child->end_us > level->until)
			continue;
		add(steps, level->process, child->end_us, level->until);
		level->until = child->end_us;
		level = enter(level, child, child->end_us);
	}
}

struct step *path_find(const struct process *root, size_t *count)
{
	struct steps steps = {0};
	size_t i;

	walk(&steps, root);
	for (i = 0; i < steps.count / 2; i++) {
		struct step step = steps.list[i];

		steps.list[i] = steps.list[steps.count - 1 - i];
		steps.list[steps.count - 1 - i] = step;
	}
	*count = steps.count;
	return steps.list;
}
