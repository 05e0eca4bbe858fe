/* SPDX-License-Identifier: ISC */
#include "options.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Values of options that have no letter. */
enum {
	OPT_COLOR = 256,
	OPT_JSON,
	OPT_UTC,
	OPT_TOP,
	OPT_FAILED,
	OPT_PID,
	OPT_PROGRAM,
	OPT_MATCH,
	OPT_CWD,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_UNDER,
	OPT_ENV,
	OPT_DEPTH,
	OPT_FROM,
	OPT_NO_FOLD,
	OPT_SH,
	OPT_MISSES,
	OPT_MOST,
	OPT_FROM_START,
	OPT_FOREVER,
	OPT_APPEND,
	OPT_ALL_COMPILERS,
	OPT_PER_OUTPUT,
	OPT_CPU,
	OPT_WALL,
	OPT_COUNT,
	OPT_ALL_ENV,
	OPT_FAIL_ON,
	OPT_IGNORE,
	OPT_IGNORE_ENV,
	OPT_MAP,
	OPT_TIMES,
	OPT_ARGS,
	OPT_BATCH,
	OPT_POST,
	OPT_BYPRODUCT,
	OPT_SUBJECT,
	OPT_REDACT,
	OPT_KEY,
	OPT_HOME,
	OPT_HOST,
	OPT_USER,
};

/* An option as help shows it and getopt_long takes it. */
struct row {
	int value; /* its letter, or OPT_… */
	const char *name;
	const char *argument; /* NULL: none */
	const char *help;
};

static const struct row rows[] = {
	{OPT_COLOR, "color", "auto|always|never",
		"colours: on a terminal (default), always, or never"},
	{OPT_JSON, "json", NULL, "print JSON"},
	{'q', "quiet", NULL, "print nothing; the exit status tells"},
	{OPT_TOP, "top", "N", "rows of each table (default: 10)"},
	{'n', "lines", "N", "first the last N lines of what is there"},
	{OPT_FROM_START, "from-start", NULL, "first all lines of what is there"},
	{OPT_FOREVER, "forever", NULL, "go on when the log has ended: another may follow"},
	{OPT_PROGRAM, "program", "GLOB", "programs of this name, or this path"},
	{OPT_MATCH, "match", "REGEX", "commands that match, their words joined by blanks"},
	{OPT_CWD, "cwd", "DIR", "what ran in this directory or below"},
	{OPT_PID, "pid", "N", "this process id"},
	{OPT_SINCE, "since", "TIME",
		"from then on: 'YYYY-MM-DD HH:MM:SS', or +SECONDS\n"
		"from the beginning of the log"},
	{OPT_UNTIL, "until", "TIME", "until then"},
	{OPT_UNDER, "under", "ID", "this process and what came from it"},
	{OPT_ENV, "env", "NAME[=GLOB]", "with this variable, of such a value"},
	{OPT_DEPTH, "depth", "N", "so many levels below the first"},
	{OPT_FROM, "from", "ID", "this process and what came from it"},
	{OPT_NO_FOLD, "no-fold", NULL, "siblings that are alike one by one"},
	{OPT_MISSES, "misses", NULL, "execs that found no file while PATH was searched, too"},
	{OPT_MOST, "most", "N",
		"so many processes at most: those that failed, and the\n"
		"longest (default: 50000)"},
	{OPT_CPU, "cpu", NULL, "CPU time, in microseconds; the default"},
	{OPT_WALL, "wall", NULL, "wall time without that of children, in microseconds"},
	{OPT_COUNT, "count", NULL, "how often programs ran"},
	{OPT_SH, "sh", NULL, "print a bash script that runs it again"},
	{OPT_FAILED, "failed", NULL, "what failed, or ended with another status than 0"},
	{OPT_FAIL_ON, "fail-on", "KIND,...",
		"end with status 3 if there are differences of a kind:\n"
		"new-program, gone-program, new-command, gone-command,\n"
		"changed-program, changed-flags, changed-env,\n"
		"changed-status, changed-count, incomplete; or any"},
	{OPT_IGNORE, "ignore", "REGEX", "what matches this is the same in both"},
	{OPT_IGNORE_ENV, "ignore-env", "GLOB", "variables that do not matter"},
	{OPT_MAP, "map", "DIR-A=DIR-B", "a directory of A that is this one of B (repeatable)"},
	{OPT_ALL_ENV, "all-env", NULL, "variables of sessions, terminals and shells, too"},
	{OPT_TIMES, "times", NULL, "times of both, and what takes longer now"},
	{OPT_ARGS, "args", NULL, "arguments, too, which may have secrets in them"},
	{OPT_BATCH, "batch", "N", "spans of one request at most (default: 512)"},
	{OPT_POST, "post", "URL", "send them to a collector, such as http://localhost:4318"},
	{OPT_SUBJECT, "subject", "FILE", "a statement of this file, with its digest (repeatable)"},
	{OPT_BYPRODUCT, "byproduct", NULL, "only the digests of the logs, as by-products of SLSA"},
	{'0', "null", NULL,
		"arguments as they are, each ended by a NUL byte, and\n"
		"a further one behind each command"},
	{'o', "output", "FILE", "write to this file, which must not be there yet"},
	{OPT_REDACT, "redact", "GLOB", "mask variables of such names, too (repeatable)"},
	{OPT_KEY, "key", "FILE", "the key of the masks, at least 16 bytes; else it is random"},
	{OPT_HOME, "home", NULL, "mask the names of home directories, too"},
	{OPT_HOST, "host", NULL, "mask the names of hosts, too, and leave boot_id out"},
	{OPT_USER, "user", NULL, "mask the names of users, too"},
	{OPT_UTC, "utc", NULL, "times in UTC, not in the zone of the user"},
	{'h', "help", NULL, "print this help"},
};
#define COMMON (sizeof(rows) / sizeof(rows[0]))

