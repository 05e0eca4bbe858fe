/* SPDX-License-Identifier: ISC */
#include "side.h"

#include "memory.h"
#include "noise.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

/* So many environments are at hand as they stand in the log: programs that run at the
 * same time have few. */
#define CACHED 16

struct cached_env {
	struct bytes raw;
	const struct text *env;
	uint64_t used; /* the larger, the later */
};

/* An env record. */
struct env_entry {
	int64_t env_id;
	const struct text *env;
	UT_hash_handle hh;
};

/* --- Environments, while they are read ------------------------------------------- */

static const char *variable(const struct procaudit_strings *env, const char *name)
{
	const char *s, *end = env->data + env->size;
	size_t size = strlen(name);

	for (s = env->data; s < end; s += strlen(s) + 1)
		if (strncmp(s, name, size) == 0 && s[size] == '=')
			return intern(s + size + 1, strlen(s + size + 1))->data;
	return NULL;
}

/* The first environment of a log is that of its first program. */
static void learn(struct normal *normal, const struct procaudit_strings *env)
{
	normal->home = variable(env, "HOME");
	normal_folder(normal, normal->home, NORMAL_HOME, false);
	normal_folder(normal, variable(env, "TMPDIR"), "%tmp%", true);
	normal->learned = true;
}

static struct cached_env *oldest(struct side *side)
{
	struct cached_env *found = &side->cache[0];
	size_t i;

	for (i = 1; i < CACHED; i++)
		if (side->cache[i].used < found->used)
			found = &side->cache[i];
	return found;
}

static const struct text *env_of(struct side *side, const struct procaudit_strings *env)
{
	static uint64_t uses;
	struct normal *normal = &side->normals[side->normal_count - 1];
	struct cached_env *cached;
	size_t i;

	if (!env->data)
		return NULL;
	if (!normal->learned)
		learn(normal, env);
	for (i = 0; i < CACHED; i++) {
		cached = &side->cache[i];
		if (cached->env && cached->raw.size == env->size + 1 &&
			memcmp(cached->raw.data, env->data, env->size) == 0) {
			cached->used = ++uses;
			return cached->env;
		}
	}
	cached = oldest(side);
	cached->raw.size = 0;
	bytes_add(&cached->raw, env->data, env->size);
	bytes_string(&cached->raw, "");
	cached->env = noise_keep(side->options, env);
	cached->used = ++uses;
	return cached->env;
}

static void forget_envs(struct side *side)
{
	size_t i;

	HASH_CLEAR(hh, side->env_ids);
	for (i = 0; i < CACHED; i++)
		side->cache[i].env = NULL;
}

static struct env_entry *find_env(const struct side *side, int64_t env_id)
{
	struct env_entry *entry;

	HASH_FIND(hh, side->env_ids, &env_id, sizeof(env_id), entry);
	return entry;
}

static void on_env(struct side *side, const struct procaudit_record *r)
{
	struct env_entry *entry = find_env(side, r->env_id);

	if (!entry) {
		entry = permanent(sizeof(*entry));
		entry->env_id = r->env_id;
		HASH_ADD(hh, side->env_ids, env_id, sizeof(entry->env_id), entry);
	}
	entry->env = env_of(side, &r->env);
}

/* --- Records ---------------------------------------------------------------------- */

static void on_header(struct side *side)
{
	const struct model *model = &side->model;
	const struct model_log *log;
	struct normal *normal;

	/* Ids mean nothing beyond a header. */
	forget_envs(side);
	if (side->normal_count == model->log_count)
		return;
	side->next_seq = 0;
	log = model->logs[side->normal_count];
	side->normals = allocated(
		reallocarray(side->normals, side->normal_count + 1, sizeof(*side->normals)),
		"cannot hold the log");
	normal = &side->normals[side->normal_count++];
	normal_begin(normal, log->cwd ? log->cwd->data : NULL);
	normal->ignore = side->ignore;
	normal->ignore_count = side->options->ignore.count;
}

/* The names that it makes are random. */
static void learn_templates(struct normal *normal, const struct exec *exec)
{
	const char *s = exec->argv->data, *end = s + exec->argv->size, *slash = strrchr(s, '/');

	if (strcmp(slash ? slash + 1 : s, "mktemp") != 0)
		return;
	for (s += strlen(s) + 1; s < end; s += strlen(s) + 1)
		normal_template(normal, s);
}

static void on_exec(struct side *side, const struct procaudit_record *r, const struct exec *exec)
{
	const struct env_entry *entry = r->env_id > 0 ? find_env(side, r->env_id) : NULL;

	if (exec->number >= side->env_cap) {
		side->env_cap = 2 * side->env_cap + 1024;
		side->envs = allocated(reallocarray(side->envs, side->env_cap, sizeof(void *)),
			"cannot hold the log");
	}
	side->envs[exec->number] = entry ? entry->env : env_of(side, &r->env);
	learn_templates(&side->normals[side->normal_count - 1], exec);
}

static void on_record(void *context, const struct procaudit_record *record, struct exec *exec)
{
	struct side *side = context;

	if (record->kind == PROCAUDIT_RECORD_HEADER)
		on_header(side);
	side->holes = side->holes || record->seq != side->next_seq;
	side->next_seq = record->seq + 1 + (record->parts > 0 ? record->parts : 0);
	if (record->kind == PROCAUDIT_RECORD_HEADER)
		return;
	if (record->kind == PROCAUDIT_RECORD_ENV)
		on_env(side, record);
	else if (exec && !exec->attached)
		on_exec(side, record, exec);
}

