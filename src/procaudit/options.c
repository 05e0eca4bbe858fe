/* SPDX-License-Identifier: ISC */
#include "options.h"

#include "compress.h"
#include "consumers.h"
#include "optlist.h"
#include "pids.h"
#include "ready.h"
#include "status.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
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

/* Ends with success if standard output took everything. */
static _Noreturn void finish_output(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		err(STATUS_FAILED, "cannot write to standard output");
	exit(0);
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
		err(usage, "--redact: cannot keep '%s'", glob);
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

/* What getopt has no way to say well: which option it was. */
static _Noreturn void bad_option(int what, char *argv[])
{
	/* musl counts the argument that is missing, too: it is the NULL at the end. */
	const char *word = argv[optind - 1] ? argv[optind - 1] : argv[optind - 2];

	if (what == ':' && word[0] == '-' && word[1] == '-')
		errx(usage, "option '%s' needs an argument" TRY, word);
	if (what == ':')
		errx(usage, "option '-%c' needs an argument" TRY, optopt);
	if (optlist_has(optopt))
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
	case OPT_RESPONSE_FILES:
		options->response_files = true;
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

static void take_ready_fd(const char *text)
{
	const char *error;
	int fd = (int)strtonum(text, 3, INT_MAX, &error);

	if (error)
		errx(usage, "--ready-fd: '%s' is %s: a descriptor from 3 on expected", text, error);
	if (ready_take(fd) < 0)
		errx(usage, "--ready-fd: descriptor %d is not open for writing", fd);
}

/* An option of daemons. */
static bool set_daemon_option(struct options *options, int value)
{
	switch (value) {
	case 'D':
		options->daemonize = true;
		break;
	case OPT_PIDFILE:
		if (!*optarg)
			errx(usage, "--pidfile: a file expected");
		options->pidfile = optarg;
		break;
	case OPT_READY_FD:
		take_ready_fd(optarg);
		break;
	default:
		return false;
	}
	return true;
}

/* What the log is to be, against all else that was asked for. */
static void check_output(struct options *options, const char *format)
{
	options->format = options->output ? PROCAUDIT_JSONL : PROCAUDIT_TEXT;
	if (format)
		options->format = parse_format(format);
	if (options->max_line && options->format == PROCAUDIT_TEXT)
		errx(usage, "--max-line is for the format jsonl");
	if (options->response_files && options->format == PROCAUDIT_TEXT)
		errx(usage, "--response-files is for the format jsonl");
	if (options->redact_hmac && !options->redact_count)
		errx(usage, "--redact-hmac needs --redact" TRY);
	check_rotation(options);
	if (options->daemonize && (!options->output || strcmp(options->output, "-") == 0))
		errx(usage, "--daemonize needs -o FILE");
}

void options_parse(struct options *options, int argc, char *argv[])
{
	struct option longs[OPTLIST_MAX + 1];
	char shorts[2 * OPTLIST_MAX + 3];
	const char *format = NULL;
	int value;

	*options = (struct options){.linger = LINGER_FOREVER};
	optlist_getopt(longs, shorts);
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
			optlist_print();
			finish_output();
		case 'V':
			puts("procaudit " VERSION);
			finish_output();
		default:
			if (!set_log_option(options, value) && !set_daemon_option(options, value))
				bad_option(value, argv);
		}
	}
	check_output(options, format);
	if (optind < argc)
		options->command = argv + optind;
	if (options->pids)
		pids_check(options);
	else if (!options->command)
		errx(usage, "no command given" TRY);
}
