/* SPDX-License-Identifier: ISC */
#include "lists.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a browser can hold: strings of all lists, and bytes of all strings. */
#define ITEMS_MOST ((size_t)16 * 1000 * 1000)
#define BYTES_MOST ((uint64_t)112 * 1024 * 1024)

struct list_place {
	uint64_t hash;
	size_t start, count; /* in items */
};

static void *grown(void *array, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return array;
	*cap = 2 * need + 256;
	array = reallocarray(array, *cap, size);
	if (!array)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the page");
	return array;
}

void lists_init(struct lists *lists)
{
	*lists = (struct lists){0};
	lists_string(lists, intern("", 0));
}

void lists_free(struct lists *lists)
{
	size_t i;

	for (i = 0; i < lists->string_count; i++)
		lists->strings[i]->uses = 0;
	free(lists->strings);
	free(lists->items);
	free(lists->places);
	free(lists->slots);
	free(lists->position);
	bytes_free(&lists->json);
}

uint32_t lists_string(struct lists *lists, const struct text *text)
{
	/* Its bytes are shared, its uses are there to be counted. */
	struct text *own;

	if (!text)
		return 0;
	if (text->uses)
		return text->uses - 1;
	own = intern(text->data, text->size);
	lists->strings =
		grown(lists->strings, &lists->string_cap, lists->string_count + 1, sizeof(void *));
	lists->strings[lists->string_count++] = own;
	lists->string_bytes += own->size;
	own->uses = (uint32_t)lists->string_count;
	return own->uses - 1;
}

/* --- One list ----------------------------------------------------------------- */

static const uint32_t *items_of(const struct lists *lists, int64_t number)
{
	return lists->items + lists->places[number].start;
}

static void write_number(struct lists *lists, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), ",%" PRId64, number);
	bytes_text(&lists->json, text);
}

/* Where the strings of the base are. */
static void learn(struct lists *lists, int64_t base, bool forget)
{
	size_t old = lists->position_count, i;

	lists->position = grown(lists->position, &lists->position_count, lists->string_count,
		sizeof(*lists->position));
	memset(lists->position + old, 0, (lists->position_count - old) * sizeof(uint32_t));
	if (base < 0)
		return;
	for (i = lists->places[base].count; i-- > 0;)
		lists->position[items_of(lists, base)[i]] = forget ? 0 : (uint32_t)i + 1;
}

/* How many items from here on are those of the base from a place on. */
static size_t run_length(const struct lists *lists, const struct list_place *list, size_t at,
	int64_t base, size_t from)
{
	size_t n = 0;

	while (at + n < list->count && from + n < lists->places[base].count &&
		lists->items[list->start + at + n] == items_of(lists, base)[from + n])
		n++;
	return n;
}

static void write_list(struct lists *lists, const struct list_place *list, int64_t base)
{
	char text[24];
	size_t i = 0;

	learn(lists, base, false);
	snprintf(text, sizeof(text), "%s[%" PRId64, lists->json.size ? "," : "", base + 1);
	bytes_text(&lists->json, text);
	while (i < list->count) {
		uint32_t item = lists->items[list->start + i], from = lists->position[item];
		size_t run = from ? run_length(lists, list, i, base, from - 1) : 0;

		if (run > 1) {
			write_number(lists, -(int64_t)from);
			write_number(lists, (int64_t)run);
			i += run;
		} else {
			write_number(lists, item);
			i++;
		}
	}
	bytes_text(&lists->json, "]");
	learn(lists, base, true);
}

/* --- All of them -------------------------------------------------------------- */

static bool is_list(const struct lists *lists, uint32_t number, const struct list_place *list)
{
	const struct list_place *other = &lists->places[number];

	return other->hash == list->hash && other->count == list->count &&
	       memcmp(lists->items + other->start, lists->items + list->start,
		       list->count * sizeof(uint32_t)) == 0;
}

static uint32_t *slot_of(struct lists *lists, const struct list_place *list)
{
	size_t i = list->hash & (lists->slot_count - 1);

	while (lists->slots[i] && !is_list(lists, lists->slots[i] - 1, list))
		i = (i + 1) & (lists->slot_count - 1);
	return &lists->slots[i];
}

static void make_slots(struct lists *lists)
{
	size_t i;

	if (lists->count * 2 < lists->slot_count)
		return;
	lists->slot_count = lists->slot_count ? 2 * lists->slot_count : 1024;
	free(lists->slots);
	lists->slots = calloc(lists->slot_count, sizeof(*lists->slots));
	if (!lists->slots)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the page");
	for (i = 0; i < lists->count; i++)
		*slot_of(lists, &lists->places[i]) = (uint32_t)i + 1;
}

/* Puts the strings behind all items; false if there is no room. */
static bool add_items(struct lists *lists, struct list_place *list, const char *data, size_t size)
{
	const char *s, *end = data + size;
	size_t used = lists->item_count;

	*list = (struct list_place){.start = used};
	if (lists->string_bytes + size > BYTES_MOST)
		return false;
	for (s = data; s < end; s += strlen(s) + 1) {
		if (used == ITEMS_MOST)
			return false;
		lists->items =
			grown(lists->items, &lists->item_cap, used + 1, sizeof(*lists->items));
		lists->items[used++] = lists_string(lists, intern(s, strlen(s)));
	}
	list->count = used - list->start;
	list->hash =
		hash_bytes(HASH_START, lists->items + list->start, list->count * sizeof(uint32_t));
	return true;
}

int64_t lists_add(struct lists *lists, const char *data, size_t size, int64_t base)
{
	struct list_place list;
	uint32_t *slot;

	make_slots(lists);
	lists->items = grown(lists->items, &lists->item_cap, 1, sizeof(*lists->items));
	if (!add_items(lists, &list, data, size))
		return -1;
	slot = slot_of(lists, &list);
	if (*slot)
		return (int64_t)*slot - 1;
	write_list(lists, &list, base);
	lists->item_count += list.count;
	lists->places = grown(lists->places, &lists->cap, lists->count + 1, sizeof(list));
	lists->places[lists->count++] = list;
	*slot = (uint32_t)lists->count;
	return (int64_t)lists->count - 1;
}
