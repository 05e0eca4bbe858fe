/* SPDX-License-Identifier: ISC */
#include "envlists.h"

#include "input.h"

#include <string.h>

#include <uthash.h>

/* Files of which environments are known, and bytes of each: a place is one number. */
#define FILES_MOST (UINT64_C(1) << 16)
#define BYTES_MOST (UINT64_C(1) << 48)

struct env_entry {
	uint64_t key;		 /* the place of the record */
	const struct exec *exec; /* the first one that had it; NULL while it is collected */
	int64_t list;		 /* -1: not read, or no room */
	UT_hash_handle hh;
};

void envlists_init(
	struct envlists *envlists, struct lists *lists, const struct model *model, unsigned most)
{
	*envlists = (struct envlists){.lists = lists, .model = model, .most = most, .last = -1};
}

void envlists_free(struct envlists *envlists)
{
	HASH_CLEAR(hh, envlists->entries);
}

static void forget(struct envlists *envlists)
{
	HASH_CLEAR(hh, envlists->entries);
	lists_free(envlists->lists);
	lists_init(envlists->lists);
	envlists->last = -1;
	envlists->lost = 0;
}

/* Whether it has one. */
static bool has_key(const struct procaudit_place *place)
{
	return place->line > 0 && place->index < FILES_MOST && place->offset < BYTES_MOST;
}

static struct env_entry *find(const struct envlists *envlists, const struct procaudit_place *place)
{
	uint64_t key = place->index * BYTES_MOST + place->offset;
	struct env_entry *entry;

	if (!has_key(place))
		return NULL;
	HASH_FIND(hh, envlists->entries, &key, sizeof(key), entry);
	return entry;
}

/* NULL: there is one, or there can be none. */
static struct env_entry *new_entry(struct envlists *envlists, const struct procaudit_place *place)
{
	struct env_entry *entry;

	if (!has_key(place) || find(envlists, place))
		return NULL;
	entry = permanent(sizeof(*entry));
	entry->key = place->index * BYTES_MOST + place->offset;
	entry->list = -1;
	HASH_ADD(hh, envlists->entries, key, sizeof(entry->key), entry);
	return entry;
}

int64_t envlists_of(const struct envlists *envlists, const struct exec *exec)
{
	const struct env_entry *entry = find(envlists, &exec->env_place);

	return entry ? entry->list : -1;
}

/* Of one process and those above; further ones would cost more than they save. */
#define LOOKED_AT 1000

/* The environment of the program that made this one, more or less; else the last one. */
static int64_t env_before(const struct envlists *envlists, const struct exec *exec)
{
	const struct process *process = exec ? exec->process : NULL;
	int64_t list = -1;
	unsigned left = LOOKED_AT;

	for (; process && list < 0 && left; process = process->parent) {
		const struct exec *at, *found = NULL;

		for (at = process->first_exec; at && at->seq < exec->seq && left; at = at->next) {
			left--;
			if (at->env_place.line > 0)
				found = at;
		}
		if (found)
			list = envlists_of(envlists, found);
	}
	return list < 0 ? envlists->last : list;
}

static void add(struct envlists *envlists, struct env_entry *entry, const struct exec *exec,
	const struct procaudit_strings *env)
{
	entry->list = lists_add(envlists->lists, env->data, env->size, env_before(envlists, exec));
	if (entry->list < 0)
		envlists->lost++;
	else
		envlists->last = entry->list;
}

void envlists_collect(void *context, const struct procaudit_record *record, struct exec *exec)
{
	struct envlists *envlists = context;
	struct env_entry *entry;

	if (envlists->too_many || !record->env.data)
		return;
	if (envlists->model->process_count > envlists->most ||
		envlists->model->exec_count / SAMPLE_PROGRAMS_EACH > envlists->most) {
		envlists->too_many = true;
		forget(envlists);
		return;
	}
	entry = new_entry(envlists, &record->place);
	if (entry)
		add(envlists, entry, exec, &record->env);
}

/* --- Those that were selected, read again --------------------------------------- */

static void want_selected(struct envlists *envlists)
{
	const struct model *model = envlists->model;
	struct env_entry *entry;
	unsigned i;

	for (i = 0; i < model->process_count; i++) {
		const struct exec *exec = model->processes[i]->first_exec;

		for (; exec; exec = exec->next) {
			entry = exec->selected ? new_entry(envlists, &exec->env_place) : NULL;
			if (entry)
				entry->exec = exec;
		}
	}
}

static int by_key(const struct env_entry *a, const struct env_entry *b)
{
	return a->key < b->key ? -1 : a->key > b->key;
}

/* What cannot be read any more has been told when it was read first, or is gone. */
static void read_again(struct envlists *envlists, char *const *files)
{
	const struct procaudit_record *record;
	struct env_entry *entry;
	struct input input;

	HASH_SORT(envlists->entries, by_key);
	input_open(&input, files);
	for (entry = envlists->entries; entry; entry = entry->hh.next)
		if (procaudit_reader_seek(input.reader, &entry->exec->env_place) == 0 &&
			procaudit_reader_next(input.reader, &record) == 1 && record->env.data)
			add(envlists, entry, entry->exec, &record->env);
	input_close(&input);
}

void envlists_select(struct envlists *envlists, const struct sample *sample, char *const *files)
{
	if (!envlists->too_many && sample->processes == envlists->model->process_count &&
		!sample->lost)
		return;
	forget(envlists);
	want_selected(envlists);
	read_again(envlists, files);
}
