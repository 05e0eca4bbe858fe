/* SPDX-License-Identifier: ISC */
#include "encoder.h"

#include "macro.h"
#include "split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* Memory kept for the next batch; larger buffers are given back. */
#define KEEP ((size_t)512 * 1024)

PUBLIC int procaudit_log_id(char id[33])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char random[16];
	size_t i;

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -errno;
	for (i = 0; i < sizeof(random); i++) {
		id[2 * i] = hex[random[i] >> 4];
		id[2 * i + 1] = hex[random[i] & 15];
	}
	id[32] = '\0';
	return 0;
}

PUBLIC int procaudit_encoder_new(
	struct procaudit_encoder **encoder, const struct procaudit_encode_options *options)
{
	struct procaudit_encoder *e;
	struct timespec boot;

	if (options->max_line &&
		(options->format != PROCAUDIT_JSONL || options->max_line < PROCAUDIT_MIN_LINE))
		return -EINVAL;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	e->epoch_ns = boot.tv_sec * INT64_C(1000000000) + boot.tv_nsec;
	e->last_ns = e->epoch_ns;
	e->options = *options;
	*encoder = e;
	return 0;
}

PUBLIC void procaudit_encoder_free(struct procaudit_encoder *e)
{
	if (!e)
		return;
	buf_free(&e->out);
	buf_free(&e->marks);
	buf_free(&e->cwd);
	envtable_clear(&e->envs);
	free(e);
}

/* What is to come must not rest on records that are not in the log. */
static void forget_context(struct procaudit_encoder *e)
{
	envtable_clear(&e->envs);
	buf_free(&e->cwd);
}

static void add_mark(struct procaudit_encoder *e, size_t end, unsigned kind, uint64_t records)
{
	struct mark mark = {.end = end, .records = records, .kind = kind};

	buf_add(&e->marks, &mark, sizeof(mark));
	e->now.counts[kind]++;
}

static const struct mark *marks_of(const struct procaudit_encoder *e, size_t *count)
{
	*count = e->marks.size / sizeof(struct mark);
	return (const struct mark *)(const void *)e->marks.data;
}

/* The record that begins at start is too long for a line. */
static void add_marks_of_parts(
	struct procaudit_encoder *e, size_t start, unsigned kind, uint64_t records)
{
	struct buf ends = {0};
	const size_t *end;
	size_t i;

	split_record(&e->out, start, e->options.max_line, &e->now.seq, &ends);
	end = (const size_t *)(const void *)ends.data;
	for (i = 0; i < ends.size / sizeof(*end); i++)
		add_mark(e, end[i], i ? RECORD_PART : kind, i ? 1 : records);
	buf_free(&ends);
}

/* Each record has a mark, so the last one begins where that of the one before
 * ends. */
static void mark_record(struct procaudit_encoder *e, unsigned kind, uint64_t records)
{
	size_t count, start;
	const struct mark *marks = marks_of(e, &count);

	start = count ? marks[count - 1].end : 0;
	if (e->options.max_line && e->out.size - start > e->options.max_line && !e->out.error)
		add_marks_of_parts(e, start, kind, records);
	else
		add_mark(e, e->out.size, kind, records);
}

void encoder_mark(struct procaudit_encoder *e, unsigned kind)
{
	mark_record(e, kind, 1);
}

void encoder_mark_event(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	bool stands =
		event->kind == PROCAUDIT_GAP && event->gap.reason == PROCAUDIT_GAP_WRITE_ERROR;

	mark_record(e, event->kind, stands ? event->gap.count : 1);
}

/* Where a record begins. */
struct point {
	size_t out, marks; /* their sizes */
	struct progress now;
};

static struct point point_of(const struct procaudit_encoder *e)
{
	return (struct point){.out = e->out.size, .marks = e->marks.size, .now = e->now};
}

/* Leaves out the record that has begun at before, if there was no memory for
 * it. */
static int finish(struct procaudit_encoder *e, const struct point *before)
{
	if (!e->out.error && !e->marks.error)
		return 0;
	e->out.error = e->marks.error = 0;
	buf_truncate(&e->out, before->out);
	buf_truncate(&e->marks, before->marks);
	e->now = before->now;
	forget_context(e);
	return -ENOMEM;
}

