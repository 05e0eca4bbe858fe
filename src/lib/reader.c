/* SPDX-License-Identifier: ISC */
#include <procaudit/reader.h>

#include "macro.h"
#include "parse.h"
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct procaudit_reader {
	struct source source;
	struct record_parser parser;
};

PUBLIC int procaudit_reader_new(struct procaudit_reader **reader)
{
	struct procaudit_reader *r = malloc(sizeof(*r));

	if (!r)
		return -ENOMEM;
	source_init(&r->source);
	record_init(&r->parser);
	*reader = r;
	return 0;
}

PUBLIC void procaudit_reader_free(struct procaudit_reader *r)
{
	if (!r)
		return;
	source_free(&r->source);
	record_free(&r->parser);
	free(r);
}

PUBLIC int procaudit_reader_add(struct procaudit_reader *r, const char *path)
{
	return source_add(&r->source, path);
}

static struct procaudit_place place_of(const struct source *source, const struct line *line)
{
	return (struct procaudit_place){
		.file = source->paths[source->index],
		.line = line->number,
		.offset = line->offset,
		.index = source->index,
	};
}

/* What is wrong with the whole file. */
static int file_problem(struct procaudit_reader *r, int error)
{
	struct procaudit_problem *problem = &r->parser.problem;

	*problem = (struct procaudit_problem){
		.place = {.file = r->source.paths[r->source.index], .index = r->source.index},
	};
	if (error == -EBADMSG)
		snprintf(problem->text, sizeof(problem->text),
			"the compressed data are damaged, or end too early");
	else if (error == -ENOTSUP)
		snprintf(problem->text, sizeof(problem->text),
			"compressed, and this program was built without zstd");
	else
		snprintf(problem->text, sizeof(problem->text), "%s", strerrordesc_np(-error));
	return error;
}

static int parse(struct procaudit_reader *r, const struct line *line)
{
	struct procaudit_problem *problem = &r->parser.problem;
	int error = -EBADMSG;

	if (line->too_long)
		snprintf(problem->text, sizeof(problem->text), "a line of %zu bytes is too long",
			line->bytes);
	else
		error = parse_line(&r->parser, line->data, line->size);
	if (!error && line->cut) {
		snprintf(problem->text, sizeof(problem->text), "the line has no end");
		error = -EBADMSG;
	}
	problem->place = place_of(&r->source, line);
	problem->size = line->bytes;
	problem->cut = line->cut;
	return error;
}

PUBLIC int procaudit_reader_next(struct procaudit_reader *r, const struct procaudit_record **record)
{
	struct line line;
	int got, error;

	record_trim(&r->parser);
	got = source_line(&r->source, &line);
	if (got == 0)
		return 0;
	if (got < 0)
		return file_problem(r, got);
	error = parse(r, &line);
	if (error)
		return error;
	r->parser.record.place = r->parser.problem.place;
	r->parser.record.size = line.bytes;
	*record = &r->parser.record;
	return 1;
}

PUBLIC const struct procaudit_problem *procaudit_reader_problem(const struct procaudit_reader *r)
{
	return &r->parser.problem;
}

PUBLIC int procaudit_reader_seek(struct procaudit_reader *r, const struct procaudit_place *place)
{
	return source_seek(&r->source, place->index, place->offset, place->line);
}

PUBLIC void procaudit_reader_progress(
	const struct procaudit_reader *r, uint64_t *done, uint64_t *total)
{
	*done = r->source.done;
	*total = r->source.total;
}
