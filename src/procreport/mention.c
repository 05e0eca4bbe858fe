/* SPDX-License-Identifier: ISC */
#include "mention.h"

#include "maps.h"
#include "memory.h"
#include "noise.h"

#include <stdlib.h>
#include <string.h>

/* An environment that has been looked through. */
struct seen {
	const struct text *env;
	UT_hash_handle hh;
};

/* A side while it is looked through. */
struct look {
	struct mentions *mentions;
	unsigned side;
	const char *root; /* of the log; NULL: unknown */
	struct seen *seen;
};

static struct mention *find(const struct mentions *mentions, uint64_t hash)
{
	struct mention *mention;

	HASH_FIND(hh, mentions->all, &hash, sizeof(hash), mention);
	return mention;
}

/* Byte by byte: look_at_path() has those of the folders above on its way. */
static uint64_t hash_of(const char *path)
{
	uint64_t hash = HASH_START;

	for (; *path; path++)
		hash = hash_bytes(hash, path, 1);
	return hash;
}

void mentions_add(struct mentions *mentions, const char *path)
{
	uint64_t hash = hash_of(path);
	struct mention *mention;

	if (find(mentions, hash))
		return;
	mention = allocated(calloc(1, sizeof(*mention)), "cannot compare directories");
	mention->hash = hash;
	HASH_ADD(hh, mentions->all, hash, sizeof(mention->hash), mention);
}

static bool is_in_root(const struct look *look, const char *path, size_t size)
{
	size_t root = look->root ? strlen(look->root) : 0;

	return root && size >= root && memcmp(path, look->root, root) == 0 &&
	       (size == root || path[root] == '/');
}

/* Marks the folders that a path leads through. */
static void look_at_path(struct look *look, const char *path, size_t size)
{
	uint64_t hash = HASH_START;
	struct mention *mention;
	size_t i;

	if (is_in_root(look, path, size))
		return;
	for (i = 0; i < size; i++) {
		hash = hash_bytes(hash, path + i, 1);
		if (i + 1 < size && path[i + 1] != '/')
			continue;
		mention = find(look->mentions, hash);
		if (mention)
			mention->sides[look->side] = true;
	}
}

static void look_at(struct look *look, const char *text, size_t size)
{
	const char *at = text, *end = text + size;
	size_t run;

	while ((at = memchr(at, '/', (size_t)(end - at)))) {
		if (!normal_is_start(text, (size_t)(at - text))) {
			at++;
			continue;
		}
		while (at + 1 < end && at[1] == '/')
			at++;
		for (run = 1; at + run < end &&
			      (at[run] == '/' || normal_is_name((unsigned char)at[run]));)
			run++;
		look_at_path(look, at, run);
		at += run;
	}
}

static void look_at_env(struct look *look, const struct text *env)
{
	struct seen *seen;
	size_t i;

	HASH_FIND_PTR(look->seen, &env, seen);
	if (seen)
		return;
	seen = allocated(calloc(1, sizeof(*seen)), "cannot compare directories");
	seen->env = env;
	HASH_ADD_PTR(look->seen, env, seen);
	for (i = 0; i < noise_count(env); i++)
		look_at(look, noise_entry(env, i)->data, noise_entry(env, i)->size);
}

static void forget_envs(struct look *look)
{
	struct seen *seen, *next;

	HASH_ITER (hh, look->seen, seen, next) {
		HASH_DEL(look->seen, seen);
		free(seen);
	}
}

static void look_at_exec(struct look *look, const struct exec *exec, const struct text *env)
{
	const char *s = exec->argv ? exec->argv->data : "", *end;

	end = s + (exec->argv ? exec->argv->size : 0);
	for (; s < end; s += strlen(s) + 1)
		look_at(look, s, strlen(s));
	if (exec->cwd)
		look_at_path(look, exec->cwd->data, exec->cwd->size);
	if (exec->exe)
		look_at_path(look, exec->exe->data, exec->exe->size);
	if (env)
		look_at_env(look, env);
}

void mentions_find(struct mentions *mentions, const struct side *side)
{
	struct look look = {.mentions = mentions, .side = side->number};
	unsigned number = 0, i;

	if (!mentions->all)
		return;
	for (i = 0; i < side->model.exec_count; i++) {
		const struct exec *exec = side->model.execs[i];
		const struct model_log *log = exec->process->log;

		if (log->number != number)
			forget_envs(&look);
		number = log->number;
		look.root = log->cwd ? log->cwd->data : NULL;
		look_at_exec(&look, exec, side->envs[i]);
	}
	forget_envs(&look);
}

bool mentions_has(const struct mentions *mentions, const char *path, unsigned side)
{
	const struct mention *mention = find(mentions, hash_of(path));

	return mention && mention->sides[side];
}

void mentions_free(struct mentions *mentions)
{
	struct mention *mention, *next;

	HASH_ITER (hh, mentions->all, mention, next) {
		HASH_DEL(mentions->all, mention);
		free(mention);
	}
}