/* Those of compdb. */
static const struct row compdb_rows[] = {
	{'o', "output", "FILE", "write to this file, not to standard output"},
	{OPT_APPEND, "append", NULL, "keep what the file has of other sources"},
	{OPT_ALL_COMPILERS, "all", NULL,
		"those that configure tries, too, and those that do not\n"
		"compile (-E, -M)"},
	{OPT_PER_OUTPUT, "per-output", NULL, "one entry for each output of a source"},
};
#define OWN  (sizeof(compdb_rows) / sizeof(compdb_rows[0]))
#define ROWS (OWN + COMMON)

static const struct row *row_at(size_t i)
{
	return i < OWN ? &compdb_rows[i] : &rows[i - OWN];
}

/* Whether a subcommand takes the row at i. */
static bool takes(const struct command *command, size_t i)
{
	const struct row *row = row_at(i);
	char word[32];

	/* html, too, replaces a file that is there. */
	if (i < OWN)
		return strcmp(command->name, "compdb") == 0 ||
		       (row->value == 'o' && strcmp(command->name, "html") == 0);
	if (row->value == OPT_COLOR || row->value == 'h')
		return true;
	snprintf(word, sizeof(word), "|%s|", row->name);
	return strstr(command->options, word) != NULL;
}

static void print_row(const struct row *row)
{
	char left[64];
	const char *line = row->help, *end;
	int used;

	if (row->value < 256)
		used = snprintf(left, sizeof(left), "  -%c, --%s", row->value, row->name);
	else
		used = snprintf(left, sizeof(left), "      --%s", row->name);
	if (row->argument)
		snprintf(left + used, sizeof(left) - (size_t)used, "%s%s",
			row->value < 256 ? " " : "=", row->argument);
	printf("%-31s ", left);
	while ((end = strchr(line, '\n'))) {
		printf("%.*s\n%32s", (int)(end - line), line, "");
		line = end + 1;
	}
	puts(line);
}

_Noreturn void options_finish(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		err(STATUS_FAILED, "cannot write to standard output");
	exit(STATUS_OK);
}

static _Noreturn void print_help(const struct command *command)
{
	size_t i;

	printf("Usage: procreport %s [options] %s\n\n%s\n\n", command->name, command->operands,
		command->summary);
	for (i = 0; i < ROWS; i++)
		if (takes(command, i))
			print_row(row_at(i));
	if (command->help)
		printf("\n%s", command->help);
	puts("\nA LOG is a file that procaudit has written, perhaps compressed by zstd, or '-'\n"
	     "for standard input. See procreport(1).");
	options_finish();
}

static void build_getopt(
	const struct command *command, struct option longs[ROWS + 1], char shorts[2 * ROWS + 2])
{
	size_t i;

	*shorts++ = ':'; /* a missing argument is told from an unknown option */
	for (i = 0; i < ROWS; i++) {
		const struct row *row = row_at(i);

		if (!takes(command, i))
			continue;
		*longs++ = (struct option){row->name,
			row->argument ? required_argument : no_argument, NULL, row->value};
		if (row->value >= 256)
			continue;
		*shorts++ = (char)row->value;
		if (row->argument)
			*shorts++ = ':';
	}
	*shorts = '\0';
	*longs = (struct option){0};
}

static enum color parse_color(const char *text)
{
	if (strcmp(text, "auto") == 0)
		return COLOR_AUTO;
	if (strcmp(text, "always") == 0)
		return COLOR_ALWAYS;
	if (strcmp(text, "never") == 0)
		return COLOR_NEVER;
	errx(STATUS_USAGE, "--color: '%s' is none of auto, always, never", text);
}

static int64_t parse_number(const char *name, const char *text, int64_t low)
{
	const char *error;
	int64_t number = strtonum(text, low, INT32_MAX, &error);

	if (error)
		errx(STATUS_USAGE, "%s: '%s' is %s", name, text, error);
	return number;
}

static void add_to_list(struct list *list, const char *text)
{
	if (list->count == LIST_MOST)
		errx(STATUS_USAGE, "'%s': this option comes more than %d times", text, LIST_MOST);
	list->items[list->count++] = text;
}

static bool is_known(const struct command *command, int value)
{
	size_t i = 0;

	while (i < ROWS && (row_at(i)->value != value || !takes(command, i)))
		i++;
	return i < ROWS;
}

