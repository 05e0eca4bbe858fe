/* SPDX-License-Identifier: ISC */
#include "whole.h"

#include "parse.h"

#include <errno.h>

/* Memory that each value keeps. */
#define KEEP ((size_t)64 * 1024)

void whole_init(struct whole *w)
{
	*w = (struct whole){.open = false};
	record_init(&w->piece);
}

static void forget_values(struct whole *w, size_t keep)
{
	unsigned row;

	for (row = 0; w->touched && row < KEYS_MAX; row++) {
		buf_truncate(&w->values[row].text, 0);
		w->values[row].text.error = 0;
		buf_trim(&w->values[row].text, keep);
		w->values[row].begun = false;
	}
	w->touched = false;
}

void whole_free(struct whole *w)
{
	unsigned row;

	for (row = 0; row < KEYS_MAX; row++)
		buf_free(&w->values[row].text);
	record_free(&w->piece);
}

void whole_begin(struct whole *w, struct record_parser *head, size_t bytes)
{
	w->head = head;
	w->open = true;
	w->lines = 0;
	w->size = bytes;
	w->error = 0;
}

void whole_trim(struct whole *w)
{
	w->open = false;
	forget_values(w, KEEP);
	record_trim(&w->piece);
}

/* There will be no record; what was said first counts. */
static void give_up(struct whole *w, int error)
{
	if (!w->error)
		w->error = error;
	forget_values(w, KEEP);
}

#define fail(w, ...)                                                                               \
	do {                                                                                       \
		record_fail((w)->head, __VA_ARGS__);                                               \
		give_up(w, -EBADMSG);                                                              \
	} while (0)

/* --- Values ------------------------------------------------------------------- */

static bool is_array(const struct key *key)
{
	return key->type == KEY_ARRAY || key->type == KEY_ARRAY_TWIN;
}

/* Whether a recorder may divide the key's value: short ones are always whole. */
static bool is_divisible(const struct key *key)
{
	if (key->type == KEY_STRING)
		return key->form == FORM_ANY && !key->values && strcmp(key->name, "event") != 0 &&
		       !strchr(key->name, '.');
	return key->type == KEY_TWIN || is_array(key);
}

/* What is in the record's own line. */
static void begin_value(struct whole *w, unsigned row, struct value *value)
{
	const struct strings *twin = &w->head->twins[row];
	const struct procaudit_strings *strings = record_field(w->head, &keys[row]);
	const struct procaudit_string *string = record_field(w->head, &keys[row]);

	value->begun = w->touched = true;
	value->count = 1;
	switch ((int)keys[row].type) {
	case KEY_STRING:
		buf_add(&value->text, string->data, string->size + 1);
		break;
	case KEY_TWIN:
		buf_add(&value->text, twin->data, twin->size + 1);
		break;
	case KEY_ARRAY:
		buf_add(&value->text, strings->data, strings->size);
		value->count = strings->count;
		break;
	default:
		buf_add(&value->text, twin->data, twin->size);
		value->count = twin->count;
		break;
	}
}

/* What has come together. */
static void end_value(struct whole *w, unsigned row, const struct value *value)
{
	const char *data = value->text.data;
	size_t size = value->text.size, count = value->count;

	switch ((int)keys[row].type) {
	case KEY_STRING:
		((struct procaudit_string *)record_field(w->head, &keys[row]))->data = data;
		((struct procaudit_string *)record_field(w->head, &keys[row]))->size = size - 1;
		break;
	case KEY_TWIN:
		w->head->twins[row] = (struct strings){data, size - 1, 1};
		break;
	case KEY_ARRAY:
		((struct procaudit_strings *)record_field(w->head, &keys[row]))->data = data;
		((struct procaudit_strings *)record_field(w->head, &keys[row]))->size = size;
		((struct procaudit_strings *)record_field(w->head, &keys[row]))->count = count;
		break;
	default:
		w->head->twins[row] = (struct strings){data, size, count};
		break;
	}
}

/* Puts what a part holds behind what there is. */
static void append(struct whole *w, unsigned row)
{
	const struct procaudit_record *part = &w->piece.record;
	bool joins = part->joins == 1;
	struct value *value = &w->values[row];

	if (!value->begun)
		begin_value(w, row, value);
	if (is_array(&keys[row]) ? part->values.count == 0 || (joins && value->count == 0)
				 : part->values.count != 1 || !joins) {
		fail(w, "part %lld is no piece of %s", (long long)part->number, keys[row].name);
		return;
	}
	if (joins && !value->text.error)
		buf_truncate(&value->text, value->text.size - 1);
	buf_add(&value->text, part->values.data, part->values.size);
	value->count += part->values.count - joins;
	if (value->text.error) {
		record_fail(w->head, "no memory for a record of %zu bytes and more", w->size);
		give_up(w, -ENOMEM);
	}
}

