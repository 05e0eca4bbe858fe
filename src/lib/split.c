/* SPDX-License-Identifier: ISC */
#include "split.h"

#include "json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* Values that are not longer stay whole: ids and times have to. */
#define SMALL 40

/* Room for ,"parts":N in the record's own line. */
#define PARTS_SIZE 20

/* More than a record has that can be cut. */
#define MAX_CUTS 64

enum type { VALUE_PLAIN, VALUE_STRING, VALUE_ARRAY };

/* A key and its value, in the text of the record. */
struct member {
	const char *key; /* the name alone */
	size_t key_size;
	const char *value; /* with its quotation marks or brackets */
	size_t size;
	enum type type;
	const char *at;	 /* how far it has been written; behind the opening mark or bracket */
	const char *end; /* the closing one */
	bool inside;	 /* at is in the middle of a string */
	bool is_base64;
	size_t room; /* for what stands between the brackets in the record's own line */
};

struct split {
	struct buf line;    /* the record as it was */
	struct buf members; /* struct member */
	struct buf parts;   /* lines */
};

/* --- Reading ------------------------------------------------------------- */

/* Behind the string that begins at s. The text is our own, so it ends. */
static const char *skip_string(const char *s)
{
	for (s++; *s != '"'; s++)
		if (*s == '\\')
			s++;
	return s + 1;
}

/* Behind the value that begins at s. */
static const char *skip_value(const char *s)
{
	unsigned depth = 0;

	do {
		if (*s == '"') {
			s = skip_string(s);
			continue;
		}
		if (*s == '[' || *s == '{')
			depth++;
		else if (*s == ']' || *s == '}')
			depth--;
		s++;
	} while (depth || (*s != ',' && *s != '}' && *s != ' '));
	return s;
}

static struct member read_member(const char *s)
{
	struct member m = {.key = s + 1};

	m.key_size = (size_t)(skip_string(s) - 1 - m.key);
	m.value = m.key + m.key_size + 2;
	m.size = (size_t)(skip_value(m.value) - m.value);
	m.is_base64 = m.key_size > 4 && memcmp(m.key + m.key_size - 4, "_b64", 4) == 0;
	if (m.size > SMALL && (*m.value == '"' || *m.value == '['))
		m.type = *m.value == '[' ? VALUE_ARRAY : VALUE_STRING;
	m.at = m.value + 1;
	m.end = m.value + m.size - 1;
	m.inside = m.type == VALUE_STRING;
	return m;
}

static void read_members(struct split *split)
{
	const char *s = split->line.data + 1;
	struct member m;

	buf_truncate(&split->members, 0);
	for (;; s++) {
		m = read_member(s);
		buf_add(&split->members, &m, sizeof(m));
		s = m.value + m.size;
		if (*s != ',')
			return;
	}
}

static struct member *members_of(const struct split *split, size_t *count)
{
	*count = split->members.size / sizeof(struct member);
	return (struct member *)(void *)split->members.data;
}

static const struct member *find(const struct split *split, const char *key)
{
	size_t count, i;
	const struct member *m = members_of(split, &count);

	for (i = 0; i < count; i++)
		if (m[i].key_size == strlen(key) && memcmp(m[i].key, key, m[i].key_size) == 0)
			return &m[i];
	return NULL;
}

/* --- Writing ------------------------------------------------------------- */

