/* SPDX-License-Identifier: ISC */
/* compile_commands.json. */
#include "commands.h"
#include "compdb.h"
#include "fetch.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "plural.h"
#include "replace.h"

#include <bsd/err.h>
#include <stdio.h>
#include <stdlib.h>

/* What is not there as one might expect. */
static void tell(const struct compdb *compdb, const struct compiles *compiles)
{
	if (compiles->count == 0)
		warnx("no compiler was given a source in this");
	if (compiles->lost)
		warnx("left out: %zu command%s whose sources stand in response files that are gone "
		      "(procaudit --response-files keeps them)",
			compiles->lost, plural_s(compiles->lost));
	if (compdb->unknown)
		warnx("left out: %zu command%s whose directory is not in the log", compdb->unknown,
			plural_s(compdb->unknown));
	if (compdb->gone)
		warnx("left out: %zu source%s whose commands have been changed in the logs, or in "
		      "response files, while they were read",
			compdb->gone, plural_s(compdb->gone));
	if (compdb->unnamed)
		warnx("left out: %zu source%s whose names are not UTF-8, which JSON cannot hold",
			compdb->unnamed, plural_s(compdb->unnamed));
	if (compdb->inexact)
		warnx("%zu command%s arguments that are not UTF-8: U+FFFD stands for what "
		      "JSON cannot hold",
			compdb->inexact, compdb->inexact == 1 ? " has" : "s have");
}

static void write_file(struct compdb *compdb, struct recall *recall, const struct options *options)
{
	struct replace replace;
	struct compdb old = {0};
	char *data = NULL;
	size_t size;

	if (options->append) {
		data = replace_old(options->output, &size);
		if (size > 0 && !compdb_read(&old, data, size))
			errx(STATUS_FAILED, "%s is no compilation database; it was left alone",
				options->output);
		compdb_put_before(compdb, &old, options->per_output);
	}
	replace_begin(&replace, options->output);
	compdb_write(compdb, recall, replace.out);
	replace_end(&replace);
	free(data);
}

static int run(const struct options *options)
{
	struct compiles compiles;
	struct compdb compdb = {0};
	struct recall recall;
	struct model model;
	int status;

	if (options->append && !options->output)
		errx(STATUS_USAGE, "--append needs a file (--output)");
	fetch_prepare(options->files);
	compiles_read(&compiles, &model, options->files);
	compdb_add(&compdb, &compiles, options->all_compilers);
	compdb_unite(&compdb, options->per_output);
	recall_begin(&recall, options->files);
	if (options->output)
		write_file(&compdb, &recall, options);
	else
		compdb_write(&compdb, &recall, stdout);
	recall_end(&recall);
	tell(&compdb, &compiles);
	status = model.unreadable || compdb.gone ? STATUS_FAILED : STATUS_OK;
	compdb_free(&compdb);
	compiles_free(&compiles);
	model_free(&model);
	return output_end(status);
}

const struct command cmd_compdb = {
	.name = "compdb",
	.operands = "LOG...",
	.summary = "A compilation database (compile_commands.json) for clangd and others",
	.options = "|",
	.help = "Of the same output the last command that did not fail is taken, of several\n"
		"outputs the first. Response files (@file) that a build removes are known if they\n"
		"were recorded: see --response-files of procaudit(1).\n",
	.run = run,
};
