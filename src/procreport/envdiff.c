/* SPDX-License-Identifier: ISC */
#include "envdiff.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	const char *text;
	size_t name_size;
	size_t index;		    /* in its environment */
	const struct entry *before; /* the same variable there; NULL: none */
};

static int compare_names(const struct entry *a, const struct entry *b)
{
	size_t size = a->name_size < b->name_size ? a->name_size : b->name_size;
	int order = memcmp(a->text, b->text, size);

	if (order)
		return order;
	return a->name_size < b->name_size ? -1 : a->name_size > b->name_size;
}

static int by_name(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = compare_names(a, b);

	return order ? order : a->index < b->index ? -1 : 1;
}

static int by_index(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	return a->index < b->index ? -1 : 1;
}

static struct entry *entries_of(const struct text *env, size_t *count)
{
	struct entry *entries =
		allocated(calloc(env->size + 1, sizeof(*entries)), "cannot compare environments");
	const char *s, *end = env->data + env->size;
	size_t n = 0;

	for (s = env->data; s < end; s += strlen(s) + 1) {
		entries[n] = (struct entry){.text = s, .name_size = strcspn(s, "="), .index = n};
		n++;
	}
	qsort(entries, n, sizeof(*entries), by_name);
	*count = n;
	return entries;
}

static void add(struct env_diff *diff, const char *before, const char *after)
{
	diff->changes[diff->count++] = (struct env_change){before, after};
}

/* Whether those that have one before come in another order. */
static bool is_reordered(struct entry *entries, size_t count)
{
	const struct entry *last = NULL;
	size_t i;

	qsort(entries, count, sizeof(*entries), by_index);
	for (i = 0; i < count; i++) {
		if (entries[i].before && last && last->before->index > entries[i].before->index)
			return true;
		if (entries[i].before)
			last = &entries[i];
	}
	return false;
}

struct env_diff env_diff(const struct text *before, const struct text *after)
{
	size_t old_count, new_count, i = 0, j = 0;
	struct entry *old = entries_of(before, &old_count), *new = entries_of(after, &new_count);
	struct env_diff diff = {
		.changes = allocated(calloc(old_count + new_count + 1, sizeof(*diff.changes)),
			"cannot compare environments")};

	while (i < old_count || j < new_count) {
		int order = i == old_count   ? 1
			    : j == new_count ? -1
					     : compare_names(&old[i], &new[j]);

		if (order < 0) {
			add(&diff, old[i++].text, NULL);
		} else if (order > 0) {
			add(&diff, NULL, new[j++].text);
		} else {
			if (strcmp(old[i].text, new[j].text) != 0)
				add(&diff, old[i].text, new[j].text);
			new[j++].before = &old[i++];
		}
	}
	diff.reordered = is_reordered(new, new_count);
	free(old);
	free(new);
	return diff;
}
