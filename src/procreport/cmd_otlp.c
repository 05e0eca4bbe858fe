/* SPDX-License-Identifier: ISC */
/*
 * Spans for OpenTelemetry, written while the log is read: a process becomes one when
 * it has ended, so that memory is needed for those that live.
 */
#include "ci.h"
#include "commands.h"
#include "given.h"
#include "input.h"
#include "jsonout.h"
#include "options.h"
#include "otlp.h"
#include "output.h"
#include "post.h"
#include "span.h"

#include <bsd/err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct exporter {
	const struct options *options;
	struct otlp otlp;
	struct spans spans;
	struct bytes header;	     /* attributes of the resource that the header has */
	struct given given;	     /* to the command */
	bool decided;		     /* the trace and the resource are */
	bool in_log;		     /* there has been a header */
	struct bytes scratch, event; /* for one span or event */
	int64_t begin_us;	     /* of the log, since 1970 */
	int64_t now_us;		     /* since 1970; in a log it never goes back */
};

/* --- Trace and resource ------------------------------------------------------- */

/* host.arch has names of its own. */
static const char *arch_name(const char *arch)
{
	static const char *const names[][2] = {
		{"x86_64", "amd64"}, {"i386", "x86"}, {"aarch64", "arm64"}, {"arm", "arm32"}};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], arch) == 0)
			return names[i][1];
	return arch;
}

static void describe(struct exporter *e, const struct procaudit_record *r)
{
	e->header.size = 0;
	json_into(&e->header);
	otlp_string("service.name", "procaudit");
	otlp_string("service.version", r->version.data);
	otlp_string("service.instance.id", r->log_id.data);
	otlp_string("host.name", r->host.data);
	if (r->arch.data)
		otlp_string("host.arch", arch_name(r->arch.data));
	otlp_string("os.type", "linux");
	otlp_string("os.version", r->kernel.data);
	json_back();
}

static void describe_job(struct bytes *resource, const struct procaudit_strings *env)
{
	const struct ci_fact *fact;
	struct bytes facts = {0};

	json_into(&facts);
	for (fact = ci_attributes; fact->name; fact++) {
		char *value = ci_value(fact, env);

		otlp_string(fact->name, value);
		free(value);
	}
	json_back();
	if (facts.size) {
		bytes_text(resource, ",");
		bytes_add(resource, facts.data, facts.size);
	}
	bytes_free(&facts);
}

/* The log's own trace: its id is as random as that of a trace has to be. */
static void begin_trace(struct tracecontext *context, const char *log_id)
{
	*context = (struct tracecontext){.flags = 1};
	memcpy(context->trace_id, log_id, sizeof(context->trace_id));
	if (strspn(log_id, "0") == 32)
		context->trace_id[31] = '1';
}

/* From here on they do not change: spans have them. */
static void decide(struct exporter *e)
{
	const struct procaudit_strings *env = e->given.known ? &e->given.env : NULL;
	struct bytes *resource = &e->otlp.resource;

	if (e->decided)
		return;
	e->decided = true;
	if (!env || !tracecontext_in(&e->spans.context, env))
		begin_trace(&e->spans.context, e->spans.log_id);
	resource->size = 0;
	bytes_add(resource, e->header.data, e->header.size);
	if (env)
		describe_job(resource, env);
}

/* --- Processes ---------------------------------------------------------------- */

static void end_process(struct exporter *e, struct span *span, const struct span_end *end)
{
	decide(e);
	e->scratch.size = 0;
	span_write(&e->scratch, &e->spans, span, end);
	otlp_add(&e->otlp, &e->scratch);
	span_free(&e->spans, span);
}

static struct span *get_process(struct exporter *e, const struct procaudit_record *r)
{
	struct span *span = span_find(&e->spans, r->proc);

	if (span)
		return span;
	span = span_new(&e->spans, r->proc, e->now_us);
	span->pid = r->pid;
	return span;
}

