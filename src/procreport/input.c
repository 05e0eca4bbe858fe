/* SPDX-License-Identifier: ISC */
#include "input.h"

#include "options.h"
#include "output.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many damaged lines are told one by one. */
#define PROBLEMS_TOLD 20

/* A file, and what its header says. */
struct part {
	const char *path;
	char log_id[33]; /* "": it does not begin with a header, or is no file */
	int64_t number;
	size_t place; /* among those of the same log, of the first */
};

/* Looks at the first line of a file that can be read again. */
static void look_at(struct part *part)
{
	const struct procaudit_record *record;
	struct procaudit_reader *reader;
	struct stat st;

	if (stat(part->path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	if (procaudit_reader_new(&reader) != 0)
		return;
	procaudit_reader_join(reader, false);
	if (procaudit_reader_add(reader, part->path) == 0 &&
		procaudit_reader_next(reader, &record) == 1 &&
		record->kind == PROCAUDIT_RECORD_HEADER) {
		memcpy(part->log_id, record->log_id.data, sizeof(part->log_id) - 1);
		part->number = record->part;
	}
	procaudit_reader_free(reader);
}

int64_t input_log_id(const char *path, char log_id[33])
{
	struct part part = {.path = path};

	look_at(&part);
	memcpy(log_id, part.log_id, sizeof(part.log_id));
	return part.number;
}

static int compare_parts(const void *left, const void *right)
{
	const struct part *a = left, *b = right;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Parts of one log stand where the first of them is named, in their order. */
static void sort_parts(struct part *parts, size_t count)
{
	size_t i, j;

	for (i = 0; i < count; i++) {
		look_at(&parts[i]);
		parts[i].place = i;
		for (j = 0; j < i; j++)
			if (parts[i].log_id[0] && strcmp(parts[i].log_id, parts[j].log_id) == 0) {
				parts[i].place = parts[j].place;
				break;
			}
	}
	qsort(parts, count, sizeof(*parts), compare_parts);
}

void input_open(struct input *input, char *const *files)
{
	struct part *parts;
	size_t i, count = 0;

	*input = (struct input){.progress = isatty(STDERR_FILENO) == 1};
	while (files[count])
		count++;
	if (count == 1)
		input->name = strcmp(files[0], "-") == 0 ? "standard input" : files[0];
	else
		input->name = "these files";
	parts = calloc(count + 1, sizeof(*parts));
	if (!parts || procaudit_reader_new(&input->reader) != 0)
		errc(STATUS_FAILED, ENOMEM, "cannot read logs");
	for (i = 0; i < count; i++)
		parts[i].path = files[i];
	if (count > 1)
		sort_parts(parts, count);
	for (i = 0; i < count; i++)
		if (procaudit_reader_add(input->reader, parts[i].path) != 0)
			errc(STATUS_FAILED, ENOMEM, "cannot read logs");
	free(parts);
	clock_gettime(CLOCK_MONOTONIC, &input->next);
	input->next.tv_sec++;
}

static void wipe_progress(struct input *input)
{
	if (input->shown)
		fputs("\r\033[K", stderr);
	input->shown = false;
}

static void show_progress(struct input *input)
{
	struct timespec now;
	uint64_t done, total;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < input->next.tv_sec ||
		(now.tv_sec == input->next.tv_sec && now.tv_nsec < input->next.tv_nsec))
		return;
	input->next = now;
	input->next.tv_sec++;
	procaudit_reader_progress(input->reader, &done, &total);
	if (total)
		fprintf(stderr, "\rreading: %" PRIu64 " %%", done * 100 / total);
	else
		fprintf(stderr, "\rreading: %" PRIu64 " MB", done / 1000000);
	input->shown = true;
}

static void tell(struct input *input, const struct procaudit_problem *problem)
{
	const char *skipped = problem->place.line ? "; skipped" : "";

	if (input->problems > PROBLEMS_TOLD)
		return;
	fflush(stdout);
	wipe_progress(input);
	fputs("procreport: ", stderr);
	output_place(stderr, &problem->place);
	fprintf(stderr, ": %s%s\n", problem->text, skipped);
	if (input->problems == PROBLEMS_TOLD)
		warnx("further damaged lines are skipped without a word; 'procreport verify' "
		      "tells them");
}

const struct procaudit_record *input_next(struct input *input)
{
	const struct procaudit_record *record;
	int got;

	while ((got = procaudit_reader_next(input->reader, &record)) < 0) {
		const struct procaudit_problem *problem = procaudit_reader_problem(input->reader);

		input->problems++;
		if (got != -EBADMSG || problem->place.line == 0)
			input->unreadable = true;
		if (input->on_problem)
			input->on_problem(input->context, got, problem);
		else
			tell(input, problem);
	}
	if (input->progress && ++input->tick % 1024 == 0)
		show_progress(input);
	if (got == 0)
		wipe_progress(input);
	if (got == 0)
		return NULL;
	if (record->kind == PROCAUDIT_RECORD_HEADER)
		input->has_log = true;
	return record;
}

void input_close(struct input *input)
{
	procaudit_reader_free(input->reader);
	input->reader = NULL;
}

void input_say_none(const struct input *input)
{
	warnx("there is no log in %s", input->name);
}

bool input_end(struct input *input)
{
	input_close(input);
	if (input->has_log)
		return !input->unreadable;
	if (!input->unreadable)
		input_say_none(input);
	exit(STATUS_FAILED);
}
