/* SPDX-License-Identifier: ISC */
/* A record that is written as a line and read again is the same record, for each key
 * that there is. */
#include "buf.h"
#include "macro.h"
#include "parse.h"
#include "tap.h"

#include <procaudit/encode.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Shown as U+FFFD and "x"; its twin. */
#define BYTES "\xffx"
#define SHOWN "\xef\xbf\xbdx"
#define TWIN  "/3g="

static bool has(const struct key *key, enum procaudit_record_kind kind)
{
	return key->events & BIT(kind);
}

static bool has_twin(const struct key *key)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_b64", key->name);
	return key_find(name, strlen(name)) >= 0;
}

/* A string that the key may be. */
static void add_string(struct buf *out, const struct key *key, enum procaudit_record_kind kind)
{
	static const char *const forms[] = {
		[FORM_HEX32] = "0123456789abcdef0123456789abcdef",
		[FORM_ID] = "18446744073709551615",
		[FORM_ERRNO] = "ENOENT",
		[FORM_SIGNAL] = "SIGRTMIN+3",
	};

	if (strcmp(key->name, "event") == 0)
		buf_printf(out, "\"%s\"", procaudit_record_name(kind));
	else if (key->values)
		buf_printf(out, "\"%.*s\"", (int)strcspn(key->values + 1, "|"), key->values + 1);
	else if (key->form != FORM_ANY)
		buf_printf(out, "\"%s\"", forms[key->form]);
	else
		buf_printf(out, "\"%s\"", has_twin(key) ? SHOWN : "a \\\"b\\\"\\n\\u009b");
}

static void add_value(struct buf *out, const struct key *key, enum procaudit_record_kind kind)
{
	unsigned row = (unsigned)(key - keys);

	switch (key->type) {
	case KEY_INTEGER:
		buf_printf(out, "%" PRId64, key->max - key->min > row ? key->min + row : key->max);
		break;
	case KEY_BOOLEAN:
		buf_str(out, row % 2 ? "true" : "false");
		break;
	case KEY_STRING:
		add_string(out, key, kind);
		break;
	case KEY_TWIN:
		buf_str(out, "\"" TWIN "\"");
		break;
	case KEY_ARRAY:
		buf_printf(out, "[\"%s\",\"\",\"b\"]", has_twin(key) ? SHOWN : "a");
		break;
	case KEY_ARRAY_TWIN:
		buf_str(out, "[\"" TWIN "\",\"\",\"\"]");
		break;
	case KEY_ERROR:
	case KEY_ARRAY_ERROR:
		buf_str(out, "\"ENAMETOOLONG\"");
		break;
	case KEY_TIME:
		buf_str(out, "\"1999-12-31T23:59:59.000000007Z\"");
		break;
	case KEY_OBJECT:
		break;
	}
}

/* Which keys a record has: all, only those that it must have, or those without what
 * may be absent in a process that ended by itself. */
enum choice { ALL, LEAST, EXITED };

static bool is_chosen(const struct key *key, enum procaudit_record_kind kind, enum choice choice)
{
	bool is_end = has(&keys[key_find("exit_code", 9)], kind);

	if (!has(key, kind) || strcmp(key->name, "parts") == 0)
		return false;
	if (choice == LEAST && !(key->required & BIT(kind)))
		return kind == PROCAUDIT_RECORD_EXEC
			       ? key->type == KEY_ERROR || key->type == KEY_ARRAY_ERROR ||
					 strcmp(key->name, "image") == 0
			       : strcmp(key->name, "exit_code") == 0;
	if (is_end && choice == ALL)
		return strcmp(key->name, "exit_code") != 0;
	if (is_end && choice == EXITED)
		return strcmp(key->name, "signal") != 0 && strcmp(key->name, "core_dumped") != 0;
	return true;
}

/* A record as somebody else might write it. */
static void make_line(struct buf *out, enum procaudit_record_kind kind, enum choice choice)
{
	const char *inside = NULL; /* the object that is open */
	unsigned row;

	buf_truncate(out, 0);
	for (row = 0; row < key_count; row++) {
		const char *name = keys[row].name, *dot = strchr(name, '.');

		if (!is_chosen(&keys[row], kind, choice))
			continue;
		if (inside && !dot)
			buf_char(out, '}');
		buf_char(out, row == 0 || !out->size ? '{' : inside == name ? ' ' : ',');
		if (inside && dot && out->data[out->size - 2] == '{')
			out->data[out->size - 1] = ' ';
		buf_printf(out, "\"%s\":", dot ? dot + 1 : name);
		if (keys[row].type == KEY_OBJECT)
			buf_char(out, '{');
		inside = dot || keys[row].type == KEY_OBJECT ? name : NULL;
		add_value(out, &keys[row], kind);
	}
	buf_str(out, inside ? "}}" : "}");
}

static bool same_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	return !a == !b && (!a || (a_size == b_size && memcmp(a, b, a_size) == 0));
}