static void write_program(struct span *span)
{
	otlp_string("process.executable.name", span_name(span));
	otlp_string("process.executable.path", span->exe);
}

static void on_fork(struct exporter *e, const struct procaudit_record *r)
{
	const struct span *creator = span_find(&e->spans, r->proc);
	struct span *span;

	if (span_find(&e->spans, r->child))
		return;
	span = span_new(&e->spans, r->child, e->now_us);
	span->parent = r->proc;
	span->pid = r->child_pid;
	span->ppid = r->pid;
	span->forked = true;
	if (!creator || !creator->exe)
		return;
	span_set_exe(span, creator->exe);
	json_into(&span->program);
	write_program(span);
	json_back();
}

/* Attributes that an exec has, or an attach. */
static void write_details(const struct exporter *e, const struct procaudit_record *r)
{
	otlp_string("process.working_directory", r->cwd.data);
	otlp_int("process.user.id", r->euid);
	otlp_int("process.real_user.id", r->uid);
	if (r->argv.data)
		otlp_int("process.args_count", (int64_t)r->argv.count);
	if (e->options->args)
		otlp_strings("process.command_args", r->argv.data, r->argv.size);
}

static void set_program(struct exporter *e, struct span *span, const struct procaudit_record *r)
{
	/* What it ran before becomes an event, at the time when that began. */
	if (span->runs)
		span_event(span, "procaudit.replaced", span->program_us, &span->program);
	span->runs = true;
	span->program_us = e->now_us;
	span->forked = false;
	span->pid = r->pid;
	span->vpid = r->ns_pid;
	if (r->ppid > 0 && span->ppid < 0)
		span->ppid = r->ppid;
	if (span->parent < 1)
		span->parent = r->parent;
	span_set_exe(span, r->exe.data ? r->exe.data : r->path.data);
	span->program.size = 0;
	json_into(&span->program);
	write_program(span);
	write_details(e, r);
	json_back();
}

static void on_failed_exec(struct exporter *e, const struct procaudit_record *r)
{
	e->event.size = 0;
	json_into(&e->event);
	otlp_string("error.type", r->error_name.data);
	otlp_string("procaudit.path", r->path.data);
	otlp_string("process.working_directory", r->cwd.data);
	if (e->options->args)
		otlp_strings("process.command_args", r->argv.data, r->argv.size);
	json_back();
	span_event(get_process(e, r), "procaudit.exec_failed", e->now_us, &e->event);
}

static void on_exec(struct exporter *e, const struct procaudit_record *r)
{
	if (r->success == 1)
		set_program(e, get_process(e, r), r);
	else
		on_failed_exec(e, r);
}

static void on_attach(struct exporter *e, const struct procaudit_record *r)
{
	int64_t start_us = r->start_ts.tv_sec * INT64_C(1000000) + r->start_ts.tv_nsec / 1000;
	struct span *span;

	if (span_find(&e->spans, r->proc))
		return;
	span = get_process(e, r);
	if (start_us > 0 && start_us < e->now_us)
		span->begin_us = start_us;
	set_program(e, span, r);
	span->program_us = span->begin_us;
}

static void on_end(struct exporter *e, const struct procaudit_record *r)
{
	end_process(e, get_process(e, r), &(struct span_end){e->now_us, r, NULL});
}

static void on_detach(struct exporter *e, const struct procaudit_record *r)
{
	end_process(e, get_process(e, r), &(struct span_end){e->now_us, NULL, "let go"});
}

/* What may be missing is told where it would be, else at the command. */
static void on_gap(struct exporter *e, const struct procaudit_record *r)
{
	struct span *span = span_find(&e->spans, r->proc > 0 ? r->proc : 1);

	if (!span)
		return;
	e->event.size = 0;
	json_into(&e->event);
	otlp_string("procaudit.reason", r->reason.data);
	otlp_int("procaudit.count", r->count);
	json_back();
	span_event(span, "procaudit.gap", e->now_us, &e->event);
}

/* --- Logs --------------------------------------------------------------------- */

