/* SPDX-License-Identifier: ISC */
/*
 * Any command line of procaudit. What is taken is within the bounds that options.h
 * and the manual set, and says the same when it is written out and parsed again.
 */
#include "cmdline.h"
#include "ending.h"
#include "fuzz.h"
#include "options.h"
#include "optlist.h"
#include "status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of the values of an option, in their order. */
static const char *const formats[] = {"jsonl", "text"};
static const char *const envs[] = {"full", "once", "none"};
static const char *const faileds[] = {NULL, "brief", "full"};
static const char *const errors[] = {"stop", "continue", "kill"};
static const char *const syncs[] = {"none", "interval", "record"};

/* As if zstd had been built in. */
bool compress_is_known(void);
bool compress_is_known(void)
{
	return true;
}

/* The lists that the words of pids are in are lost, as they are in the program. */
static void forget(struct options *options)
{
	free(options->redact);
	free(options->pids);
	free(options->pid_words);
}

/* False: it has ended, with a status that is documented. */
static bool parse(struct options *options, int argc, char *argv[])
{
	optind = 0;
	memset(options, 0, sizeof(*options));
	is_running = true;
	if (setjmp(ending) == 0) {
		options_parse(options, argc, argv);
		is_running = false;
		return true;
	}
	is_running = false;
	require(ended_by == 0 || ended_by == STATUS_FAILED || ended_by == STATUS_USAGE);
	forget(options);
	return false;
}

/* The command is the end of the command line, as it was. */
static void require_command(const struct options *o, const struct words *words)
{
	char *const *end = words->argv + words->argc;
	char **word;

	require((o->pids == NULL) != (o->command == NULL) && (!o->pids == !o->pid_count));
	if (!o->command)
		return;
	require(o->command > words->argv && o->command < end);
	for (word = o->command; *word; word++)
		require(word < end);
	require(word == end);
}

static void require_bounds(const struct options *o)
{
	size_t i;

	require(o->format <= PROCAUDIT_TEXT && o->env <= PROCAUDIT_ENV_NONE);
	require(o->failed <= PROCAUDIT_FAILED_FULL && o->sync <= SYNC_RECORD);
	require(o->on_log_error <= ON_LOG_ERROR_KILL);
	require(o->linger >= LINGER_FOREVER);
	require(!o->max_line || (o->max_line >= 2048 && o->format == PROCAUDIT_JSONL));
	require(!o->response_files || o->format == PROCAUDIT_JSONL);
	require(!o->rotate || (o->rotate >= 65536 && o->output && strcmp(o->output, "-") != 0));
	require(o->rotate || (!o->keep && !o->compress));
	require(!o->daemonize || (o->output && strcmp(o->output, "-") != 0));
	require(!o->redact_hmac || o->redact_count);
	require(!o->redact_count == !o->redact && (!o->redact_key || o->redact_hmac));
	for (i = 0; i < o->redact_count; i++)
		require(o->redact[i][0]);
	require(!o->pidfile || o->pidfile[0]);
	for (i = 0; i < o->pid_count; i++)
		require(o->pids[i] > 0 && strtoll(o->pid_words[i], NULL, 10) == o->pids[i]);
	require(!o->pids ||
		(!o->pid_words[o->pid_count] && !o->user && !o->failed && !o->kill_on_exit &&
			o->linger == LINGER_FOREVER && o->on_log_error != ON_LOG_ERROR_KILL));
}

/* --- Written out --------------------------------------------------------- */

/* Of which each byte may be a pid. */
#define INPUT_MOST 4096

/* Room for all: each option once, those that repeat, and the command. */
#define ROOM (OPTLIST_MAX + INPUT_MOST + 2 * WORDS_MOST)

struct line {
	int argc;
	char *argv[ROOM + 1];
};

__attribute__((format(printf, 2, 3))) static void put(struct line *line, const char *format, ...)
{
	va_list arguments;

	require(line->argc < ROOM);
	va_start(arguments, format);
	require(vasprintf(&line->argv[line->argc++], format, arguments) >= 0);
	va_end(arguments);
}

static void put_flag(struct line *line, bool is_set, const char *name)
{
	if (is_set)
		put(line, "%s", name);
}