void side_read(struct side *side, char *const *files)
{
	struct cached_env cache[CACHED] = {0};
	size_t i;

	side->cache = cache;
	model_read(&side->model, files, on_record, side);
	forget_envs(side);
	for (i = 0; i < CACHED; i++)
		bytes_free(&cache[i].raw);
	side->cache = NULL;
}

bool side_has_failed(const struct side *side)
{
	unsigned i;

	for (i = 0; i < side->model.log_count; i++)
		if (!side->model.logs[i]->with_failed)
			return false;
	return true;
}

bool side_is_complete(const struct side *side)
{
	unsigned i;

	if (side->model.unreadable || side->model.problems || side->holes)
		return false;
	for (i = 0; i < side->model.log_count; i++)
		if (side->model.logs[i]->complete <= 0)
			return false;
	return true;
}

/* --- Commands --------------------------------------------------------------------- */

static const struct text *status_of(const struct exec *exec)
{
	const char *end;

	if (!exec->success)
		return exec->error ? exec->error : intern("killed", 6);
	if (exec != exec->process->image)
		return intern("", 0);
	/* Whether there is room for a core dump does not matter. */
	if (exec->process->signal)
		return exec->process->signal;
	end = words_end(exec->process);
	return *end ? intern(end, strlen(end)) : intern("exit 0", 6);
}

/* What was asked for and failed, as if it had been loaded. */
static void add_path(const struct normal *normal, struct bytes *out, const struct exec *exec)
{
	static struct bytes path;
	const char *name = exec->path ? exec->path->data : "?";

	path.size = 0;
	while (strncmp(name, "./", 2) == 0)
		name += 2;
	if (*name != '/' && exec->cwd) {
		bytes_text(&path, exec->cwd->data);
		bytes_text(&path, "/");
	}
	bytes_string(&path, name);
	normal_add(normal, out, path.data, path.size - 1);
}

/* Whether how many jobs it runs at once is told by its arguments. */
static bool has_jobs(const struct exec *exec)
{
	static const char *const names[] = {"make", "gmake", "ninja", "samu"};
	const char *slash = strrchr(exec->argv->data, '/');
	const char *name = slash ? slash + 1 : exec->argv->data;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void add_arguments(const struct normal *normal, struct bytes *out, const struct exec *exec)
{
	const char *s = exec->argv->data, *end = s + exec->argv->size;
	bool jobs = has_jobs(exec);

	for (; s < end; s += strlen(s) + 1) {
		if (jobs && noise_is_jobs(s, strlen(s))) {
			const char *next = s + strlen(s) + 1;

			/* -j 8 */
			if (strcmp(s, "-j") == 0 && next < end && *next &&
				strspn(next, "0123456789") == strlen(next))
				s = next;
			continue;
		}
		normal_add(normal, out, s, strlen(s));
		bytes_string(out, "");
	}
}

static const struct text *key_of(const struct side *side, const struct exec *exec)
{
	static struct bytes key;
	const struct normal *normal = &side->normals[exec->process->log->number - 1];

	key.size = 0;
	if (exec->success && exec->exe)
		normal_add(normal, &key, exec->exe->data, exec->exe->size);
	else
		add_path(normal, &key, exec);
	bytes_string(&key, "");
	if (exec->cwd)
		normal_add(normal, &key, exec->cwd->data, exec->cwd->size);
	bytes_string(&key, "");
	if (exec->has_argv)
		add_arguments(normal, &key, exec);
	else
		bytes_string(&key, "?");
	return intern(key.data, key.size);
}

/* What noise_filter() has made of an environment in a log. */
struct filtered_env {
	const struct text *kept; /* the key */
	const struct text *env;
	UT_hash_handle hh;
};

static void forget_filtered(struct side *side)
{
	struct filtered_env *filtered, *next;

	HASH_ITER (hh, side->filtered, filtered, next) {
		HASH_DEL(side->filtered, filtered);
		free(filtered);
	}
}

static const struct text *filtered_env(struct side *side, const struct exec *exec)
{
	const struct text *kept = side->envs[exec->number];
	struct filtered_env *filtered;

	if (!kept)
		return NULL;
	HASH_FIND_PTR(side->filtered, &kept, filtered);
	if (!filtered) {
		filtered = allocated(calloc(1, sizeof(*filtered)), "cannot hold the log");
		filtered->kept = kept;
		filtered->env = noise_filter(
			side->options, &side->normals[exec->process->log->number - 1], kept);
		HASH_ADD_PTR(side->filtered, kept, filtered);
	}
	return filtered->env;
}

void side_find_commands(struct side *side, bool failed)
{
	const struct model *model = &side->model;
	unsigned number = 0, i;

	side->commands = allocated(calloc((size_t)model->exec_count + 1, sizeof(*side->commands)),
		"cannot hold the log");
	for (i = 0; i < model->exec_count; i++) {
		const struct exec *exec = model->execs[i];
		struct run *command;

		if (!exec->success && (!failed || exec_is_miss(exec)))
			continue;
		if (exec->process->log->number != number)
			forget_filtered(side);
		number = exec->process->log->number;
		command = &side->commands[side->count++];
		*command = (struct run){
			.exec = exec,
			.key = key_of(side, exec),
			.env = filtered_env(side, exec),
			.status = status_of(exec),
			.side = side->number,
		};
		command->program = intern(command->key->data, strlen(command->key->data));
	}
	forget_filtered(side);
}

void side_free(struct side *side)
{
	free(side->commands);
	free(side->normals);
	free(side->envs);
	model_free(&side->model);
}
