/* SPDX-License-Identifier: ISC */
/*
 * The script is bash's: $'…' is in none of dash's versions of 2023, and keeps the
 * terminal safe. env(1) sets the environment, with every value and in its order;
 * perl(1) gives the program the name that it had, which no shell can without
 * changing the environment, too.
 */
#include "script.h"

#include "envdiff.h"
#include "options.h"
#include "output.h"

#include <bsd/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void refuse(const char *why)
{
	errx(STATUS_FAILED, "no script runs this again: %s", why);
}

/* Whether two entries are of one variable: env(1) would keep one of them. */
static bool has_duplicates(const struct text *env)
{
	struct env_diff diff = env_diff(intern("", 0), env);
	bool found = false;
	size_t i;

	for (i = 1; i < diff.count && !found; i++) {
		size_t size = strcspn(diff.changes[i].after, "=");

		found = strncmp(diff.changes[i - 1].after, diff.changes[i].after, size + 1) == 0;
	}
	free(diff.changes);
	return found;
}

static void check_env(const struct text *env)
{
	const char *s, *end;

	if (!env)
		refuse("its environment is not in the log");
	for (s = env->data, end = s + env->size; s < end; s += strlen(s) + 1) {
		if (*s == '=' || !strchr(s, '='))
			refuse("its environment has an entry without a name or a value, which "
			       "env(1) cannot pass on");
		if (strncmp(s, "PERL", 4) == 0)
			refuse("its environment has a variable that perl(1) obeys");
	}
	if (has_duplicates(env))
		refuse("its environment has a variable twice, which env(1) cannot pass on");
}

static void print_word(const char *word)
{
	putchar(' ');
	output_quoted(stdout, word, strlen(word));
}

/* The file that ran, by a name with a slash. */
static const char *program_of(const struct exec *exec)
{
	static const char deleted[] = " (deleted)";
	size_t tail = sizeof(deleted) - 1;

	if (!exec->exe || exec->exe->data[0] != '/')
		refuse("the log does not tell which file it was");
	if (exec->exe->size > tail &&
		strcmp(exec->exe->data + exec->exe->size - tail, deleted) == 0)
		refuse("the file was deleted");
	return exec->exe->data;
}

void script_print(const struct exec *exec, const struct text *env)
{
	const char *s, *end, *program;

	if (!exec->success)
		refuse("it failed");
	program = program_of(exec);
	if (!exec->cwd)
		refuse("its working directory is not in the log");
	if (!exec->has_argv || exec->argc == 0)
		refuse("its arguments are not in the log");
	check_env(env);
	fputs("#!/bin/bash\ncd --", stdout);
	print_word(exec->cwd->data);
	fputs(" || exit\nexec /usr/bin/env -i --", stdout);
	for (s = env->data, end = s + env->size; s < end; s += strlen(s) + 1) {
		fputs(" \\\n", stdout);
		print_word(s);
	}
	fputs(" \\\n /usr/bin/perl -e 'my $p = shift; exec {$p} @ARGV; die \"$p: $!\\n\"' -- \\\n",
		stdout);
	print_word(program);
	for (s = exec->argv->data, end = s + exec->argv->size; s < end; s += strlen(s) + 1) {
		fputs(" \\\n", stdout);
		print_word(s);
	}
	putchar('\n');
}