PUBLIC int procaudit_encode_header(
	struct procaudit_encoder *e, const struct procaudit_header *header)
{
	struct point before = point_of(e);

	if (header->part > 1)
		forget_context(e);
	if (e->options.format == PROCAUDIT_TEXT)
		encode_text_header(e, header);
	else
		encode_jsonl_header(e, header);
	return finish(e, &before);
}

PUBLIC int procaudit_encode(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	struct point before = point_of(e);
	int error;

	if (e->options.redactor) {
		error = procaudit_redact(e->options.redactor, event, &event);
		if (error)
			return error;
	}
	if (e->options.format == PROCAUDIT_TEXT)
		encode_text(e, event);
	else
		encode_jsonl(e, event);
	return finish(e, &before);
}

PUBLIC int procaudit_encode_stats(struct procaudit_encoder *e, const struct procaudit_stats *stats)
{
	struct point before = point_of(e);

	if (e->options.format == PROCAUDIT_TEXT)
		encode_text_stats(e, stats);
	else
		encode_jsonl_stats(e, stats);
	return finish(e, &before);
}

PUBLIC int procaudit_encode_trailer(
	struct procaudit_encoder *e, const struct procaudit_trailer *trailer)
{
	struct point before = point_of(e);

	if (e->options.format == PROCAUDIT_TEXT)
		encode_text_trailer(e, trailer);
	else
		encode_jsonl_trailer(e, trailer);
	return finish(e, &before);
}

PUBLIC const char *procaudit_encoded(const struct procaudit_encoder *e, size_t *size)
{
	*size = e->out.size - e->taken;
	return *size ? e->out.data + e->taken : NULL;
}

/* Forgets everything that waits. */
static void forget(struct procaudit_encoder *e)
{
	buf_truncate(&e->out, 0);
	buf_trim(&e->out, KEEP);
	buf_truncate(&e->marks, 0);
	buf_trim(&e->marks, KEEP);
	e->taken = e->whole = e->passed = 0;
}

/* Forgets the whole records that are in the log. */
static void compact(struct procaudit_encoder *e)
{
	size_t count, i;
	struct mark *marks;

	e->start += e->whole;
	e->out.size -= e->whole;
	e->taken -= e->whole;
	memmove(e->out.data, e->out.data + e->whole, e->out.size);
	marks_of(e, &count);
	marks = (struct mark *)(void *)e->marks.data;
	count -= e->passed;
	for (i = 0; i < count; i++) {
		marks[i] = marks[i + e->passed];
		marks[i].end -= e->whole;
	}
	buf_truncate(&e->marks, count * sizeof(*marks));
	e->whole = e->passed = 0;
}

PUBLIC void procaudit_encoder_written(struct procaudit_encoder *e, size_t size)
{
	size_t count;
	const struct mark *marks = marks_of(e, &count);

	e->taken += size;
	for (; e->passed < count && marks[e->passed].end <= e->taken; e->passed++) {
		e->whole = marks[e->passed].end;
		e->written.seq++;
		e->written.counts[marks[e->passed].kind]++;
	}
	if (e->taken == e->out.size) {
		e->start += e->out.size;
		forget(e);
	} else if (e->whole > KEEP && e->whole > e->out.size / 2) {
		compact(e);
	}
}

PUBLIC uint64_t procaudit_encoder_lost(struct procaudit_encoder *e)
{
	size_t count, i;
	const struct mark *marks = marks_of(e, &count);
	uint64_t records = 0;

	for (i = e->passed; i < count; i++)
		records += marks[i].records;
	e->start += e->whole;
	e->now = e->written;
	forget_context(e);
	forget(e);
	return records;
}

PUBLIC uint64_t procaudit_encoder_count(
	const struct procaudit_encoder *e, enum procaudit_event_kind kind)
{
	return (unsigned)kind < PROCAUDIT_EVENT_KINDS ? e->now.counts[kind] : 0;
}
