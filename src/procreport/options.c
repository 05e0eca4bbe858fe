/* SPDX-License-Identifier: ISC */
#include "options.h"

#include <bsd/err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Values of options that have no letter. */
enum { OPT_COLOR = 256, OPT_JSON };

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
	{'h', "help", NULL, "print this help"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static bool takes(const struct command *command, const struct row *row)
{
	char word[32];

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
		if (takes(command, &rows[i]))
			print_row(&rows[i]);
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
		if (!takes(command, &rows[i]))
			continue;
		*longs++ = (struct option){rows[i].name,
			rows[i].argument ? required_argument : no_argument, NULL, rows[i].value};
		if (rows[i].value >= 256)
			continue;
		*shorts++ = (char)rows[i].value;
		if (rows[i].argument)
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

static _Noreturn void bad_option(const struct command *command, int what, char *argv[])
{
	errx(STATUS_USAGE, "%s '%s' (see 'procreport %s --help')",
		what == ':' ? "an argument is missing behind" : "there is no such option here:",
		argv[optind - 1], command->name);
}

void options_parse(struct options *options, const struct command *command, int argc, char *argv[])
{
	struct option longs[ROWS + 1];
	char shorts[2 * ROWS + 2];
	int value;

	*options = (struct options){0};
	build_getopt(command, longs, shorts);
	opterr = 0;
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		switch (value) {
		case OPT_COLOR:
			options->color = parse_color(optarg);
			break;
		case OPT_JSON:
			options->json = true;
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'h':
			print_help(command);
		default:
			bad_option(command, value, argv);
		}
	}
	if (optind == argc)
		errx(STATUS_USAGE, "no log given (see 'procreport %s --help')", command->name);
	options->files = argv + optind;
}
