/* SPDX-License-Identifier: ISC */
#include "options.h"

#include "compress.h"
#include "consumers.h"
#include "pids.h"
#include "status.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define TRY " (see 'procaudit --help')"

#define LINGER_MAX (100LL * 365 * 24 * 3600)

/* Longer lines than any record has. */
#define MAX_LINE ((uint64_t)1 << 30)

/* A part begins with a header of more than 1 KiB. */
#define ROTATE_MIN (UINT64_C(64) * 1024)
#define ROTATE_MAX (UINT64_C(1) << 50)

#define KEEP_MAX 1000000

/* How a wrong command line ends. */
static int usage = STATUS_FAILED;

/* Values of options that have no letter. */
enum {
	OPT_ENV = 256,
	OPT_REDACT,
	OPT_REDACT_HMAC,
	OPT_FAILED,
	OPT_THREADS,
	OPT_LINGER,
	OPT_KILL_ON_EXIT,
	OPT_ON_LOG_ERROR,
	OPT_ROTATE,
	OPT_KEEP,
	OPT_COMPRESS,
	OPT_MAX_LINE,
	OPT_SYNC
};

/* An option as --help shows it and getopt_long takes it. */
struct row {
	int value; /* its letter, or OPT_… */
	const char *name;
	const char *argument; /* NULL: none; "[=…]": may be left out */
	const char *help;
};

