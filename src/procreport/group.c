/* SPDX-License-Identifier: ISC */
#include "group.h"

#include "memory.h"

#include <stdlib.h>

static struct group **slot_of(const struct groups *groups, uint64_t key)
{
	size_t i = key & (groups->cap - 1);

	while (groups->slots[i] && groups->slots[i]->key != key)
		i = (i + 1) & (groups->cap - 1);
	return &groups->slots[i];
}

static void grow(struct groups *groups)
{
	struct groups old = *groups;
	size_t i;

	groups->cap = old.cap ? 2 * old.cap : 256;
	groups->slots = allocated(calloc(groups->cap, sizeof(void *)), "cannot sum up");
	for (i = 0; i < old.cap; i++)
		if (old.slots[i])
			*slot_of(groups, old.slots[i]->key) = old.slots[i];
	free(old.slots);
}

struct group *group_of(struct groups *groups, uint64_t key, const struct exec *exec)
{
	struct group **slot;

	if (groups->count * 2 >= groups->cap)
		grow(groups);
	slot = slot_of(groups, key);
	if (!*slot) {
		*slot = permanent(sizeof(**slot));
		(*slot)->first = exec;
		(*slot)->key = key;
		groups->count++;
	}
	return *slot;
}

void group_add(struct group *group, const struct exec *exec)
{
	group->count++;
	if (exec->wall_us > 0)
		group->wall_us += exec->wall_us;
	if (exec->process->image == exec && exec->process->cpu_us > 0)
		group->cpu_us += exec->process->cpu_us;
}

void groups_free(struct groups *groups)
{
	free(groups->slots);
	*groups = (struct groups){0};
}

static int compare(int64_t a, int64_t b, const struct group *left, const struct group *right)
{
	if (a != b)
		return a > b ? -1 : 1;
	return left->first->number < right->first->number ? -1 : 1;
}

#define ORDER(name, field)                                                                         \
	int name(const void *left, const void *right)                                              \
	{                                                                                          \
		const struct group *a = *(struct group *const *)left;                              \
		const struct group *b = *(struct group *const *)right;                             \
                                                                                                   \
		return compare((int64_t)a->field, (int64_t)b->field, a, b);                        \
	}
ORDER(group_by_count, count)
ORDER(group_by_wall, wall_us)
ORDER(group_by_cpu, cpu_us)

struct group **groups_sorted(const struct groups *groups, group_order *order)
{
	struct group **list = allocated(calloc(groups->count + 1, sizeof(void *)), "cannot sum up");
	size_t i, n = 0;

	for (i = 0; i < groups->cap; i++)
		if (groups->slots[i])
			list[n++] = groups->slots[i];
	qsort(list, n, sizeof(void *), order);
	return list;
}
