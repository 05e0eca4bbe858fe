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
	const struct exec *exec; /* the first one that had it */
	int64_t list;		 /* -1: not read yet */
	UT_hash_handle hh;
};

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

static void want(struct envlists *envlists, const struct exec *exec)
{
	struct env_entry *entry;

	if (!has_key(&exec->env_place) || find(envlists, &exec->env_place))
		return;
	entry = permanent(sizeof(*entry));
	entry->key = exec->env_place.index * BYTES_MOST + exec->env_place.offset;
	entry->exec = exec;
	entry->list = -1;
	HASH_ADD(hh, envlists->entries, key, sizeof(entry->key), entry);
}

int64_t envlists_of(const struct envlists *envlists, const struct exec *exec)
{
	const struct env_entry *entry = find(envlists, &exec->env_place);

	return entry ? entry->list : -1;
}

/* Of one process; further ones would cost more than they save. */
#define LOOKED_AT 1000

/* The environment of the program that made this one, more or less. */
static int64_t env_before(const struct envlists *envlists, const struct exec *exec)
{
	const struct process *process = exec->process;
	const struct exec *at, *found = NULL;
	unsigned left = LOOKED_AT;

	for (; process && !found && left; process = process->parent)
		for (at = process->first_exec; at && at->seq < exec->seq && left; at = at->next) {
			left--;
			if (at->selected)
				found = at;
		}
	return found ? envlists_of(envlists, found) : -1;
}

static void add(struct envlists *envlists, struct lists *lists, const struct procaudit_record *r)
{
	struct env_entry *entry = r->env.data ? find(envlists, &r->place) : NULL;

	if (!entry)
		return;
	entry->list = lists_add(lists, r->env.data, r->env.size, env_before(envlists, entry->exec));
	if (entry->list < 0)
		envlists->lost++;
}

static void pass_over(void *context, int error, const struct procaudit_problem *problem)
{
	(void)context;
	(void)error;
	(void)problem;
}

void envlists_read(struct envlists *envlists, struct lists *lists, const struct model *model,
	char *const *files)
{
	const struct procaudit_record *record;
	struct input input;
	unsigned i;

	*envlists = (struct envlists){0};
	for (i = 0; i < model->process_count; i++) {
		const struct exec *exec = model->processes[i]->first_exec;

		for (; exec; exec = exec->next)
			if (exec->selected)
				want(envlists, exec);
	}
	if (!envlists->entries)
		return;
	input_open(&input, files);
	input.on_problem = pass_over; /* told when they were read first */
	while ((record = input_next(&input)))
		add(envlists, lists, record);
	input_close(&input);
}

void envlists_free(struct envlists *envlists)
{
	HASH_CLEAR(hh, envlists->entries);
}