static const struct row rows[] = {
	{'o', "output", "FILE",
		"write the log to FILE ('-': standard output);\n"
		"without it text goes to standard error"},
	{'A', "append", NULL, "add to FILE instead of replacing it"},
	{OPT_ROTATE, "rotate", "SIZE",
		"go on in a new file when FILE has SIZE bytes (100M, 1G);\n"
		"finished ones become FILE.000001, FILE.000002 ..."},
	{OPT_KEEP, "keep", "N", "remove all but the newest N finished files"},
	{OPT_MAX_LINE, "max-line", "BYTES|CONSUMER",
		"no line is longer, long records go on in others; or as\n"
		"rsyslog, journald, docker ... take it, see procaudit(1)"},
	{OPT_COMPRESS, "compress", NULL, "compress finished files (zstd)"},
	{OPT_SYNC, "sync", "none|interval|record",
		"when the log is on the disk: whenever (default), within\n"
		"a second, or record by record"},
	{'f', "format", "jsonl|text", "log format (default: jsonl to FILE, text to stderr)"},
	{OPT_ENV, "env", "full|once|none",
		"environments: in every record (default), each distinct\n"
		"one once, or not at all"},
	{OPT_REDACT, "redact", "GLOB",
		"mask the values of variables that GLOB matches, wherever\n"
		"they occur, and what looks like a secret; 'default': a\n"
		"list of names; repeatable, see procaudit(1)"},
	{OPT_REDACT_HMAC, "redact-hmac", "[=KEYFILE]",
		"mask by a keyed hash, equal for equal values (default:\n"
		"a random key)"},
	{OPT_FAILED, "failed", "[=full|brief]",
		"execs that fail, too (brief: without environment), and\n"
		"what was asked for where something else ran; sets a\n"
		"seccomp filter, see procaudit(1)"},
	{OPT_THREADS, "threads", NULL, "record threads, too"},
	{OPT_LINGER, "linger", "SECONDS|forever",
		"how long to follow processes that outlive COMMAND\n"
		"(default: forever)"},
	{'p', "attach", "PID",
		"record a process that runs already, with all that comes\n"
		"from it, in place of a COMMAND (may be given again)"},
	{'u', "user", "USER[:GROUP]", "run COMMAND as this user (for root)"},
	{OPT_KILL_ON_EXIT, "kill-on-exit", NULL, "if procaudit dies, kill what it traces"},
	{OPT_ON_LOG_ERROR, "on-log-error", "stop|continue|kill",
		"when the log cannot be written: hold the command until\n"
		"it can (default), go on without (default with -p), or\n"
		"kill the command"},
	{'v', "verbose", NULL, "print a summary line at the end"},
	{'q', "quiet", NULL, "no notices"},
	{'h', "help", NULL, "print this help"},
	{'V', "version", NULL, "print the version"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static bool is_optional(const struct row *row)
{
	return row->argument && row->argument[0] == '[';
}

static void print_row(const struct row *row)
{
	char left[64];
	const char *line = row->help, *end, *link = row->value < 256 ? " " : "=";
	int used;

	if (row->value < 256)
		used = snprintf(left, sizeof(left), "  -%c, --%s", row->value, row->name);
	else
		used = snprintf(left, sizeof(left), "      --%s", row->name);
	if (row->argument)
		snprintf(left + used, sizeof(left) - (size_t)used, "%s%s",
			is_optional(row) ? "" : link, row->argument);
	printf("%-30s ", left);
	while ((end = strchr(line, '\n'))) {
		printf("%.*s\n%31s", (int)(end - line), line, "");
		line = end + 1;
	}
	puts(line);
}

static void print_help(void)
{
	size_t i;

	puts("Usage: procaudit [options] [--] COMMAND [ARG...]\n"
	     "       procaudit [options] -p PID [-p PID]...\n"
	     "\n"
	     "Runs COMMAND and records every process and program that it starts.\n");
	for (i = 0; i < ROWS; i++)
		print_row(&rows[i]);
	puts("\nExit status: that of COMMAND; 125 if procaudit failed or the record is\n"
	     "incomplete, 126 if COMMAND could not be executed, 127 if it was not found.\n"
	     "With -p: 0; 1 if procaudit failed or the record is incomplete; 2 for a wrong\n"
	     "command line; 4 for want of permission; 6 if the log cannot be opened.\n"
	     "See procaudit(1).");
}

/* Ends with success if standard output took everything. */
static _Noreturn void finish_output(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		err(STATUS_FAILED, "cannot write to standard output");
	exit(0);
}

static void build_getopt(struct option longs[ROWS + 1], char shorts[2 * ROWS + 3])
{
	size_t i;

	*shorts++ = '+'; /* the command's own options are not ours */
	*shorts++ = ':'; /* a missing argument is told from an unknown option */
	for (i = 0; i < ROWS; i++) {
		longs[i] = (struct option){rows[i].name,
			!rows[i].argument	? no_argument
			: is_optional(&rows[i]) ? optional_argument
						: required_argument,
			NULL, rows[i].value};
		if (rows[i].value >= 256)
			continue;
		*shorts++ = (char)rows[i].value;
		if (rows[i].argument)
			*shorts++ = ':';
	}
	*shorts = '\0';
	longs[ROWS] = (struct option){0};
}

static enum procaudit_format parse_format(const char *text)
{
	if (strcmp(text, "jsonl") == 0)
		return PROCAUDIT_JSONL;
	if (strcmp(text, "text") == 0)
		return PROCAUDIT_TEXT;
	errx(usage, "--format: '%s' is neither jsonl nor text", text);
}

static enum procaudit_env parse_env(const char *text)
{
	if (strcmp(text, "full") == 0)
		return PROCAUDIT_ENV_FULL;
	if (strcmp(text, "once") == 0)
		return PROCAUDIT_ENV_ONCE;
	if (strcmp(text, "none") == 0)
		return PROCAUDIT_ENV_NONE;
	errx(usage, "--env: '%s' is none of full, once, none", text);
}

static enum procaudit_failed parse_failed(const char *text)
{
	if (!text || strcmp(text, "full") == 0)
		return PROCAUDIT_FAILED_FULL;
	if (strcmp(text, "brief") == 0)
		return PROCAUDIT_FAILED_BRIEF;
	errx(usage, "--failed: '%s' is neither full nor brief", text);
}

static enum on_log_error parse_on_log_error(const char *text)
{
	if (strcmp(text, "stop") == 0)
		return ON_LOG_ERROR_STOP;
	if (strcmp(text, "continue") == 0)
		return ON_LOG_ERROR_CONTINUE;
	if (strcmp(text, "kill") == 0)
		return ON_LOG_ERROR_KILL;
	errx(usage, "--on-log-error: '%s' is none of stop, continue, kill", text);
}

static void add_redact(struct options *options, const char *glob)
{
	const char **more;

	if (!*glob)
		errx(usage, "--redact: a pattern of names or 'default' expected");
	more = reallocarray(options->redact, options->redact_count + 1, sizeof(*options->redact));
	if (!more)
		err(usage, "--redact");
	options->redact = more;
	options->redact[options->redact_count++] = glob;
}

static long long parse_linger(const char *text)
{
	const char *error;
	long long seconds;

	if (strcmp(text, "forever") == 0)
		return LINGER_FOREVER;
	seconds = strtonum(text, 0, LINGER_MAX, &error);
	if (error)
		errx(usage, "--linger: '%s' is %s: seconds or 'forever' expected", text, error);
	return seconds;
}

/* Bytes, or so many times 2^10, 2^20 … */
/* Bytes, or K, M, G, T of them; 0 if it is not that. */
static uint64_t parse_size(const char *text, uint64_t min, uint64_t max)
{
	static const char units[] = "KMGT";
	unsigned long long size;
	const char *unit = NULL;
	unsigned shift = 0;
	char *end;

	errno = 0;
	size = strtoull(text, &end, 10);
	if (*end)
		unit = strchr(units, toupper((unsigned char)*end));
	if (unit) {
		shift = 10 * (unsigned)(unit - units + 1);
		end++;
	}
	if (!isdigit((unsigned char)text[0]) || errno || *end || size > max >> shift ||
		size << shift < min)
		return 0;
	return size << shift;
}

static uint64_t parse_rotate(const char *text)
{
	uint64_t size = parse_size(text, ROTATE_MIN, ROTATE_MAX);

	if (!size)
		errx(usage,
			"--rotate: '%s' is no size of 64K or more: bytes, or K, M, G, T expected",
			text);
	return size;
}

static size_t parse_max_line(const char *text)
{
	size_t size = consumers_max_line(text);

	if (!size)
		size = parse_size(text, PROCAUDIT_MIN_LINE, MAX_LINE);
	if (!size)
		errx(usage, "--max-line: '%s' is no size of 2K or more, nor a consumer's name" TRY,
			text);
	return size;
}

static unsigned parse_keep(const char *text)
{
	const char *error;
	long long number = strtonum(text, 1, KEEP_MAX, &error);

	if (error)
		errx(usage, "--keep: '%s' is %s: a number of files expected", text, error);
	return (unsigned)number;
}

static bool is_option(int value)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].value == value)
			return true;
	return false;
}

