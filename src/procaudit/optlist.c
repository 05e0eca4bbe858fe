/* SPDX-License-Identifier: ISC */
#include "optlist.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

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
	{OPT_RESPONSE_FILES, "response-files", NULL,
		"what the files hold that programs are given as @FILE\n"
		"(compilers, linkers), see procaudit(1)"},
	{OPT_THREADS, "threads", NULL, "record threads, too"},
	{OPT_LINGER, "linger", "SECONDS|forever",
		"how long to follow processes that outlive COMMAND\n"
		"(default: forever)"},
	{'p', "attach", "PID",
		"record a process that runs already, with all that comes\n"
		"from it, in place of a COMMAND (may be given again)"},
	{'D', "daemonize", NULL,
		"record in the background, where no parent and no\n"
		"terminal is; COMMAND has our place (needs -o FILE)"},
	{OPT_PIDFILE, "pidfile", "FILE", "hold FILE, with our pid in it, while we live"},
	{OPT_READY_FD, "ready-fd", "N", "write a line to descriptor N when recording is up"},
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
static_assert(ROWS <= OPTLIST_MAX, "a caller of optlist_getopt has no room for all");

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

void optlist_print(void)
{
	size_t i;

	puts("Usage: procaudit [options] [--] COMMAND [ARG...]\n"
	     "       procaudit [options] -p PID [-p PID]...\n"
	     "\n"
	     "Runs COMMAND and records every process and program that it starts.\n");
	for (i = 0; i < ROWS; i++)
		print_row(&rows[i]);
	puts("\nExit status: that of COMMAND; 125 if procaudit failed, or COMMAND succeeded\n"
	     "and its record is incomplete; 126 if COMMAND could not be executed, 127 if it\n"
	     "was not found.\n"
	     "With -p: 0; 1 if procaudit failed or the record is incomplete; 2 for a wrong\n"
	     "command line; 4 for want of permission; 6 if the log cannot be opened.\n"
	     "See procaudit(1).");
}

void optlist_getopt(struct option longs[OPTLIST_MAX + 1], char shorts[2 * OPTLIST_MAX + 3])
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

bool optlist_has(int value)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].value == value)
			return true;
	return false;
}
