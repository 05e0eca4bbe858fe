/* SPDX-License-Identifier: ISC */
/*
 * The subcommands of procreport, on any bytes as a log. The first byte chooses one:
 * see rows. What ends the program ends one call here; memory that would go with the
 * program is freed.
 */
#include "fuzz.h"

/* With what it keeps until the end within reach. */
#include "../../src/procreport/intern.c"

#include "commands.h"
#include "ending.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOG "/proc/self/fd/0"

/* A command line each, the log included; a new one goes to the end, since seeds begin
 * with its number, as a letter from 'a' on. */
static const struct row {
	const struct command *command;
	const char *args[6];
} rows[] = {
	{&cmd_verify, {LOG}},
	{&cmd_verify, {"--json", LOG}},
	{&cmd_summary, {LOG}},
	{&cmd_summary, {"--json", "--top=3", LOG}},
	{&cmd_list, {"--failed", "--utc", LOG}},
	{&cmd_list, {"--json", "--program=*c*", "--match=a.*b", "--env=A=*", LOG}},
	{&cmd_list, {"-0", "--cwd=/tmp", "--since=+1", "--under=1", LOG}},
	{&cmd_tree, {LOG}},
	{&cmd_tree, {"--json", "--no-fold", "--failed", LOG}},
	{&cmd_tree, {"--depth=2", "--from=1", "--match=a", LOG}},
	{&cmd_show, {"2", LOG}},
	{&cmd_show, {"--json", "1", LOG}},
	{&cmd_show, {"--sh", "1", LOG}},
	{&cmd_failed, {"--misses", LOG}},
	{&cmd_failed, {"--json", LOG}},
	{&cmd_follow, {"--from-start", "--color=always", "-"}},
	{&cmd_follow, {"--lines=3", "--failed", "--program=*", "-"}},
	{&cmd_trace, {LOG}},
	{&cmd_compdb, {"--all", "--per-output", LOG}},
	{&cmd_flame, {LOG}},
	{&cmd_dot, {LOG}},
	{&cmd_diff, {LOG, LOG}},
	{&cmd_scrub, {"--home", "--host", "--user", LOG}},
	{&cmd_scrub, {LOG}},
	{&cmd_sql, {LOG, "SELECT * FROM exec"}},
	{&cmd_shell, {LOG}},
	{&cmd_html, {"--most=3", LOG}},
	{&cmd_html, {LOG}},
	{&cmd_otlp, {"--args", "--batch=2", LOG}},
	{&cmd_intoto, {LOG}},
	{&cmd_intoto, {"--byproduct", LOG}},
	{&cmd_diff, {"--json", "--times", "--ignore=[0-9]+", LOG, LOG}},
	{&cmd_summary, {"--utc", LOG, LOG}},
	{&cmd_flame, {"--wall", LOG}},
	{&cmd_flame, {"--count", LOG}},
	{&cmd_verify, {"--quiet", LOG, LOG}},
	{&cmd_list, {"--until=+1", "--pid=1", LOG}},
	{&cmd_shell, {"--from=2", LOG}},
};

static void run(const struct row *row)
{
	char words[6][32], *argv[8] = {(char *)(uintptr_t)row->command->name};
	struct options options;
	int argc = 1;

	for (; argc < 7 && row->args[argc - 1]; argc++) {
		snprintf(words[argc - 1], sizeof(words[0]), "%s", row->args[argc - 1]);
		argv[argc] = words[argc - 1];
	}
	optind = 0;
	is_running = true;
	if (setjmp(ending) == 0) {
		options_parse(&options, row->command, argc, argv);
		row->command->run(&options);
	}
	is_running = false;
}

static void forget(void)
{
	struct block *block, *before;

	for (block = blocks; block; block = before) {
		before = block->before;
		free(block);
	}
	free(table);
	blocks = NULL;
	table = NULL;
	rest = NULL;
	left = slots = used = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size ? (size_t)(data[0] - 'a') : 0;
	int fd;

	if (size == 0 || n >= sizeof(rows) / sizeof(rows[0]))
		return -1;
	fd = memfd_create("log", MFD_CLOEXEC);
	require(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)size - 1);
	require(lseek(fd, 0, SEEK_SET) == 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	close(fd);
	run(&rows[n]);
	clearerr(stdout);
	forget();
	return 0;
}
