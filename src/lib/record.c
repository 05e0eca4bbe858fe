/* SPDX-License-Identifier: ISC */
#include "record.h"

#include "twin.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Memory kept after a line that needed more. */
#define KEEP ((size_t)8 * 1024 * 1024)

int record_fail(struct record_parser *p, const char *format, ...)
{
	va_list args;

	/* What is found first counts. */
	if (p->problem.text[0])
		return STOP;
	va_start(args, format);
	vsnprintf(p->problem.text, sizeof(p->problem.text), format, args);
	va_end(args);
	return STOP;
}

/* Puts the exact bytes of a string in the place of what is shown. */
static int merge_string(struct record_parser *p, unsigned row)
{
	struct procaudit_string *string = record_field(p, &keys[row]);
	const struct strings *twin = &p->twins[row];
	char *out = p->exact.data + p->exact.size;
	long bytes;

	if (!string->data)
		return record_fail(
			p, "%s is there, and what it is a twin of is not", keys[row].name);
	bytes = twin_decode(out, twin->data, twin->size, string->data, string->size);
	if (bytes < 0)
		return record_fail(p, "%s is no twin", keys[row].name);
	out[bytes] = '\0';
	p->exact.size += (size_t)bytes + 1;
	string->data = out;
	string->size = (size_t)bytes;
	return GO_ON;
}

/* The same for one element of an array; returns the size, or -1. */
static long merge_element(char *out, const char *shown, const char *twin)
{
	size_t size = strlen(shown);

	if (*twin)
		return twin_decode(out, twin, strlen(twin), shown, size);
	memcpy(out, shown, size + 1);
	return (long)size;
}

static int merge_array(struct record_parser *p, unsigned row)
{
	struct procaudit_strings *strings = record_field(p, &keys[row]);
	const char *shown = strings->data, *twin = p->twins[row].data;
	char *out = p->exact.data + p->exact.size, *at = out;
	size_t i;

	if (!shown || strings->count != p->twins[row].count)
		return record_fail(p, "%s is not as long as what it is a twin of", keys[row].name);
	for (i = 0; i < strings->count; i++) {
		long bytes = merge_element(at, shown, twin);

		if (bytes < 0)
			return record_fail(p, "%s has an element that is no twin", keys[row].name);
		at[bytes] = '\0';
		at += bytes + 1;
		shown += strlen(shown) + 1;
		twin += strlen(twin) + 1;
	}
	strings->data = out;
	strings->size = (size_t)(at - out);
	p->exact.size += strings->size;
	return GO_ON;
}

int record_merge(struct record_parser *p)
{
	unsigned row;

	for (row = 0; row < key_count; row++) {
		if (!key_set_has(&p->seen, row))
			continue;
		if (keys[row].type == KEY_TWIN && merge_string(p, row) == STOP)
			return STOP;
		if (keys[row].type == KEY_ARRAY_TWIN && merge_array(p, row) == STOP)
			return STOP;
	}
	return GO_ON;
}

/* Keys that are missing, and those that have no meaning in such a record. */
static int check_keys(struct record_parser *p)
{
	const struct key_set *required = &p->required[p->record.kind];
	const struct key_set *known = &p->known[p->record.kind];
	unsigned row, i;

	for (i = 0; i < 2; i++) {
		uint64_t missing = required->bits[i] & ~p->seen.bits[i];

		if (missing) {
			row = i * 64 + (unsigned)__builtin_ctzll(missing);
			return record_fail(p, "%s is missing", keys[row].name);
		}
		p->record.unknown +=
			(unsigned)__builtin_popcountll(p->seen.bits[i] & ~known->bits[i]);
	}
	return GO_ON;
}

static bool is_known(const struct procaudit_string *string)
{
	return string->data || string->error;
}

/* What must be there, or its error. */
static int check_exec(struct record_parser *p)
{
	const struct procaudit_record *r = &p->record;

	if (!is_known(&r->path))
		return record_fail(p, "path is missing");
	if (!r->argv.data && !r->argv.error)
		return record_fail(p, "argv is missing");
	if (!r->success)
		return GO_ON;
	if (!is_known(&r->exe))
		return record_fail(p, "exe is missing");
	if (!is_known(&r->cwd))
		return record_fail(p, "cwd is missing");
	if (r->image < 0)
		return record_fail(p, "image is missing");
	return GO_ON;
}

static int check_end(struct record_parser *p)
{
	const struct procaudit_record *r = &p->record;

	if (r->exit_code >= 0 && r->signal.data)
		return record_fail(p, "exit_code and signal are both there");
	if (r->kind != PROCAUDIT_RECORD_TRAILER && r->exit_code < 0 && !r->signal.data)
		return record_fail(p, "exit_code and signal are both missing");
	if (r->core_dumped >= 0 && !r->signal.data)
		return record_fail(p, "core_dumped is there without signal");
	return GO_ON;
}

int record_check(struct record_parser *p)
{
	if (!p->record.event.data)
		return record_fail(p, "event is missing");
	p->record.kind = key_kind(p->record.event.data, p->record.event.size);
	if (check_keys(p) == STOP)
		return STOP;
	/* Each of two twins may end elsewhere. */
	if (p->record.parts < 0 && record_merge(p) == STOP)
		return STOP;
	switch (p->record.kind) {
	case PROCAUDIT_RECORD_EXEC:
		return check_exec(p);
	case PROCAUDIT_RECORD_EXIT:
	case PROCAUDIT_RECORD_THREAD_EXIT:
	case PROCAUDIT_RECORD_TRAILER:
		return check_end(p);
	case PROCAUDIT_RECORD_OTHER:
		p->record.unknown++;
		return GO_ON;
	case PROCAUDIT_RECORD_HEADER:
	case PROCAUDIT_RECORD_FORK:
	case PROCAUDIT_RECORD_THREAD:
	case PROCAUDIT_RECORD_ENV:
	case PROCAUDIT_RECORD_ATTACH:
	case PROCAUDIT_RECORD_DETACH:
	case PROCAUDIT_RECORD_GAP:
	case PROCAUDIT_RECORD_PART:
	case PROCAUDIT_RECORD_STATS:
	case PROCAUDIT_RECORD_KINDS:
		break;
	}
	return GO_ON;
}

void record_init(struct record_parser *p)
{
	unsigned row, kind;

	*p = (struct record_parser){0};
	for (row = 0; row < key_count; row++) {
		if (keys[row].type == KEY_INTEGER || keys[row].type == KEY_BOOLEAN)
			*(int64_t *)((char *)&p->absent + keys[row].at) = -1;
		for (kind = 1; kind < PROCAUDIT_RECORD_KINDS; kind++) {
			if (keys[row].events & BIT(kind))
				key_set_add(&p->known[kind], row);
			if (keys[row].required & BIT(kind))
				key_set_add(&p->required[kind], row);
		}
		/* What every record has, one of an unknown event has, too. */
		key_set_add(&p->known[PROCAUDIT_RECORD_OTHER], row);
		if (keys[row].required == BIT(PROCAUDIT_RECORD_KINDS) - 2)
			key_set_add(&p->required[PROCAUDIT_RECORD_OTHER], row);
	}
}

void record_trim(struct record_parser *p)
{
	buf_truncate(&p->text, 0);
	buf_truncate(&p->exact, 0);
	buf_truncate(&p->arena, 0);
	buf_trim(&p->text, KEEP);
	buf_trim(&p->exact, KEEP);
	buf_trim(&p->arena, KEEP);
}

void record_free(struct record_parser *p)
{
	buf_free(&p->text);
	buf_free(&p->exact);
	buf_free(&p->arena);
}
