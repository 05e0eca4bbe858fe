/* SPDX-License-Identifier: ISC */
#include "recall.h"

#include "compiles.h"
#include "response.h"

#include <stdlib.h>

void recall_begin(struct recall *recall, char *const *files)
{
	*recall = (struct recall){0};
	input_open(&recall->input, files);
}

static void forget(struct recall *recall)
{
	if (recall->exec)
		compile_free(&recall->compile);
	recall->exec = NULL;
}

void recall_end(struct recall *recall)
{
	forget(recall);
	free(recall->argv);
	input_close(&recall->input);
}

/* What the exec was, with its arguments. */
static bool parse(
	struct recall *recall, const struct exec *exec, const struct procaudit_record *record)
{
	struct responses responses;
	struct exec full = *exec;
	bool script;

	recall->argv = text_instead(recall->argv, record->argv.data, record->argv.size);
	full.argv = recall->argv;
	if (response_read(&responses, record))
		full.responses = &responses;
	return compiler_parse(&recall->compile, &full, &script);
}

const struct compile *recall_line(struct recall *recall, const struct exec *exec)
{
	const struct procaudit_record *record;

	if (recall->exec == exec)
		return &recall->compile;
	forget(recall);
	if (procaudit_reader_seek(recall->input.reader, &exec->place) != 0 ||
		procaudit_reader_next(recall->input.reader, &record) != 1 ||
		record->seq != exec->seq || record->argv.count != exec->argc ||
		!parse(recall, exec, record))
		return NULL;
	recall->exec = exec;
	return &recall->compile;
}