/* Bytes that must stay together. */
static size_t unit_at(const struct member *m)
{
	unsigned char c = (unsigned char)*m->at;

	if (m->is_base64)
		return 4;
	if (c == '\\')
		return m->at[1] == 'u' ? 6 : 2;
	return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Copies as much of a string as fits; false if that is not all. */
static bool put_content(struct buf *out, struct member *m, size_t *room)
{
	const char *start = m->at;
	size_t unit;

	while (*m->at != '"') {
		unit = unit_at(m);
		if (unit > *room)
			break;
		m->at += unit;
		*room -= unit;
	}
	buf_add(out, start, (size_t)(m->at - start));
	return *m->at == '"';
}

/* Copies elements, or the rest of one, as far as they fit into room bytes. */
static void put_elements(struct buf *out, struct member *m, size_t room)
{
	bool first = true;

	while (m->at < m->end) {
		size_t marks = first ? 2 : 3;
		const char *content = m->inside ? m->at : m->at + 1;
		struct member next = *m;

		next.at = content;
		if (room < marks || (*content != '"' && room - marks < unit_at(&next)))
			return;
		room -= marks;
		if (!first)
			buf_char(out, ',');
		buf_char(out, '"');
		first = false;
		m->at = content;
		m->inside = !put_content(out, m, &room);
		buf_char(out, '"');
		if (m->inside || out->error)
			return;
		m->at++;
		if (*m->at == ',')
			m->at++;
	}
}

/* As much of the value as there is room for. */
static void put_value(struct buf *out, struct member *m)
{
	size_t room = m->room;

	if (m->type == VALUE_ARRAY) {
		buf_char(out, '[');
		put_elements(out, m, room);
		buf_char(out, ']');
	} else {
		buf_char(out, '"');
		if (put_content(out, m, &room))
			m->at = m->end;
		buf_char(out, '"');
	}
}

static int by_size(const void *left, const void *right)
{
	const struct member *a = *(struct member *const *)left;
	const struct member *b = *(struct member *const *)right;

	return a->size < b->size ? -1 : a->size > b->size;
}

/* Divides what the record's own line has room for: short values are whole, the
 * others get equal shares. */
static void share_room(struct member *members, size_t count, size_t max)
{
	struct member *cut[MAX_CUTS];
	size_t cuts = 0, used = 3 + PARTS_SIZE, i, rest;

	for (i = 0; i < count; i++) {
		bool is_cut = members[i].type != VALUE_PLAIN && cuts < MAX_CUTS;

		used += members[i].key_size + 4 + (is_cut ? 2 : members[i].size);
		if (is_cut)
			cut[cuts++] = &members[i];
	}
	qsort(cut, cuts, sizeof(struct member *), by_size);
	rest = max > used ? max - used : 0;
	for (i = 0; i < cuts; i++) {
		size_t share = rest / (cuts - i), wanted = cut[i]->size - 2;

		cut[i]->room = wanted < share ? wanted : share;
		rest -= cut[i]->room;
	}
}

static void put_member(struct buf *out, const struct member *m)
{
	buf_char(out, '"');
	buf_add(out, m->key, m->key_size);
	buf_add(out, "\":", 2);
	if (m->type == VALUE_PLAIN)
		buf_add(out, m->value, m->size);
}

/* One line with as much as fits of what is left of a value. */
static void put_part(
	struct split *split, struct member *m, size_t max, uint64_t seq, unsigned number)
{
	struct buf *out = &split->parts;
	const struct member *of = find(split, "seq");
	size_t start = out->size, used;

	json_begin(out);
	json_uint(out, "v", 1);
	json_text(out, "event", "part");
	json_uint(out, "seq", seq);
	buf_char(out, ',');
	put_member(out, find(split, "ts"));
	buf_char(out, ',');
	put_member(out, find(split, "mono_us"));
	buf_add(out, ",\"of\":", 6);
	buf_add(out, of->value, of->size);
	json_uint(out, "number", number);
	buf_add(out, ",\"key\":\"", 8);
	buf_add(out, m->key, m->key_size);
	buf_char(out, '"');
	if (m->inside)
		json_bool(out, "joins", true);
	buf_add(out, ",\"values\":[", 11);
	used = out->size - start + 3;
	if (!out->error)
		put_elements(out, m, max - used);
	buf_char(out, ']');
	json_end(out);
}

/* Where the lines of the parts end, behind the record's own line. */
static void add_ends(const struct buf *parts, size_t start, struct buf *ends)
{
	const char *s = parts->data, *end = s + parts->size;
	size_t at;

	while (s && s < end) {
		s = (const char *)memchr(s, '\n', (size_t)(end - s)) + 1;
		at = start + (size_t)(s - parts->data);
		buf_add(ends, &at, sizeof(at));
	}
}

static void put_record(
	struct split *split, size_t max, uint64_t *seq, struct buf *out, struct buf *ends)
{
	size_t count, i;
	struct member *m = members_of(split, &count);
	unsigned parts = 0;

	share_room(m, count, max);
	json_begin(out);
	for (i = 0; i < count; i++) {
		if (i)
			buf_char(out, ',');
		put_member(out, &m[i]);
		if (m[i].type != VALUE_PLAIN)
			put_value(out, &m[i]);
	}
	buf_truncate(&split->parts, 0);
	for (i = 0; i < count; i++)
		while (m[i].type != VALUE_PLAIN && m[i].at < m[i].end && !split->parts.error)
			put_part(split, &m[i], max, (*seq)++, ++parts);
	if (split->parts.error) /* the last line has no end */
		return;
	if (parts)
		json_uint(out, "parts", parts);
	json_end(out);
	buf_add(ends, &out->size, sizeof(out->size));
	add_ends(&split->parts, out->size, ends);
	buf_add(out, split->parts.data, split->parts.size);
}

void split_record(struct buf *out, size_t start, size_t max, uint64_t *seq, struct buf *ends)
{
	struct split split = {.line.size = 0};

	buf_add(&split.line, out->data + start, out->size - start);
	if (split.line.data)
		read_members(&split);
	if (split.line.data && !split.members.error) {
		buf_truncate(out, start);
		put_record(&split, max, seq, out, ends);
	}
	if (split.line.error || split.members.error || split.parts.error || ends->error)
		out->error = -ENOMEM;
	buf_free(&split.line);
	buf_free(&split.members);
	buf_free(&split.parts);
}
