/* SPDX-License-Identifier: ISC */
#include "deltas.h"

#include "envdiff.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

struct delta_entry {
	int64_t env_id;
	const struct text *text;
	UT_hash_handle hh;
};

static size_t add(char *at, char sign, const char *data, size_t size)
{
	at[0] = sign;
	memcpy(at + 1, data, size);
	at[size + 1] = '\0';
	return size + 2;
}

static const struct text *text_of(const struct text *before, const struct text *after)
{
	struct env_diff diff = env_diff(before, after);
	char *room = allocated(malloc(before->size + after->size + 2 * diff.count + 1),
		"cannot compare environments");
	const struct text *text;
	size_t i, size = 0;

	for (i = 0; i < diff.count; i++) {
		const struct env_change *change = &diff.changes[i];

		if (change->after)
			size += add(room + size, '+', change->after, strlen(change->after));
		else
			size += add(room + size, '-', change->before, strcspn(change->before, "="));
	}
	text = intern(room, size);
	free(room);
	free(diff.changes);
	return text;
}

static bool is_same(const struct text *text, const struct procaudit_strings *env)
{
	return text && text->size == env->size && memcmp(text->data, env->data, env->size) == 0;
}

/* Most have what the first or the one before had. */
static const struct text *compare(struct deltas *c, const struct procaudit_strings *env)
{
	if (!c->first)
		c->first = intern(env->data, env->size);
	if (is_same(c->first, env))
		return intern("", 0);
	if (c->last_text && is_same(c->last, env))
		return c->last_text;
	c->last = allocated(
		realloc(c->last, sizeof(*c->last) + env->size + 1), "cannot compare environments");
	memcpy(c->last->data, env->data, env->size);
	c->last->data[env->size] = '\0';
	c->last->size = (uint32_t)env->size;
	c->last_text = text_of(c->first, c->last);
	return c->last_text;
}

static void on_env(struct deltas *c, const struct procaudit_record *r)
{
	struct delta_entry *entry;

	HASH_FIND(hh, c->entries, &r->env_id, sizeof(r->env_id), entry);
	if (!entry) {
		entry = allocated(calloc(1, sizeof(*entry)), "cannot compare environments");
		entry->env_id = r->env_id;
		HASH_ADD(hh, c->entries, env_id, sizeof(entry->env_id), entry);
	}
	entry->text = compare(c, &r->env);
}

static void forget_entries(struct deltas *c)
{
	struct delta_entry *entry, *next;

	HASH_ITER (hh, c->entries, entry, next) {
		HASH_DEL(c->entries, entry);
		free(entry);
	}
}

/* Ids mean nothing beyond it. In a log whose first parts are missing there is none of
 * part 1. */
static void on_header(struct deltas *c, const struct procaudit_record *r)
{
	forget_entries(c);
	if (r->part > 1 && strcmp(c->log_id, r->log_id.data) == 0)
		return;
	memcpy(c->log_id, r->log_id.data, sizeof(c->log_id));
	c->first = NULL;
	c->last_text = NULL;
}

/* Of a further part of the same log the number is the same. */
static void keep_first(struct deltas *c, const struct model_log *log)
{
	if (log->number > c->logs) {
		c->firsts = allocated(reallocarray(c->firsts, log->number, sizeof(void *)),
			"cannot compare environments");
		while (c->logs < log->number)
			c->firsts[c->logs++] = NULL;
	}
	if (!c->firsts[log->number - 1])
		c->firsts[log->number - 1] = c->first;
}

void deltas_record(void *context, const struct procaudit_record *r, struct exec *exec)
{
	struct delta_entry *entry = NULL;
	struct deltas *c = context;

	if (r->kind == PROCAUDIT_RECORD_HEADER)
		on_header(c, r);
	if (r->kind == PROCAUDIT_RECORD_ENV && r->env.data)
		on_env(c, r);
	if (!exec || exec->attached)
		return;
	if (exec->number >= c->cap) {
		c->cap = 2 * exec->number + 64;
		c->list = allocated(reallocarray(c->list, c->cap, sizeof(void *)),
			"cannot compare environments");
	}
	if (r->env_id > 0)
		HASH_FIND(hh, c->entries, &r->env_id, sizeof(r->env_id), entry);
	c->list[exec->number] = entry ? entry->text : r->env.data ? compare(c, &r->env) : NULL;
	keep_first(c, exec->process->log);
}

const struct text *deltas_of(const struct deltas *deltas, const struct exec *exec)
{
	return deltas->list[exec->number];
}

const struct text *deltas_first(const struct deltas *deltas, const struct model_log *log)
{
	return log->number <= deltas->logs ? deltas->firsts[log->number - 1] : NULL;
}

void deltas_free(struct deltas *deltas)
{
	forget_entries(deltas);
	free(deltas->last);
	free(deltas->list);
	free(deltas->firsts);
	*deltas = (struct deltas){0};
}
