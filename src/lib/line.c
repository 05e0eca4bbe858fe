/* SPDX-License-Identifier: ISC */
/* A record as a line: what the reader reads, key by key of its table. */
#include "buf.h"
#include "json.h"
#include "jsonl.h"
#include "keys.h"
#include "macro.h"
#include "value.h"

#include <procaudit/encode.h>

#include <errno.h>

/* These come first, and in every record. */
static bool is_first(const struct key *key)
{
	static const char *const names[] = {"v", "event", "log_id", "seq", "ts", "mono_us"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(key->name, names[i]) == 0)
			return true;
	return false;
}

static void add_time(struct buf *out, const char *name, const struct timespec *time)
{
	char text[VALUE_TIME_SIZE];

	value_print_time(text, time);
	json_text(out, name, text);
}

static void add_first(struct buf *out, const struct procaudit_record *r)
{
	json_begin(out);
	json_int(out, "v", r->v);
	json_text(out, "event",
		r->kind == PROCAUDIT_RECORD_OTHER ? "unknown" : procaudit_record_name(r->kind));
	if (r->kind == PROCAUDIT_RECORD_HEADER)
		json_bytes(out, "log_id", r->log_id.data, r->log_id.size);
	json_int(out, "seq", r->seq);
	add_time(out, "ts", &r->ts);
	json_int(out, "mono_us", r->mono_us);
}

/* A value that nobody knows may be anything. */
static void add_string(struct buf *out, const char *name, const struct key *key, bool required,
	const struct procaudit_string *string)
{
	if (!string->data)
		return;
	if (key_knows(key, string->data, string->size))
		json_bytes(out, name, string->data, string->size);
	else if (required)
		json_text(out, name, "unknown");
}

static void add_error(struct buf *out, const char *name, int error)
{
	char buffer[16];

	if (error)
		json_text(out, name, procaudit_errno_name(error, buffer));
}

static void add_value(
	struct buf *out, const char *name, const struct key *key, const struct procaudit_record *r)
{
	const void *field = (const char *)r + key->at;
	const struct procaudit_strings *strings = field;
	const struct procaudit_string *string = field;
	const struct timespec *time = field;
	const int64_t *number = field;

	switch (key->type) {
	case KEY_INTEGER:
		if (*number >= 0)
			json_int(out, name, *number);
		break;
	case KEY_BOOLEAN:
		if (*number >= 0)
			json_bool(out, name, *number != 0);
		break;
	case KEY_STRING:
		add_string(out, name, key, key->required & BIT(r->kind), string);
		break;
	case KEY_ARRAY:
		if (strings->data)
			json_array(out, name, strings->data, strings->size);
		break;
	case KEY_ERROR:
		add_error(out, name, string->error);
		break;
	case KEY_ARRAY_ERROR:
		add_error(out, name, strings->error);
		break;
	case KEY_TIME:
		if (time->tv_sec || time->tv_nsec)
			add_time(out, name, time);
		break;
	case KEY_TWIN: /* comes with what it is a twin of */
	case KEY_ARRAY_TWIN:
	case KEY_OBJECT:
		break;
	}
}

static void add_rest(struct buf *out, const struct procaudit_record *r)
{
	bool open = false; /* an object, whose keys follow it in the table */
	unsigned row;

	for (row = 0; row < key_count; row++) {
		const struct key *key = &keys[row];
		const char *dot = strchr(key->name, '.');

		if (!(key->events & BIT(r->kind)) || is_first(key))
			continue;
		if (open && !dot)
			json_close(out);
		open = dot || key->type == KEY_OBJECT;
		if (key->type == KEY_OBJECT)
			json_open(out, key->name);
		else
			add_value(out, dot ? dot + 1 : key->name, key, r);
	}
	if (open)
		json_close(out);
}

PUBLIC int procaudit_record_line(
	const struct procaudit_record *record, char **line, size_t *room, size_t *size)
{
	struct buf out = {.data = *line, .cap = *room};

	add_first(&out, record);
	if (record->kind != PROCAUDIT_RECORD_OTHER)
		add_rest(&out, record);
	while (record->kind == PROCAUDIT_RECORD_HEADER && out.size < JSONL_HEADER_SIZE &&
		!out.error)
		buf_char(&out, ' ');
	json_end(&out);
	*line = out.data;
	*room = out.cap;
	*size = out.size;
	return out.error;
}
