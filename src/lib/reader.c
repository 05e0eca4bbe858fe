/* SPDX-License-Identifier: ISC */
#include <procaudit/reader.h>

#include "macro.h"
#include "parse.h"
#include "source.h"
#include "whole.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct procaudit_reader {
	struct source source;
	struct record_parser parser;
	struct whole whole; /* a record of which parts are to come */
	bool divided;	    /* records are not joined */
	bool held;	    /* got and line have been read, and are still to be looked at */
	int got;
	struct line line;
};

PUBLIC int procaudit_reader_new(struct procaudit_reader **reader)
{
	struct procaudit_reader *r = malloc(sizeof(*r));

	if (!r)
		return -ENOMEM;
	*r = (struct procaudit_reader){.divided = false};
	source_init(&r->source);
	record_init(&r->parser);
	whole_init(&r->whole);
	*reader = r;
	return 0;
}

PUBLIC void procaudit_reader_free(struct procaudit_reader *r)
{
	if (!r)
		return;
	source_free(&r->source);
	record_free(&r->parser);
	whole_free(&r->whole);
	free(r);
}

PUBLIC int procaudit_reader_add(struct procaudit_reader *r, const char *path)
{
	return source_add(&r->source, path);
}

PUBLIC void procaudit_reader_join(struct procaudit_reader *r, bool join)
{
	r->divided = !join;
}

PUBLIC void procaudit_reader_follow(struct procaudit_reader *r, bool grows)
{
	r->source.grows = grows;
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
		snprintf(problem->text, sizeof(problem->text), "%s", strerror(-error));
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
	problem->torn = false;
	problem->lines = 1;
	problem->kind = PROCAUDIT_RECORD_OTHER;
	return error;
}

/* More lines are needed. */
#define MORE 2

/* A line, or what came in the place of one, with no record open. */
static int begin_record(struct procaudit_reader *r)
{
	struct procaudit_record *record = &r->parser.record;
	int error;

	if (r->got <= 0)
		return r->got ? file_problem(r, r->got) : 0;
	error = parse(r, &r->line);
	if (error)
		return error;
	record->place = r->parser.problem.place;
	record->size = r->line.bytes;
	if (r->divided)
		return 1;
	if (record->kind == PROCAUDIT_RECORD_PART) {
		record_fail(&r->parser,
			"part %lld of the record with seq %lld, which is not in front of it",
			(long long)record->number, (long long)record->of);
		return -EBADMSG;
	}
	if (record->parts < 0)
		return 1;
	whole_begin(&r->whole, &r->parser, r->line.bytes);
	return MORE;
}

/* The same while a record is open. */
static int go_on(struct procaudit_reader *r)
{
	enum whole_step step = WHOLE_TORN;
	int error;

	/* A record and its parts are in one file. */
	if (r->got > 0 && r->source.index == r->parser.problem.place.index) {
		step = whole_add(&r->whole, &r->line);
	} else {
		r->parser.problem.cut = r->got >= 0;
		whole_tear(&r->whole);
	}
	if (step == WHOLE_MORE)
		return MORE;
	r->held = step == WHOLE_TORN;
	error = whole_finish(&r->whole);
	r->parser.record.size = r->whole.size;
	return error ? error : 1;
}

PUBLIC int procaudit_reader_next(struct procaudit_reader *r, const struct procaudit_record **record)
{
	int got;

	if (!r->whole.open) {
		record_trim(&r->parser);
		whole_trim(&r->whole);
	}
	do {
		if (!r->held)
			r->got = source_line(&r->source, &r->line);
		r->held = false;
		if (r->got == -EAGAIN && r->source.grows)
			return -EAGAIN;
		got = r->whole.open ? go_on(r) : begin_record(r);
	} while (got == MORE);
	if (got == 1)
		*record = &r->parser.record;
	return got;
}

PUBLIC const struct procaudit_problem *procaudit_reader_problem(const struct procaudit_reader *r)
{
	return &r->parser.problem;
}

PUBLIC int procaudit_reader_seek(struct procaudit_reader *r, const struct procaudit_place *place)
{
	r->held = false;
	whole_trim(&r->whole);
	return source_seek(&r->source, place->index, place->offset, place->line);
}

PUBLIC void procaudit_reader_progress(
	const struct procaudit_reader *r, uint64_t *done, uint64_t *total)
{
	*done = r->source.done;
	*total = r->source.total;
}