/* --- Lines -------------------------------------------------------------------- */

/* One that belongs to the record. */
static void take_part(struct whole *w)
{
	const struct procaudit_record *part = &w->piece.record, *head = &w->head->record;
	int row = key_find(part->key.data, part->key.size);

	if (part->number != w->lines)
		fail(w, "part %lld of %lld is in the place of part %lld", (long long)part->number,
			(long long)head->parts, (long long)w->lines);
	else if (part->seq != head->seq + part->number)
		fail(w, "part %lld has the seq %lld", (long long)part->number,
			(long long)part->seq);
	else if (part->mono_us != head->mono_us || part->ts.tv_sec != head->ts.tv_sec ||
		 part->ts.tv_nsec != head->ts.tv_nsec)
		fail(w, "part %lld has another time", (long long)part->number);
	else if (row < 0)
		w->head->record.unknown++;
	else if (!is_divisible(&keys[row]) || !key_set_has(&w->head->seen, (unsigned)row))
		fail(w, "part %lld is of %s, which does not go on", (long long)part->number,
			keys[row].name);
	else
		append(w, (unsigned)row);
	w->head->record.unknown += part->unknown;
}

/* A line in the place of a part that is no record. It goes with it. */
static enum whole_step take_damaged(
	struct whole *w, const struct line *line, int error, const char *text)
{
	w->size += line->bytes;
	if (line->cut)
		w->head->problem.cut = true;
	if (error == -ENOMEM)
		give_up(w, error);
	fail(w, "line %llu, which is to be part %lld of %lld: %s", (unsigned long long)line->number,
		(long long)w->lines, (long long)w->head->record.parts, text);
	return line->cut || w->lines == w->head->record.parts ? WHOLE_DONE : WHOLE_MORE;
}

enum whole_step whole_add(struct whole *w, const struct line *line)
{
	const struct procaudit_record *part = &w->piece.record;
	int error;

	w->lines++;
	if (line->too_long)
		return take_damaged(w, line, -EBADMSG, "it is too long");
	error = parse_line(&w->piece, line->data, line->size);
	if (error && w->lines <= w->head->record.parts)
		return take_damaged(w, line, error, w->piece.problem.text);
	if (error || part->kind != PROCAUDIT_RECORD_PART || part->of != w->head->record.seq) {
		w->lines--;
		whole_tear(w);
		return WHOLE_TORN;
	}
	if (line->cut)
		return take_damaged(w, line, -EBADMSG, "it has no end");
	w->size += line->bytes;
	if (w->size > SOURCE_LINE_MAX && !w->error)
		fail(w, "a record of more than %zu bytes is too long", SOURCE_LINE_MAX);
	if (!w->error)
		take_part(w);
	return part->number == w->head->record.parts ? WHOLE_DONE : WHOLE_MORE;
}

void whole_tear(struct whole *w)
{
	if (!w->error) {
		w->head->problem.torn = true;
		w->head->problem.kind = w->head->record.kind;
	}
	fail(w, "part %lld of %lld is missing", (long long)w->lines + 1,
		(long long)w->head->record.parts);
}

/* Room for what twins make of what is shown; strings must not move meanwhile. */
static bool reserve(struct whole *w)
{
	size_t room = w->head->text.size + 64;
	unsigned row;

	for (row = 0; row < KEYS_MAX; row++)
		room += w->values[row].begun ? w->values[row].text.size : 0;
	return buf_reserve(&w->head->exact, room);
}

int whole_finish(struct whole *w)
{
	unsigned row;

	w->open = false;
	w->head->problem.size = w->size;
	w->head->problem.lines = 1 + (uint64_t)w->lines;
	if (w->error)
		return w->error;
	if (!reserve(w)) {
		w->head->exact.error = 0;
		record_fail(w->head, "no memory for a record of %zu bytes", w->size);
		return -ENOMEM;
	}
	for (row = 0; w->touched && row < key_count; row++)
		if (w->values[row].begun)
			end_value(w, row, &w->values[row]);
	return record_merge(w->head) == STOP ? -EBADMSG : 0;
}
