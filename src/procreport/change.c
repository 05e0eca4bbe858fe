/* SPDX-License-Identifier: ISC */
#include "change.h"

#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An argument, and where it stands. */
struct argument {
	const char *text;
	size_t index;
	bool single; /* the other command has none that is the same */
};

struct arguments {
	struct argument *list;
	size_t count;
};

/* --- Arguments ------------------------------------------------------------------------ */

static int by_text(const void *left, const void *right)
{
	const struct argument *a = left, *b = right;
	int order = strcmp(a->text, b->text);

	return order ? order : a->index < b->index ? -1 : 1;
}

static int by_index(const void *left, const void *right)
{
	const struct argument *a = left, *b = right;

	return a->index < b->index ? -1 : 1;
}

/* Those of a key, sorted. */
static struct arguments arguments_of(const struct text *key)
{
	const char *s = key->data, *end = key->data + key->size;
	struct arguments arguments;
	size_t i, count = 0;

	for (i = 0; i < key->size; i++)
		count += key->data[i] == '\0';
	arguments.list = allocated(calloc(count + 1, sizeof(*arguments.list)), "cannot compare");
	arguments.count = 0;
	s += strlen(s) + 1; /* the program */
	for (s += strlen(s) + 1; s < end; s += strlen(s) + 1) {
		i = arguments.count++;
		arguments.list[i] = (struct argument){s, i, true};
	}
	qsort(arguments.list, arguments.count, sizeof(*arguments.list), by_text);
	return arguments;
}

static void find_singles(struct arguments *a, struct arguments *b)
{
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		int order = strcmp(a->list[i].text, b->list[j].text);

		if (order < 0)
			i++;
		else if (order > 0)
			j++;
		else
			a->list[i++].single = b->list[j++].single = false;
	}
}

/* Those that the other has not, in their order. */
static const struct text *singles_of(struct arguments *arguments)
{
	static struct bytes bytes;
	size_t i;

	bytes.size = 0;
	qsort(arguments->list, arguments->count, sizeof(*arguments->list), by_index);
	for (i = 0; i < arguments->count; i++)
		if (arguments->list[i].single)
			bytes_string(&bytes, arguments->list[i].text);
	return intern(bytes.size ? bytes.data : "", bytes.size);
}

static bool is_same_rest(const struct text *a, const struct text *b)
{
	size_t x = strlen(a->data), y = strlen(b->data);

	return a->size - x == b->size - y && memcmp(a->data + x, b->data + y, a->size - x) == 0;
}

static struct change change_of(const struct match *match)
{
	const struct run *first[2] = {match->units[0].list[0], match->units[1].list[0]};
	struct arguments a = arguments_of(first[0]->key), b = arguments_of(first[1]->key);
	struct change change = {
		.first = {first[0], first[1]},
		.count = match->units[0].count > match->units[1].count ? match->units[0].count
								       : match->units[1].count,
	};

	find_singles(&a, &b);
	change.removed = singles_of(&a);
	change.added = singles_of(&b);
	change.reordered = !change.removed->size && !change.added->size &&
			   !is_same_rest(first[0]->key, first[1]->key);
	free(a.list);
	free(b.list);
	return change;
}

/* --- The same change in several commands ---------------------------------------------- */

static int compare_changes(const struct change *a, const struct change *b)
{
	int i;

	for (i = 0; i < 2; i++)
		if (a->first[i]->program != b->first[i]->program)
			return a->first[i]->program < b->first[i]->program ? -1 : 1;
	if (a->removed != b->removed)
		return a->removed < b->removed ? -1 : 1;
	if (a->added != b->added)
		return a->added < b->added ? -1 : 1;
	return (int)a->reordered - (int)b->reordered;
}

static int by_number(const struct change *a, const struct change *b)
{
	return a->first[1]->exec->number < b->first[1]->exec->number ? -1 : 1;
}

static int by_change(const void *left, const void *right)
{
	int order = compare_changes(left, right);

	return order ? order : by_number(left, right);
}

static int by_count(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return by_number(a, b);
}

struct changes changes_find(const struct align *align)
{
	struct changes changes = {0};
	size_t i, count = 0;

	for (i = 0; i < align->count; i++)
		count += align->matches[i].changed;
	changes.list = allocated(calloc(count + 1, sizeof(*changes.list)), "cannot compare");
	count = 0;
	for (i = 0; i < align->count; i++)
		if (align->matches[i].changed)
			changes.list[count++] = change_of(&align->matches[i]);
	qsort(changes.list, count, sizeof(*changes.list), by_change);
	for (i = 0; i < count; i++) {
		struct change *change = &changes.list[i];

		if (changes.count && compare_changes(change, &changes.list[changes.count - 1]) == 0)
			changes.list[changes.count - 1].count += change->count;
		else
			changes.list[changes.count++] = *change;
	}
	qsort(changes.list, changes.count, sizeof(*changes.list), by_count);
	return changes;
}

/* --- Ends ------------------------------------------------------------------------------- */

static int by_status(const void *left, const void *right)
{
	const struct text *a = *(const struct text *const *)left;
	const struct text *b = *(const struct text *const *)right;

	return a == b ? 0 : strcmp(a->data, b->data);
}

static void add_status(struct bytes *bytes, const struct text *status, size_t count)
{
	char number[32];

	if (bytes->size)
		bytes_text(bytes, ", ");
	if (count > 1) {
		snprintf(number, sizeof(number), "%zu x ", count);
		bytes_text(bytes, number);
	}
	bytes_text(bytes, status->size ? status->data : "exec");
}

const struct text *change_status(const struct unit *unit, bool with_counts)
{
	static struct bytes bytes;
	const struct text **list;
	size_t i, at, count;

	if (unit->count == 1 && unit->list[0]->status->size)
		return unit->list[0]->status;
	list = allocated(calloc(unit->count, sizeof(void *)), "cannot compare");
	for (i = 0; i < unit->count; i++)
		list[i] = unit->list[i]->status;
	qsort(list, unit->count, sizeof(void *), by_status);
	bytes.size = 0;
	for (at = 0; at < unit->count; at += count) {
		for (count = 1; at + count < unit->count && list[at + count] == list[at];)
			count++;
		add_status(&bytes, list[at], with_counts ? count : 1);
	}
	free(list);
	return intern(bytes.data, bytes.size);
}
