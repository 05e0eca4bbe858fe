/* SPDX-License-Identifier: ISC */
/*
 * procreport: the reader of logs.
 *
 *	options     the command line of every subcommand
 *	input       files in, damaged lines reported, progress on a terminal
 *	output      text that is safe for a terminal, columns, colours, JSON
 *	verify      what a log must be; rules: record by record; roster: its processes
 *	model       logs in memory: processes and what they ran; intern: their strings
 *	words       execs and processes in words; script: to run one again
 *	fetch       environments, read again; envdiff: compared
 *	filter      which execs are asked for; environment: by a variable
 *	path        the critical path; fold: siblings that are alike;
 *	            group: execs that are
 *	driver      compilers by name; unwrap: without ccache and others; response:
 *	            with what stands in files; flags, compile: what they are asked for
 *	probe       those that are only tried; compiles: those that ran, once each
 *	compdb      a compilation database; compdb_read: one that is there; replace: its
 *	            file; absolute: names of files
 *	side        one of two builds that are compared; normal, noise, pids, loose:
 *	            without what differs from run to run; align, similar: command by command;
 *	            change, envchange: what differs; differ: all of it; kinds: their names
 *	prune       the part of the tree that is asked for
 *	leaves      the commands that do the work; deltas: their environments
 *	jsonout     JSON, value by value
 *	live        a log that grows, as lines: lines; watch: until it does; siblings:
 *	            parts that were missed; replay: its records, as the recorder told them
 *	database    logs in tables; load, rows: into them; once: strings that come
 *	            again; query: what is asked of them
 *	masking     what of a record nobody is to see
 *	kept        a file, whole or not at all
 *	track       processes that live, while a trace is written; peaks: their memory
 *	stacks      of programs, and what was counted for them
 *	span        processes that live, while spans are written: otlp; tracecontext: the
 *	            trace that they belong to; ci: the job; given, variable: told by variables
 *	post        requests to a collector; answer: what that says
 *	sha256      digests
 *	page        for a browser: tables, data; sample: as much as has room; lists: of
 *	            strings; envlists: environments; html/: all that is not of a log
 *	totals      what logs come to; failures: what failed in them
 *	cmd_*       one file a subcommand
 *
 * Reading and quoting is libprocaudit, through its public headers.
 */
#include "commands.h"
#include "options.h"

#include <bsd/err.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
	&cmd_verify,
	&cmd_summary,
	&cmd_list,
	&cmd_tree,
	&cmd_show,
	&cmd_failed,
	&cmd_follow,
	&cmd_sql,
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
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static _Noreturn void print_help(void)
{
	size_t i;

	puts("Usage: procreport SUBCOMMAND [options] LOG...\n"
	     "\n"
	     "Turns logs of procaudit into answers.\n");
	for (i = 0; i < COMMANDS; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	puts("\n"
	     "  -h, --help     print this help; behind a subcommand: its own\n"
	     "  -V, --version  print the version\n"
	     "\n"
	     "Exit status: 0; 1 if a log cannot be read; 2 for a wrong command line. See\n"
	     "procreport(1).");
	options_finish();
}

/* What is opened later must not become one of these. */
static void fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "";
	struct options options;
	size_t i;

	fill_descriptors();
	/* For the widths of characters alone. */
	setlocale(LC_CTYPE, "C.UTF-8");
	for (i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) != 0)
			continue;
		options_parse(&options, commands[i], argc - 1, argv + 1);
		return commands[i]->run(&options);
	}
	if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
		print_help();
	if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0) {
		puts("procreport " VERSION);
		options_finish();
	}
	if (argc < 2)
		errx(STATUS_USAGE, "no subcommand given (see 'procreport --help')");
	errx(STATUS_USAGE, "there is no subcommand '%s' (see 'procreport --help')", name);
}
