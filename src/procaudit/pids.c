/* SPDX-License-Identifier: ISC */
#include "pids.h"

#include "status.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add(struct options *options, char *word)
{
	const char *error;
	pid_t pid = (pid_t)strtonum(word, 1, INT_MAX, &error);
	size_t count = options->pid_count++;

	if (error)
		errx(STATUS_USAGE, "--attach: '%s' is %s: a process id expected", word, error);
	options->pids = reallocarray(options->pids, count + 1, sizeof(*options->pids));
	options->pid_words =
		reallocarray(options->pid_words, count + 2, sizeof(*options->pid_words));
	if (!options->pids || !options->pid_words)
		err(STATUS_USAGE, "--attach: cannot keep '%s'", word);
	options->pids[count] = pid;
	options->pid_words[count] = word;
	options->pid_words[count + 1] = NULL;
}

void pids_add(struct options *options, const char *text)
{
	char *list = strdup(text), *rest = list, *word;
	size_t before = options->pid_count;

	if (!list)
		err(STATUS_USAGE, "--attach: cannot keep '%s'", text);
	while ((word = strsep(&rest, " ,\t\n")))
		if (*word)
			add(options, word);
	if (options->pid_count == before)
		free(list);
	if (!options->pids)
		errx(STATUS_USAGE, "--attach: '%s' holds no process id; does the process run?",
			text);
}

void pids_check(const struct options *options)
{
	const char *wrong = options->command			? "a command"
			    : options->user			? "--user"
			    : options->failed			? "--failed"
			    : options->kill_on_exit		? "--kill-on-exit"
			    : options->linger != LINGER_FOREVER ? "--linger"
								: NULL;
	size_t i;

	if (wrong)
		errx(STATUS_USAGE, "%s makes no sense with --attach (see 'procaudit --help')",
			wrong);
	if (options->on_log_error == ON_LOG_ERROR_KILL)
		errx(STATUS_USAGE, "--on-log-error=kill makes no sense with --attach (see "
				   "'procaudit --help')");
	for (i = 0; i < options->pid_count; i++)
		if (options->pids[i] == getpid())
			errx(STATUS_USAGE, "--attach: procaudit cannot record itself");
}