static bool is_same(const struct key *key, const void *one, const void *other)
{
	const struct procaudit_strings *a = one, *b = other;
	const struct procaudit_string *s = one, *t = other;

	switch (key->type) {
	case KEY_INTEGER:
	case KEY_BOOLEAN:
		return *(const int64_t *)one == *(const int64_t *)other;
	case KEY_TIME:
		return memcmp(one, other, sizeof(struct timespec)) == 0;
	case KEY_ARRAY:
	case KEY_ARRAY_TWIN:
	case KEY_ARRAY_ERROR:
		return a->count == b->count && a->error == b->error &&
		       same_bytes(a->data, a->size, b->data, b->size);
	case KEY_STRING:
	case KEY_TWIN:
	case KEY_ERROR:
		return s->error == t->error && same_bytes(s->data, s->size, t->data, t->size);
	case KEY_OBJECT:
		break;
	}
	return true;
}

static const char *difference(
	const struct procaudit_record *one, const struct procaudit_record *other)
{
	unsigned row;

	for (row = 0; row < key_count; row++)
		if (has(&keys[row], one->kind) &&
			!is_same(&keys[row], (const char *)one + keys[row].at,
				(const char *)other + keys[row].at))
			return keys[row].name;
	return "none";
}

static struct record_parser first, again;
static char *line;
static size_t room, size;

/* Reads a line, writes it, and reads that. */
static bool go_round(const char *text, size_t length)
{
	if (parse_line(&first, text, length) || first.record.unknown) {
		note("%s, %u unknown: %.*s", first.problem.text, first.record.unknown, (int)length,
			text);
		return false;
	}
	if (procaudit_record_line(&first.record, &line, &room, &size) || line[size - 1] != '\n')
		return false;
	if (parse_line(&again, line, size - 1) || again.record.unknown) {
		note("%s: %.*s", again.problem.text, (int)size, line);
		return false;
	}
	return true;
}

static void test_kinds(enum choice choice, const char *how)
{
	struct buf text = {0};
	char name[64];
	unsigned kind;

	for (kind = 1; kind < PROCAUDIT_RECORD_KINDS; kind++) {
		snprintf(name, sizeof(name), "%s, %s", procaudit_record_name(kind), how);
		make_line(&text, kind, choice);
		if (!go_round(text.data, text.size))
			ok(false, "%s", name);
		else
			ok_str(difference(&first.record, &again.record), "none", name);
		if (kind == PROCAUDIT_RECORD_HEADER)
			ok(size >= 1024, "a header is as long as shippers want it");
	}
	buf_free(&text);
}

static void test_bytes(void)
{
	struct buf text = {0};

	make_line(&text, PROCAUDIT_RECORD_EXEC, ALL);
	go_round(text.data, text.size);
	ok_bytes(again.record.path.data, again.record.path.size, BYTES, 2,
		"bytes that are no UTF-8 are kept");
	ok_bytes(again.record.argv.data, again.record.argv.size, BYTES "\0\0b", 6,
		"so they are in arrays");
	ok_int(again.record.cwd.error, ENAMETOOLONG, "and errors");
	buf_free(&text);
}

#define ENDS                                                                                       \
	"\"seq\":4,\"ts\":\"2026-11-21T13:31:06.123456789Z\",\"mono_us\":7,\"pid\":3,\"proc\":2"

static bool says(const char *text)
{
	return memmem(line, size, text, strlen(text)) != NULL;
}

/* What this reader does not know says nothing that others could take for something. */
static void test_unknown(void)
{
	static const char detach[] =
		"{\"v\":1,\"event\":\"detach\"," ENDS ",\"reason\":\"boredom\"}";
	static const char other[] = "{\"v\":1,\"event\":\"birth\"," ENDS ",\"weight\":3}";
	static const char fork[] = "{\"v\":1,\"event\":\"fork\"," ENDS
				   ",\"child_pid\":4,\"child\":3,\"kind\":\"egg\"}";

	parse_line(&first, detach, strlen(detach));
	procaudit_record_line(&first.record, &line, &room, &size);
	ok(says("\"reason\":\"unknown\""), "a value that must be there is unknown");
	parse_line(&first, fork, strlen(fork));
	procaudit_record_line(&first.record, &line, &room, &size);
	ok(!says("kind") && !says("egg"), "one that need not be is left out");
	parse_line(&first, other, strlen(other));
	procaudit_record_line(&first.record, &line, &room, &size);
	ok(says("\"event\":\"unknown\"") && !says("birth") && !says("weight") && !says("pid"),
		"of an event there is what all have");
}

int main(void)
{
	record_init(&first);
	record_init(&again);
	test_kinds(ALL, "with all its keys");
	test_kinds(LEAST, "with those that it must have");
	test_kinds(EXITED, "of who ended by himself");
	test_bytes();
	test_unknown();
	record_free(&first);
	record_free(&again);
	free(line);
	return tap_end();
}
