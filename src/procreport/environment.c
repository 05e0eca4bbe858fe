/* SPDX-License-Identifier: ISC */
#include "environment.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

/* An env record that has the variable. */
struct entry {
	int64_t env_id;
	UT_hash_handle hh;
};

struct environment_match {
	const char *name;
	size_t name_size;
	const char *glob; /* NULL: any value */
	struct entry *entries;
};

struct environment_match *environment_match_new(const char *wanted)
{
	struct environment_match *match;

	if (!wanted)
		return NULL;
	match = permanent(sizeof(*match));
	match->name = wanted;
	match->name_size = strcspn(wanted, "=");
	if (wanted[match->name_size])
		match->glob = wanted + match->name_size + 1;
	return match;
}

static bool has(const struct environment_match *match, const struct procaudit_strings *env)
{
	const char *s = env->data, *end = s ? s + env->size : NULL;

	for (; s < end; s += strlen(s) + 1) {
		if (strncmp(s, match->name, match->name_size) != 0 || s[match->name_size] != '=')
			continue;
		if (!match->glob || fnmatch(match->glob, s + match->name_size + 1, 0) == 0)
			return true;
	}
	return false;
}

static void add(struct environment_match *match, int64_t env_id)
{
	struct entry *entry;

	HASH_FIND(hh, match->entries, &env_id, sizeof(env_id), entry);
	if (entry)
		return;
	entry = permanent(sizeof(*entry));
	entry->env_id = env_id;
	HASH_ADD(hh, match->entries, env_id, sizeof(entry->env_id), entry);
}

void environment_match_record(
	void *context, const struct procaudit_record *record, struct exec *exec)
{
	struct environment_match *match = context;
	struct entry *entry = NULL;

	/* Ids mean nothing beyond a header. */
	if (record->kind == PROCAUDIT_RECORD_HEADER)
		HASH_CLEAR(hh, match->entries);
	if (record->kind == PROCAUDIT_RECORD_ENV && has(match, &record->env))
		add(match, record->env_id);
	if (!exec)
		return;
	if (record->env_id > 0)
		HASH_FIND(hh, match->entries, &record->env_id, sizeof(record->env_id), entry);
	exec->selected = entry || has(match, &record->env);
}
