/* SPDX-License-Identifier: ISC */
#include "encoder.h"

#include "macro.h"

#include <errno.h>
#include <stdlib.h>
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
	struct procaudit_encoder *e = calloc(1, sizeof(*e));
	struct timespec boot;

	if (!e)
		return -ENOMEM;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	e->epoch_ns = boot.tv_sec * INT64_C(1000000000) + boot.tv_nsec;
	e->options = *options;
	*encoder = e;
	return 0;
}

PUBLIC void procaudit_encoder_free(struct procaudit_encoder *e)
{
	if (!e)
		return;
	buf_free(&e->out);
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

/* Leaves out the record that has begun at size with progress before it, if
 * there was no memory for it. */
static int finish(struct procaudit_encoder *e, size_t size, const struct progress *before)
{
	if (!e->out.error)
		return 0;
	e->out.error = 0;
	buf_truncate(&e->out, size);
	e->now = *before;
	forget_context(e);
	return -ENOMEM;
}

PUBLIC int procaudit_encode_header(
	struct procaudit_encoder *e, const struct procaudit_header *header)
{
	struct progress before = e->now;
	size_t size = e->out.size;

	if (e->options.format == PROCAUDIT_TEXT)
		encode_text_header(e, header);
	else
		encode_jsonl_header(e, header);
	return finish(e, size, &before);
}

PUBLIC int procaudit_encode(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	struct progress before = e->now;
	size_t size = e->out.size;

	if (e->options.format == PROCAUDIT_TEXT)
		encode_text(e, event);
	else
		encode_jsonl(e, event);
	return finish(e, size, &before);
}

PUBLIC int procaudit_encode_trailer(
	struct procaudit_encoder *e, const struct procaudit_trailer *trailer)
{
	struct progress before = e->now;
	size_t size = e->out.size;

	if (e->options.format == PROCAUDIT_TEXT)
		encode_text_trailer(e, trailer);
	else
		encode_jsonl_trailer(e, trailer);
	return finish(e, size, &before);
}

PUBLIC const char *procaudit_encoded(const struct procaudit_encoder *e, size_t *size)
{
	*size = e->out.size;
	return e->out.data;
}

static void forget(struct procaudit_encoder *e)
{
	buf_truncate(&e->out, 0);
	buf_trim(&e->out, KEEP);
}

PUBLIC void procaudit_encoder_written(struct procaudit_encoder *e)
{
	e->now.bytes += e->out.size;
	e->written = e->now;
	forget(e);
}

PUBLIC uint64_t procaudit_encoder_lost(struct procaudit_encoder *e)
{
	uint64_t records = e->now.seq - e->written.seq;

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
