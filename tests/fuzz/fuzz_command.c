/* SPDX-License-Identifier: ISC */
/*
 * Any command line of a subcommand of procreport, which the first byte chooses.
 * What is taken is within bounds; and what getopt_long has put in order means the
 * same once more.
 */
#include "cmdline.h"
#include "commands.h"
#include "ending.h"
#include "fuzz.h"
#include "options.h"

#include <getopt.h>
#include <string.h>

/* A new one goes to the end: seeds begin with its number, as a letter from 'a' on. */
static const struct command *const commands[] = {
	&cmd_verify,
	&cmd_summary,
	&cmd_list,
	&cmd_tree,
	&cmd_show,
	&cmd_failed,
	&cmd_follow,
	&cmd_trace,
	&cmd_otlp,
	&cmd_intoto,
	&cmd_compdb,
	&cmd_flame,
	&cmd_diff,
	&cmd_dot,
	&cmd_html,
	&cmd_scrub,
	&cmd_shell,
	&cmd_sql,
};

static bool parse(struct options *options, const struct command *command, struct words *words)
{
	optind = 0;
	is_running = true;
	if (setjmp(ending) == 0) {
		options_parse(options, command, words->argc, words->argv);
		is_running = false;
		return true;
	}
	is_running = false;
	require(ended_by == STATUS_OK || ended_by == STATUS_FAILED || ended_by == STATUS_USAGE);
	return false;
}

/* Each is one of the words, or the end of one. */
static void require_text(const char *text, const struct words *words)
{
	require(!text || (text >= words->text && text <= words->text + words->size));
}

static void require_list(const struct list *list, const struct words *words)
{
	size_t i;

	require(list->count <= LIST_MOST);
	for (i = 0; i < list->count; i++) {
		require(list->items[i]);
		require_text(list->items[i], words);
	}
}

static void require_bounds(const struct options *o, const struct words *words)
{
	char **file = o->files;

	require(o->color <= COLOR_NEVER && o->measure <= MEASURE_COUNT);
	require(o->top >= 0 && o->lines >= 0 && o->batch >= 1 && o->depth >= -1);
	require(o->most >= 0 && o->pid >= 0);
	require_text(o->program, words);
	require_text(o->match, words);
	require_text(o->cwd, words);
	require_text(o->since, words);
	require_text(o->until, words);
	require_text(o->under, words);
	require_text(o->from, words);
	require_text(o->env, words);
	require_text(o->output, words);
	require_text(o->key, words);
	require_text(o->post, words);
	require_list(&o->fail_on, words);
	require_list(&o->ignore, words);
	require_list(&o->ignore_env, words);
	require_list(&o->map, words);
	require_list(&o->redact, words);
	require_list(&o->subject, words);
	require(file > words->argv && file < words->argv + words->argc);
	for (; *file; file++)
		require_text(*file, words);
	require(file == words->argv + words->argc);
}

static bool is_same_list(const struct list *a, const struct list *b)
{
	return a->count == b->count &&
	       memcmp(a->items, b->items, a->count * sizeof(*a->items)) == 0;
}

static void require_same(const struct options *a, const struct options *b)
{
	require(a->color == b->color && a->measure == b->measure && a->json == b->json);
	require(a->quiet == b->quiet && a->utc == b->utc && a->failed == b->failed);
	require(a->no_fold == b->no_fold && a->sh == b->sh && a->misses == b->misses);
	require(a->from_start == b->from_start && a->forever == b->forever);
	require(a->append == b->append && a->all_compilers == b->all_compilers);
	require(a->per_output == b->per_output && a->all_env == b->all_env);
	require(a->times == b->times && a->args == b->args && a->byproduct == b->byproduct);
	require(a->home == b->home && a->host == b->host && a->user == b->user);
	require(a->null == b->null && a->top == b->top && a->lines == b->lines);
	require(a->batch == b->batch && a->depth == b->depth && a->most == b->most);
	require(a->pid == b->pid && a->program == b->program && a->match == b->match);
	require(a->cwd == b->cwd && a->since == b->since && a->until == b->until);
	require(a->under == b->under && a->from == b->from && a->env == b->env);
	require(a->output == b->output && a->key == b->key && a->post == b->post);
	require(a->files == b->files && is_same_list(&a->fail_on, &b->fail_on));
	require(is_same_list(&a->ignore, &b->ignore) && is_same_list(&a->map, &b->map));
	require(is_same_list(&a->ignore_env, &b->ignore_env));
	require(is_same_list(&a->redact, &b->redact) && is_same_list(&a->subject, &b->subject));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size ? (size_t)(data[0] - 'a') : 0;
	static char name[] = "procreport";
	struct options options, again;
	struct words words;

	if (size == 0 || n >= sizeof(commands) / sizeof(commands[0]))
		return -1;
	words_split(&words, name, data + 1, size - 1);
	if (parse(&options, commands[n], &words)) {
		require_bounds(&options, &words);
		require(parse(&again, commands[n], &words));
		require_same(&options, &again);
	}
	words_free(&words);
	return 0;
}