/* What getopt has no way to say well: which option it was. */
static _Noreturn void bad_option(int what, char *argv[])
{
	const char *word = argv[optind - 1];

	if (what == ':' && word[0] == '-' && word[1] == '-')
		errx(usage, "option '%s' needs an argument" TRY, word);
	if (what == ':')
		errx(usage, "option '-%c' needs an argument" TRY, optopt);
	if (is_option(optopt))
		errx(usage, "option '%s' takes no argument" TRY, word);
	if (isgraph((unsigned char)optopt))
		errx(usage, "unknown option '-%c'" TRY, optopt);
	if (optopt)
		errx(usage, "unknown option '-\\%03o'" TRY, (unsigned char)optopt);
	errx(usage, "unknown or ambiguous option '%s'" TRY, word);
}

/* Whether --attach is among the options, right or wrong. */
static bool attaches(int argc, char *argv[], const char *shorts, const struct option *longs)
{
	bool found = false;
	int value;

	opterr = 0;
	while (!found && (value = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
		found = value == 'p' || (value == ':' && optopt == 'p');
	optind = 0; /* from the start */
	return found;
}

static void check_rotation(const struct options *options)
{
	if (options->keep && !options->rotate)
		errx(usage, "--keep needs --rotate");
	if (options->compress && !options->rotate)
		errx(usage, "--compress needs --rotate");
	if (options->compress && !compress_is_known())
		errx(usage, "--compress: this procaudit was built without zstd");
	if (options->rotate && (!options->output || strcmp(options->output, "-") == 0))
		errx(usage, "--rotate needs -o FILE");
}

static enum sync parse_sync(const char *text)
{
	if (strcmp(text, "none") == 0)
		return SYNC_NONE;
	if (strcmp(text, "interval") == 0)
		return SYNC_INTERVAL;
	if (strcmp(text, "record") == 0)
		return SYNC_RECORD;
	errx(usage, "--sync: '%s' is none of none, interval, record", text);
}

/* An option that says how the log is to be. */
static bool set_log_option(struct options *options, int value)
{
	switch (value) {
	case OPT_ROTATE:
		options->rotate = parse_rotate(optarg);
		break;
	case OPT_KEEP:
		options->keep = parse_keep(optarg);
		break;
	case OPT_COMPRESS:
		options->compress = true;
		break;
	case OPT_SYNC:
		options->sync = parse_sync(optarg);
		break;
	case OPT_MAX_LINE:
		options->max_line = parse_max_line(optarg);
		break;
	case OPT_REDACT:
		add_redact(options, optarg);
		break;
	case OPT_REDACT_HMAC:
		options->redact_hmac = true;
		options->redact_key = optarg;
		break;
	default:
		return false;
	}
	return true;
}

void options_parse(struct options *options, int argc, char *argv[])
{
	struct option longs[ROWS + 1];
	char shorts[2 * ROWS + 3];
	const char *format = NULL;
	int value;

	*options = (struct options){.linger = LINGER_FOREVER};
	build_getopt(longs, shorts);
	if (attaches(argc, argv, shorts, longs)) {
		usage = STATUS_USAGE;
		options->on_log_error = ON_LOG_ERROR_CONTINUE;
	}
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		switch (value) {
		case 'o':
			options->output = optarg;
			break;
		case 'A':
			options->append = true;
			break;
		case 'f':
			format = optarg;
			break;
		case OPT_ENV:
			options->env = parse_env(optarg);
			break;
		case OPT_FAILED:
			options->failed = parse_failed(optarg);
			break;
		case OPT_THREADS:
			options->threads = true;
			break;
		case OPT_LINGER:
			options->linger = parse_linger(optarg);
			break;
		case OPT_KILL_ON_EXIT:
			options->kill_on_exit = true;
			break;
		case 'u':
			options->user = optarg;
			break;
		case 'p':
			pids_add(options, optarg);
			break;
		case OPT_ON_LOG_ERROR:
			options->on_log_error = parse_on_log_error(optarg);
			break;
		case 'v':
			options->verbose = true;
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'h':
			print_help();
			finish_output();
		case 'V':
			puts("procaudit " VERSION);
			finish_output();
		default:
			if (!set_log_option(options, value))
				bad_option(value, argv);
		}
	}
	options->format = options->output ? PROCAUDIT_JSONL : PROCAUDIT_TEXT;
	if (format)
		options->format = parse_format(format);
	if (options->max_line && options->format == PROCAUDIT_TEXT)
		errx(usage, "--max-line is for the format jsonl");
	if (options->redact_hmac && !options->redact_count)
		errx(usage, "--redact-hmac needs --redact" TRY);
	check_rotation(options);
	if (optind < argc)
		options->command = argv + optind;
	if (options->pids)
		pids_check(options);
	else if (!options->command)
		errx(usage, "no command given" TRY);
}
