/* SPDX-License-Identifier: ISC */
/* JSON Lines: what stands at the top of a log, at its end, and between. */
#include "encoder.h"

#include "json.h"
#include "jsonl.h"
#include "redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef VERSION
#error "VERSION comes from meson"
#endif

/* The content of a one-line file, without the line's end. */
static void add_file(struct buf *out, const char *key, const char *path)
{
	char text[256];
	FILE *file = fopen(path, "re");

	if (!file)
		return;
	if (fgets(text, sizeof(text), file))
		json_bytes(out, key, text, strcspn(text, "\n"));
	fclose(file);
}

static void add_words(struct procaudit_encoder *e, const char *key, char *const *words)
{
	struct buf block = {0};
	struct procaudit_strings argv;

	for (; words && *words; words++)
		buf_add(&block, *words, strlen(*words) + 1);
	argv = (struct procaudit_strings){.data = block.data, .size = block.size};
	if (e->options.redactor && !block.error)
		block.error = redact_argv(e->options.redactor, &argv);
	if (block.error)
		e->out.error = block.error;
	else if (argv.data)
		json_array(&e->out, key, argv.data, argv.size);
	buf_free(&block);
}

static void add_cwd(struct procaudit_encoder *e, const char *known)
{
	char *name = known ? strdup(known) : getcwd(NULL, 0);
	struct procaudit_string cwd = {.data = name, .size = name ? strlen(name) : 0};
	int error = 0;

	if (e->options.redactor)
		error = procaudit_redact_string(e->options.redactor, &cwd);
	if (error)
		e->out.error = error;
	else if (cwd.data)
		json_bytes(&e->out, "cwd", cwd.data, cwd.size);
	free(name);
}

static const char *redaction(const struct procaudit_encoder *e)
{
	if (!e->options.redactor)
		return "none";
	return redact_is_keyed(e->options.redactor) ? "hmac" : "mask";
}

static void add_capture(struct procaudit_encoder *e, const struct procaudit_header *header)
{
	static const char *const env[] = {
		[PROCAUDIT_ENV_FULL] = "full",
		[PROCAUDIT_ENV_ONCE] = "once",
		[PROCAUDIT_ENV_NONE] = "none",
	};
	static const char *const failed[] = {
		[PROCAUDIT_FAILED_NONE] = "none",
		[PROCAUDIT_FAILED_BRIEF] = "brief",
		[PROCAUDIT_FAILED_FULL] = "full",
	};

	json_open(&e->out, "capture");
	json_text(&e->out, "failed", failed[header->failed]);
	json_text(&e->out, "env", env[e->options.env]);
	json_bool(&e->out, "threads", header->threads);
	json_bool(&e->out, "proc", header->proc);
	json_bool(&e->out, "seccomp", header->failed != PROCAUDIT_FAILED_NONE);
	json_bool(&e->out, "no_new_privs", header->no_new_privs);
	json_text(&e->out, "redact", redaction(e));
	json_bool(&e->out, "response_files", header->response_files);
	if (e->options.max_line)
		json_uint(&e->out, "max_line", e->options.max_line);
	json_close(&e->out);
}

void encode_jsonl_header(struct procaudit_encoder *e, const struct procaudit_header *header)
{
	struct buf *out = &e->out;
	size_t start = out->size;
	struct procaudit_strings globs;
	struct utsname uts;

	if (header->part > 1)
		jsonl_begin_between(e, "header", header->log_id);
	else
		jsonl_begin_now(e, "header", header->log_id);
	json_uint(out, "part", header->part ? header->part : 1);
	json_text(out, "schema", "procaudit/1");
	json_text(out, "version", VERSION);
	add_file(out, "boot_id", "/proc/sys/kernel/random/boot_id");
	if (uname(&uts) == 0) {
		json_bytes(out, "host", uts.nodename, strlen(uts.nodename));
		json_bytes(out, "kernel", uts.release, strlen(uts.release));
		json_bytes(out, "arch", uts.machine, strlen(uts.machine));
	}
	json_text(out, "mode", header->mode);
	add_words(e, "command", header->command);
	add_words(e, "pids", header->pids);
	add_cwd(e, header->cwd);
	json_uint(out, "uid", getuid());
	json_uint(out, "gid", getgid());
	json_int(out, "tracer_pid", header->tracer_pid);
	add_capture(e, header);
	if (e->options.redactor) {
		globs = procaudit_redactor_globs(e->options.redactor);
		json_array(out, "redact_globs", globs.data, globs.size);
	}
	while (out->size - start < JSONL_HEADER_SIZE && !out->error)
		buf_char(out, ' ');
	json_end(out);
	encoder_mark(e, RECORD_HEADER);
}

static void add_counts(struct procaudit_encoder *e)
{
	struct buf *out = &e->out;
	unsigned kind;

	json_open(out, "counts");
	json_uint(out, "header", e->now.counts[RECORD_HEADER]);
	for (kind = 0; kind < PROCAUDIT_EVENT_KINDS; kind++)
		json_uint(out, procaudit_event_name(kind), e->now.counts[kind]);
	json_uint(out, "env", e->now.counts[RECORD_ENV]);
	json_uint(out, "stats", e->now.counts[RECORD_STATS]);
	if (e->options.max_line)
		json_uint(out, "part", e->now.counts[RECORD_PART]);
	json_close(out);
	json_uint(out, "gaps", e->now.counts[PROCAUDIT_GAP]);
}

void encode_jsonl_stats(struct procaudit_encoder *e, const struct procaudit_stats *stats)
{
	uint64_t bytes = e->start + e->out.size;

	jsonl_begin_between(e, "stats", NULL);
	json_uint(&e->out, "living", stats->living);
	add_counts(e);
	json_uint(&e->out, "bytes", bytes);
	json_end(&e->out);
	encoder_mark(e, RECORD_STATS);
}

void encode_jsonl_trailer(struct procaudit_encoder *e, const struct procaudit_trailer *trailer)
{
	struct buf *out = &e->out;
	uint64_t bytes = e->start + out->size;

	jsonl_begin_now(e, "trailer", NULL);
	if (trailer->has_status)
		jsonl_status(out, trailer->status);
	add_counts(e);
	json_bool(out, "complete", trailer->complete && !e->now.counts[PROCAUDIT_GAP]);
	json_uint(out, "bytes", bytes);
	json_end(out);
	encoder_mark(e, RECORD_TRAILER);
}
