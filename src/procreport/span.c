/* SPDX-License-Identifier: ISC */
#include "span.h"

#include "jsonout.h"
#include "memory.h"
#include "options.h"
#include "otlp.h"
#include "sha256.h"

#include <procaudit/reader.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one span: the number is EventCountLimit of OpenTelemetry's SDKs, the bytes keep
 * memory bounded. */
#define EVENTS_MOST	 128
#define EVENT_BYTES_MOST ((size_t)1 << 20)

struct span *span_find(const struct spans *spans, int64_t proc)
{
	struct span *span;

	HASH_FIND(hh, spans->living, &proc, sizeof(proc), span);
	return span;
}

struct span *span_new(struct spans *spans, int64_t proc, int64_t us)
{
	struct span *span =
		allocated(calloc(1, sizeof(*span)), "cannot follow the processes of the log");

	span->proc = proc;
	span->pid = span->ppid = span->vpid = -1;
	span->begin_us = us;
	HASH_ADD(hh, spans->living, proc, sizeof(proc), span);
	return span;
}

void span_set_exe(struct span *span, const char *exe)
{
	char *copy = exe ? allocated(strdup(exe), "cannot follow the processes of the log") : NULL;

	free(span->exe);
	span->exe = copy;
}

const char *span_name(const struct span *span)
{
	const char *slash = span->exe ? strrchr(span->exe, '/') : NULL;

	return slash && slash[1] ? slash + 1 : span->exe;
}

void span_event(struct span *span, const char *name, int64_t us, const struct bytes *attributes)
{
	if (span->event_count == EVENTS_MOST ||
		span->events.size + attributes->size > EVENT_BYTES_MOST) {
		span->events_dropped++;
		return;
	}
	if (span->event_count++)
		bytes_text(&span->events, ",");
	json_into(&span->events);
	json_open(NULL, '{');
	otlp_time("timeUnixNano", us);
	json_string("name", name);
	json_open("attributes", '[');
	json_back();
	bytes_add(&span->events, attributes->data, attributes->size);
	bytes_text(&span->events, "]}");
}

/* It is the same whenever the log is read, and another one in each log: several may
 * belong to one trace. */
static void write_id(const char *key, const struct spans *spans, int64_t proc)
{
	char text[64], digest[SHA256_ROOM];
	int size = snprintf(text, sizeof(text), "%s.%" PRId64, spans->log_id, proc);

	sha256_of(digest, text, (size_t)size);
	digest[16] = '\0';
	/* That would be none. */
	if (strspn(digest, "0") == 16)
		digest[15] = '1';
	json_string(key, digest);
}

static void write_head(const struct spans *spans, const struct span *span)
{
	const struct tracecontext *context = &spans->context;
	bool remote = span->parent < 1 && context->parent_id[0];

	json_string("traceId", context->trace_id);
	write_id("spanId", spans, span->proc);
	if (context->state[0])
		json_string("traceState", context->state);
	if (span->parent > 0)
		write_id("parentSpanId", spans, span->parent);
	else if (remote)
		json_string("parentSpanId", context->parent_id);
	json_int("flags", context->flags | OTLP_FLAG_KNOWN | (remote ? OTLP_FLAG_REMOTE : 0));
}

static void write_name(const struct span *span)
{
	const char *name = span_name(span);
	char text[300];

	snprintf(text, sizeof(text), "%.256s%s", name ? name : "?", span->forked ? " (fork)" : "");
	json_string("name", text);
	json_int("kind", OTLP_KIND_INTERNAL);
}

/* What error it ended with: a signal, or the number of its exit; NULL: none. */
static const char *error_of(const struct span_end *end, char text[64])
{
	const struct procaudit_record *r = end->record;

	if (!r || (!r->signal.data && r->exit_code <= 0))
		return NULL;
	if (r->signal.data)
		snprintf(text, 64, "%.40s", r->signal.data);
	else
		snprintf(text, 64, "%" PRId64, r->exit_code);
	return text;
}

static void write_end(const struct span *span, const struct span_end *end)
{
	const struct procaudit_record *r = end->record;
	char text[64];

	otlp_int("process.pid", span->pid);
	otlp_int("process.parent_pid", span->ppid);
	otlp_int("process.vpid", span->vpid);
	otlp_int("procaudit.proc", span->proc);
	otlp_string("procaudit.end", end->how);
	if (!r)
		return;
	otlp_int("process.exit.code", r->exit_code);
	otlp_string("error.type", error_of(end, text));
	otlp_string("procaudit.signal", r->signal.data);
	if (r->core_dumped == 1)
		otlp_bool("procaudit.core_dumped", true);
	otlp_int("procaudit.cpu_us", r->cpu_us);
	otlp_int("procaudit.utime_us", r->utime_us);
	otlp_int("procaudit.stime_us", r->stime_us);
	otlp_int("procaudit.maxrss_kb", r->maxrss_kb);
}

static void write_status(const struct span_end *end)
{
	char error[64], text[80];

	if (!error_of(end, error))
		return;
	json_open("status", '{');
	snprintf(text, sizeof(text), end->record->signal.data ? "%s" : "exit %s", error);
	json_string("message", text);
	json_int("code", OTLP_STATUS_ERROR);
	json_close('}');
}

void span_write(struct bytes *out, const struct spans *spans, const struct span *span,
	const struct span_end *end)
{
	json_into(out);
	json_open(NULL, '{');
	write_head(spans, span);
	write_name(span);
	otlp_time("startTimeUnixNano", span->begin_us);
	otlp_time("endTimeUnixNano", end->us);
	json_open("attributes", '[');
	write_end(span, end);
	json_back();
	if (span->program.size) {
		bytes_text(out, ",");
		bytes_add(out, span->program.data, span->program.size);
	}
	bytes_text(out, "],\"events\":[");
	bytes_add(out, span->events.data, span->events.size);
	bytes_text(out, "],");
	json_into(out);
	json_int("droppedEventsCount", span->events_dropped);
	write_status(end);
	json_close('}');
	json_back();
}

void span_free(struct spans *spans, struct span *span)
{
	HASH_DEL(spans->living, span);
	free(span->exe);
	bytes_free(&span->program);
	bytes_free(&span->events);
	free(span);
}