static _Noreturn void bad_option(const struct command *command, int what, char *argv[])
{
	/* musl counts the argument that is missing, too: it is the NULL at the end. */
	const char *word = argv[optind - 1] ? argv[optind - 1] : argv[optind - 2];
	const char *wrong = "there is no such option here:";
	char letter[] = {'-', (char)optopt, '\0'};

	if (what == ':')
		wrong = "an argument is missing behind";
	else if (is_known(command, optopt))
		wrong = "no argument belongs to";
	else if (optopt)
		word = letter; /* of several, perhaps, behind one dash */
	errx(STATUS_USAGE, "%s '%s' (see 'procreport %s --help')", wrong, word, command->name);
}

/* What an option without an argument sets; NULL: this is none. */
static bool *flag_of(struct options *options, int value)
{
	switch (value) {
	case OPT_JSON:
		return &options->json;
	case 'q':
		return &options->quiet;
	case '0':
		return &options->null;
	case OPT_UTC:
		return &options->utc;
	case OPT_FAILED:
		return &options->failed;
	case OPT_MISSES:
		return &options->misses;
	case OPT_FROM_START:
		return &options->from_start;
	case OPT_FOREVER:
		return &options->forever;
	case OPT_SH:
		return &options->sh;
	case OPT_NO_FOLD:
		return &options->no_fold;
	case OPT_APPEND:
		return &options->append;
	case OPT_ALL_COMPILERS:
		return &options->all_compilers;
	case OPT_PER_OUTPUT:
		return &options->per_output;
	case OPT_ALL_ENV:
		return &options->all_env;
	case OPT_TIMES:
		return &options->times;
	case OPT_ARGS:
		return &options->args;
	case OPT_BYPRODUCT:
		return &options->byproduct;
	case OPT_HOME:
		return &options->home;
	case OPT_HOST:
		return &options->host;
	case OPT_USER:
		return &options->user;
	default:
		return NULL;
	}
}

/* Where the argument of an option goes as it is; NULL: not so. */
static const char **text_of(struct options *options, int value)
{
	switch (value) {
	case OPT_PROGRAM:
		return &options->program;
	case OPT_MATCH:
		return &options->match;
	case OPT_CWD:
		return &options->cwd;
	case OPT_SINCE:
		return &options->since;
	case OPT_UNTIL:
		return &options->until;
	case OPT_UNDER:
		return &options->under;
	case OPT_FROM:
		return &options->from;
	case OPT_ENV:
		return &options->env;
	case 'o':
		return &options->output;
	case OPT_KEY:
		return &options->key;
	case OPT_POST:
		return &options->post;
	default:
		return NULL;
	}
}

/* Where those of an option that may come several times are gathered; NULL: not so. */
static struct list *list_of(struct options *options, int value)
{
	switch (value) {
	case OPT_FAIL_ON:
		return &options->fail_on;
	case OPT_IGNORE:
		return &options->ignore;
	case OPT_IGNORE_ENV:
		return &options->ignore_env;
	case OPT_MAP:
		return &options->map;
	case OPT_REDACT:
		return &options->redact;
	case OPT_SUBJECT:
		return &options->subject;
	default:
		return NULL;
	}
}

static void set(struct options *options, const struct command *command, int value, char *argv[])
{
	bool *flag = flag_of(options, value);
	const char **text = text_of(options, value);
	struct list *list = list_of(options, value);

	if (list) {
		add_to_list(list, optarg);
		return;
	}
	if (flag) {
		*flag = true;
		return;
	}
	if (text) {
		*text = optarg;
		return;
	}
	switch (value) {
	case OPT_COLOR:
		options->color = parse_color(optarg);
		break;
	case OPT_TOP:
		options->top = (long)parse_number("--top", optarg, 0);
		break;
	case OPT_PID:
		options->pid = parse_number("--pid", optarg, 1);
		break;
	case OPT_DEPTH:
		options->depth = (long)parse_number("--depth", optarg, 0);
		break;
	case OPT_BATCH:
		options->batch = (long)parse_number("--batch", optarg, 1);
		break;
	case OPT_MOST:
		options->most = (long)parse_number("--most", optarg, 1);
		break;
	case 'n':
		options->lines = (long)parse_number("--lines", optarg, 0);
		break;
	case OPT_CPU:
		options->measure = MEASURE_CPU;
		break;
	case OPT_WALL:
		options->measure = MEASURE_WALL;
		break;
	case OPT_COUNT:
		options->measure = MEASURE_COUNT;
		break;
	case 'h':
		print_help(command);
	default:
		bad_option(command, value, argv);
	}
}

void options_parse(struct options *options, const struct command *command, int argc, char *argv[])
{
	struct option longs[ROWS + 1];
	char shorts[2 * ROWS + 2];
	int value;

	*options = (struct options){.top = 10, .batch = 512, .depth = -1};
	build_getopt(command, longs, shorts);
	opterr = 0;
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
		set(options, command, value, argv);
	if (optind == argc)
		errx(STATUS_USAGE, "no log given (see 'procreport %s --help')", command->name);
	options->files = argv + optind;
}
