/* SPDX-License-Identifier: ISC */
#include "diffjson.h"

#include "jsonout.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

static const char *const sides[2] = {"a", "b"};

static void json_id(const struct differ *differ, const char *key, const struct run *command)
{
	json_string(key, words_id(&differ->sides[command->side].model, command->exec));
}

static void json_command(const struct differ *differ, const struct run *command)
{
	const struct exec *exec = command->exec;

	json_id(differ, sides[command->side], command);
	json_text(exec->success ? "exe" : "path", exec->success ? exec->exe : exec->path);
	json_text("cwd", exec->cwd);
	if (exec->has_argv)
		json_strings("argv", exec->argv->data, exec->argv->size);
}

static void json_pair(const struct differ *differ, const struct run *const pair[2])
{
	json_id(differ, "a", pair[0]);
	json_command(differ, pair[1]);
}

static void json_side(const struct differ *differ, int number)
{
	const struct side *side = &differ->sides[number];
	unsigned i;

	json_open(sides[number], '{');
	json_bool("complete", side_is_complete(side));
	json_int("commands", (int64_t)side->count);
	json_open("logs", '[');
	for (i = 0; i < side->model.log_count; i++) {
		const struct model_log *log = side->model.logs[i];

		json_open(NULL, '{');
		json_text("file", log->file);
		json_string("log_id", log->id);
		if (log->command)
			json_strings("command", log->command->data, log->command->size);
		json_text("cwd", log->cwd);
		json_seconds("wall", log->mono_us);
		json_close('}');
	}
	json_close(']');
	json_close('}');
}

static void json_maps(const struct differ *differ)
{
	size_t i;

	json_open("maps", '[');
	for (i = 0; i < differ->maps.count; i++) {
		const struct map *map = &differ->maps.list[i];

		json_open(NULL, '{');
		json_string("name", map->name);
		json_text("a", intern(map->paths[0], strlen(map->paths[0])));
		json_text("b", intern(map->paths[1], strlen(map->paths[1])));
		json_bool("given", map->given);
		json_close('}');
	}
	json_close(']');
}

static void json_found(const struct differ *differ)
{
	unsigned kind;

	json_open("differences", '{');
	for (kind = 0; kind < KINDS; kind++)
		json_int(kind_name(kind), (int64_t)differ->found[kind]);
	json_close('}');
}

static void json_programs(const struct differ *differ, const char *key, int side)
{
	const struct only_programs *programs = &differ->programs[side];
	size_t i;

	json_open(key, '[');
	for (i = 0; i < programs->count; i++) {
		const struct run *first = programs->list[i].first;

		json_open(NULL, '{');
		json_int("count", (int64_t)programs->list[i].count);
		json_id(differ, sides[side], first);
		json_text("exe", first->exec->exe);
		json_close('}');
	}
	json_close(']');
}

static void json_only(const struct differ *differ, const char *key, int side)
{
	const struct matches *only = &differ->only[side];
	size_t i;

	json_open(key, '[');
	for (i = 0; i < only->count; i++) {
		const struct unit *unit = &only->list[i]->units[side];

		json_open(NULL, '{');
		json_int("count", (int64_t)unit->count);
		json_command(differ, unit->list[0]);
		json_close('}');
	}
	json_close(']');
}

static void json_changes(const struct differ *differ)
{
	size_t i;

	json_open("changed_commands", '[');
	for (i = 0; i < differ->changes.count; i++) {
		const struct change *change = &differ->changes.list[i];

		json_open(NULL, '{');
		json_int("count", (int64_t)change->count);
		json_pair(differ, change->first);
		if (change->first[0]->program != change->first[1]->program) {
			json_text("program_before", change->first[0]->program);
			json_text("program_after", change->first[1]->program);
		}
		json_strings("removed", change->removed->data, change->removed->size);
		json_strings("added", change->added->data, change->added->size);
		json_bool("reordered", change->reordered);
		json_close('}');
	}
	json_close(']');
}

static void json_statuses(const char *key, const struct unit *unit)
{
	struct text *text;
	size_t i;

	json_open(key, '[');
	for (i = 0; i < unit->count; i++) {
		const char *status = unit->list[i]->status->data;

		text = intern(*status ? status : "exec", strlen(*status ? status : "exec"));
		json_string(NULL, text->data);
	}
	json_close(']');
}

static void json_ends(const struct differ *differ)
{
	size_t i;

	json_open("changed_statuses", '[');
	for (i = 0; i < differ->statuses.count; i++) {
		const struct match *match = differ->statuses.list[i];
		const struct run *pair[2] = {match->units[0].list[0], match->units[1].list[0]};

		json_open(NULL, '{');
		json_pair(differ, pair);
		json_statuses("before", &match->units[0]);
		json_statuses("after", &match->units[1]);
		json_close('}');
	}
	json_close(']');
}

static void json_counts(const struct differ *differ)
{
	size_t i;

	json_open("changed_counts", '[');
	for (i = 0; i < differ->counts.count; i++) {
		const struct match *match = differ->counts.list[i];
		const struct run *pair[2] = {match->units[0].list[0], match->units[1].list[0]};

		json_open(NULL, '{');
		json_int("before", (int64_t)match->units[0].count);
		json_int("after", (int64_t)match->units[1].count);
		json_pair(differ, pair);
		json_close('}');
	}
	json_close(']');
}

static void json_envs(const struct differ *differ)
{
	size_t i;

	json_open("changed_env", '[');
	for (i = 0; i < differ->envs.count; i++) {
		const struct env_change_of *env = &differ->envs.list[i];

		json_open(NULL, '{');
		json_int("count", (int64_t)env->count);
		json_id(differ, "a", env->first[0]);
		json_id(differ, "b", env->first[1]);
		json_text("before", env->entries[0]);
		json_text("after", env->entries[1]);
		json_close('}');
	}
	json_close(']');
}

static void json_slower(const struct differ *differ, const struct options *options)
{
	size_t count, i;
	struct timing *list = differ_slower(differ, (size_t)options->top, &count);

	json_open("slower", '[');
	for (i = 0; i < count; i++) {
		const struct run *pair[2] = {
			list[i].match->units[0].list[0], list[i].match->units[1].list[0]};

		json_open(NULL, '{');
		json_seconds("before", list[i].wall_us[0]);
		json_seconds("after", list[i].wall_us[1]);
		json_pair(differ, pair);
		json_close('}');
	}
	json_close(']');
	free(list);
}

void diffjson_print(const struct differ *differ, const struct options *options)
{
	json_open(NULL, '{');
	json_side(differ, 0);
	json_side(differ, 1);
	if (differ->maps.count)
		json_maps(differ);
	json_found(differ);
	json_programs(differ, "new_programs", 1);
	json_programs(differ, "gone_programs", 0);
	json_only(differ, "new_commands", 1);
	json_only(differ, "gone_commands", 0);
	json_changes(differ);
	json_ends(differ);
	json_counts(differ);
	json_envs(differ);
	if (options->times)
		json_slower(differ, options);
	json_close('}');
	json_line();
}