static void put_log(struct line *line, const struct options *o)
{
	size_t i;

	if (o->output)
		put(line, "--output=%s", o->output);
	put(line, "--format=%s", formats[o->format]);
	put(line, "--env=%s", envs[o->env]);
	put(line, "--sync=%s", syncs[o->sync]);
	if (o->max_line)
		put(line, "--max-line=%zu", o->max_line);
	if (o->rotate)
		put(line, "--rotate=%" PRIu64, o->rotate);
	if (o->keep)
		put(line, "--keep=%u", o->keep);
	for (i = 0; i < o->redact_count; i++)
		put(line, "--redact=%s", o->redact[i]);
	if (o->redact_key)
		put(line, "--redact-hmac=%s", o->redact_key);
	else
		put_flag(line, o->redact_hmac, "--redact-hmac");
	put_flag(line, o->append, "--append");
	put_flag(line, o->compress, "--compress");
	put_flag(line, o->response_files, "--response-files");
}

static void put_rest(struct line *line, const struct options *o)
{
	size_t i;
	char **word;

	if (o->linger != LINGER_FOREVER)
		put(line, "--linger=%lld", o->linger);
	if (o->pidfile)
		put(line, "--pidfile=%s", o->pidfile);
	if (o->user)
		put(line, "--user=%s", o->user);
	if (o->failed)
		put(line, "--failed=%s", faileds[o->failed]);
	put(line, "--on-log-error=%s", errors[o->on_log_error]);
	put_flag(line, o->daemonize, "--daemonize");
	put_flag(line, o->threads, "--threads");
	put_flag(line, o->kill_on_exit, "--kill-on-exit");
	put_flag(line, o->verbose, "--verbose");
	put_flag(line, o->quiet, "--quiet");
	for (i = 0; i < o->pid_count; i++)
		put(line, "--attach=%d", o->pids[i]);
	put(line, "--");
	for (word = o->command; word && *word; word++)
		put(line, "%s", *word);
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void require_same(const struct options *a, const struct options *b)
{
	size_t i;

	require(is_same(a->output, b->output) && is_same(a->user, b->user));
	require(is_same(a->pidfile, b->pidfile) && is_same(a->redact_key, b->redact_key));
	require(a->format == b->format && a->env == b->env && a->failed == b->failed);
	require(a->on_log_error == b->on_log_error && a->sync == b->sync);
	require(a->max_line == b->max_line && a->rotate == b->rotate && a->keep == b->keep);
	require(a->linger == b->linger && a->append == b->append && a->compress == b->compress);
	require(a->daemonize == b->daemonize && a->redact_hmac == b->redact_hmac);
	require(a->threads == b->threads && a->response_files == b->response_files);
	require(a->kill_on_exit == b->kill_on_exit && a->verbose == b->verbose);
	require(a->quiet == b->quiet && a->redact_count == b->redact_count);
	for (i = 0; i < a->redact_count; i++)
		require(is_same(a->redact[i], b->redact[i]));
	require(a->pid_count == b->pid_count && !a->command == !b->command);
	for (i = 0; i < a->pid_count; i++)
		require(a->pids[i] == b->pids[i]);
	for (i = 0; a->command && a->command[i]; i++)
		require(is_same(a->command[i], b->command[i]));
	require(!a->command || !b->command[i]);
}

static void parse_again(char *name, const struct options *options)
{
	struct line *line = calloc(1, sizeof(*line));
	struct options again;
	int i;

	require(line);
	line->argv[line->argc++] = name;
	put_log(line, options);
	put_rest(line, options);
	require(parse(&again, line->argc, line->argv));
	require_same(options, &again);
	forget(&again);
	for (i = 1; i < line->argc; i++)
		free(line->argv[i]);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char name[] = "procaudit";
	struct options options;
	struct words words;

	if (size > INPUT_MOST)
		return -1;
	words_split(&words, name, data, size);
	if (parse(&options, words.argc, words.argv)) {
		require_command(&options, &words);
		require_bounds(&options);
		parse_again(name, &options);
		forget(&options);
	}
	words_free(&words);
	return 0;
}
