/* SPDX-License-Identifier: ISC */
/* A copy that can be shared. */
#include "commands.h"
#include "fetch.h"
#include "input.h"
#include "kept.h"
#include "masking.h"
#include "options.h"
#include "output.h"

#include <procaudit/encode.h>

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scrub {
	struct masking *masking;
	FILE *out;
	const char *name; /* of it */
	char log_id[33];  /* of the last header; "" before the first */
	uint64_t bytes;	  /* of the log so far */
	int64_t parts;	  /* of it, joined with their records */
	uint64_t unknown; /* keys and values */
	char *line;
	size_t room;
};

/* A log without what its lines were divided into. Lines that are left out leave a
 * hole in seq. */
static void join(struct scrub *s, struct procaudit_record *r)
{
	if (r->kind == PROCAUDIT_RECORD_HEADER &&
		(r->part == 1 || strcmp(s->log_id, r->log_id.data) != 0)) {
		memcpy(s->log_id, r->log_id.data, sizeof(s->log_id));
		s->bytes = 0;
		/* A log whose first parts are missing begins where it began. */
		s->parts = 0;
	}
	r->seq -= s->parts;
	if (r->parts > 0)
		s->parts += r->parts;
	r->parts = -1;
	r->capture_max_line = -1;
	if (r->counts[PROCAUDIT_RECORD_PART] >= 0)
		r->counts[PROCAUDIT_RECORD_PART] = -1;
	if (r->bytes >= 0)
		r->bytes = (int64_t)s->bytes;
}

static void write_record(struct scrub *s, const struct procaudit_record *record)
{
	struct procaudit_record copy = *record;
	size_t size;
	int error;

	s->unknown += record->unknown;
	join(s, &copy);
	masking_apply(s->masking, &copy);
	error = procaudit_record_line(&copy, &s->line, &s->room, &size);
	if (error)
		errc(STATUS_FAILED, -error, "cannot write a record");
	if (fwrite(s->line, 1, size, s->out) != size)
		err(STATUS_FAILED, "cannot write to %s", s->name);
	s->bytes += size;
}

static void on_problem(void *context, int error, const struct procaudit_problem *problem)
{
	/* The first reading has told it. */
	(void)context;
	(void)error;
	(void)problem;
}

/* Returns how many records there are. */
static uint64_t study(struct scrub *s, char *const *files, bool *unreadable)
{
	const struct procaudit_record *record;
	struct input input;
	uint64_t count = 0;

	input_open(&input, files);
	for (; (record = input_next(&input)); count++)
		masking_study(s->masking, record);
	*unreadable = !input_end(&input);
	return count;
}

/* No more than have been studied: a log that grows meanwhile may have new secrets. */
static void copy_records(struct scrub *s, char *const *files, uint64_t count)
{
	const struct procaudit_record *record;
	struct input input;

	input_open(&input, files);
	input.on_problem = on_problem;
	for (; count > 0 && (record = input_next(&input)); count--)
		write_record(s, record);
	input_close(&input);
}

static void finish(const struct scrub *s, const char *path)
{
	if (fflush(s->out) != 0 || ferror(s->out))
		err(STATUS_FAILED, "cannot write to %s", s->name);
	if (!path)
		return;
	if (fclose(s->out) != 0)
		err(STATUS_FAILED, "cannot write to %s", s->name);
	kept_finish(path);
}

static int run(const struct options *options)
{
	struct scrub s = {.out = stdout, .name = "standard output"};
	bool unreadable;
	uint64_t count;

	s.masking = masking_new(options);
	if (options->output) {
		s.out = fopen(kept_new(options->output), "we");
		s.name = options->output;
		if (!s.out)
			err(STATUS_FAILED, "cannot write %s", s.name);
	}
	fetch_prepare(options->files);
	count = study(&s, options->files, &unreadable);
	copy_records(&s, options->files, count);
	finish(&s, options->output);
	if (s.unknown)
		warnx("%" PRIu64 " key%s that this version does not know %s left out", s.unknown,
			s.unknown == 1 ? " or value" : "s or values",
			s.unknown == 1 ? "is" : "are");
	masking_free(s.masking);
	free(s.line);
	return unreadable ? STATUS_FAILED : STATUS_OK;
}

const struct command cmd_scrub = {
	.name = "scrub",
	.operands = "LOG...",
	.summary = "A copy that can be shared: secrets masked, equal ones alike",
	.options = "|home|host|key|output|redact|user|",
	.help = "Values of variables whose names look like those of secrets, and what looks like\n"
		"one by itself, become *** and a hash, wherever they stand.\n"
		"Names of home directories, hosts and users stay without --home, --host, --user.\n",
	.run = run,
};