/* What lives yet ends where the log does. */
static void end_log(struct exporter *e)
{
	while (e->spans.living)
		end_process(e, e->spans.living, &(struct span_end){e->now_us, NULL, "no end"});
	otlp_flush(&e->otlp);
}

static void on_header(struct exporter *e, const struct procaudit_record *r)
{
	if (e->in_log && r->part > 1 && strcmp(e->spans.log_id, r->log_id.data) == 0)
		return;
	end_log(e);
	e->in_log = true;
	e->decided = false;
	memcpy(e->spans.log_id, r->log_id.data, sizeof(e->spans.log_id));
	describe(e, r);
	e->begin_us = r->ts.tv_sec * INT64_C(1000000) + r->ts.tv_nsec / 1000 - r->mono_us;
	e->now_us = e->begin_us + r->mono_us;
}

static void add_record(struct exporter *e, const struct procaudit_record *r)
{
	if (r->kind == PROCAUDIT_RECORD_HEADER)
		on_header(e, r);
	/* What stands before the first header belongs to no log. */
	if (!e->in_log)
		return;
	if (e->begin_us + r->mono_us > e->now_us)
		e->now_us = e->begin_us + r->mono_us;
	if (given_record(&e->given, r))
		decide(e);
	if (r->kind == PROCAUDIT_RECORD_FORK)
		on_fork(e, r);
	else if (r->kind == PROCAUDIT_RECORD_ATTACH)
		on_attach(e, r);
	else if (r->kind == PROCAUDIT_RECORD_EXEC)
		on_exec(e, r);
	else if (r->kind == PROCAUDIT_RECORD_EXIT)
		on_end(e, r);
	else if (r->kind == PROCAUDIT_RECORD_DETACH)
		on_detach(e, r);
	else if (r->kind == PROCAUDIT_RECORD_GAP)
		on_gap(e, r);
}

static void print_request(void *context, const struct bytes *request, unsigned spans)
{
	(void)context;
	(void)spans;
	fwrite(request->data, 1, request->size, stdout);
	putchar('\n');
}

#ifdef HAVE_CURL

static void post_request(void *context, const struct bytes *request, unsigned spans)
{
	post_send(context, request, spans);
}

static void begin_post(struct otlp *otlp, const char *url)
{
	otlp->deliver = post_request;
	otlp->context = post_new(url);
}

static bool end_post(struct otlp *otlp)
{
	return otlp->deliver != post_request || post_free(otlp->context);
}

#else

static void begin_post(struct otlp *otlp, const char *url)
{
	(void)otlp;
	(void)url;
	errx(STATUS_FAILED,
		"--post: this procreport was built without libcurl; build it again with "
		"libcurl4-openssl-dev installed");
}

static bool end_post(struct otlp *otlp)
{
	(void)otlp;
	return true;
}

#endif

static int run(const struct options *options)
{
	struct exporter exporter = {.options = options};
	const struct procaudit_record *record;
	struct input input;
	bool whole;

	exporter.otlp.deliver = print_request;
	exporter.otlp.most = (unsigned)options->batch;
	if (options->post)
		begin_post(&exporter.otlp, options->post);
	input_open(&input, options->files);
	while ((record = input_next(&input)))
		add_record(&exporter, record);
	end_log(&exporter);
	whole = input_end(&input);
	whole = end_post(&exporter.otlp) && whole;
	otlp_free(&exporter.otlp);
	bytes_free(&exporter.header);
	given_free(&exporter.given);
	bytes_free(&exporter.scratch);
	bytes_free(&exporter.event);
	return output_end(whole ? STATUS_OK : STATUS_FAILED);
}

const struct command cmd_otlp = {
	.name = "otlp",
	.operands = "LOG...",
	.summary = "OpenTelemetry spans (OTLP/JSON): one for each process",
	.options = "|args|batch|post|",
	.help = "Each line is a request that a collector takes at /v1/traces.\n",
	.run = run,
};
