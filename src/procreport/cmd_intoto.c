/* SPDX-License-Identifier: ISC */
/*
 * A log as an attestation: in-toto's predicate for runtime traces, written while the
 * log is read, and what SLSA's provenance says of a file.
 */
#include "ci.h"
#include "commands.h"
#include "given.h"
#include "input.h"
#include "jsonout.h"
#include "options.h"
#include "output.h"
#include "sha256.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STATEMENT "https://in-toto.io/Statement/v1"
#define PREDICATE "https://in-toto.io/attestation/runtime-trace/v0.1"
/* URIs whose meaning is told in these pages; see man(1) of systemd's units. */
#define MONITOR "man:procaudit(1)"

/* A file, and its digest. */
struct file {
	const char *path;
	char digest[SHA256_ROOM];
};

struct attestation {
	struct file *logs; /* ended by one without a path, as the next ones */
	struct file *subjects;
	char log_id[33];
	char mode[16]; /* run, attach */
	struct bytes host;
	struct given given;
	struct timespec begin, end;
	bool ended;    /* there is a trailer */
	bool complete; /* as that says, and there were no damaged lines */
};

/* --- Files -------------------------------------------------------------------- */

static void take_digest(struct file *file)
{
	int status = -ESPIPE;

	/* A log of this name is standard input. */
	if (strcmp(file->path, "-") != 0)
		status = sha256_of_file(file->digest, file->path);
	if (status == -ESPIPE)
		errx(STATUS_FAILED, "'%s' is no file that can be read twice, as its digest needs",
			file->path);
	if (status < 0)
		errc(STATUS_FAILED, -status, "cannot read '%s' for its digest", file->path);
}

static struct file *take_digests(const char *const *paths, size_t count)
{
	struct file *files = calloc(count + 1, sizeof(*files));
	size_t i;

	if (!files)
		errc(STATUS_FAILED, ENOMEM, "cannot take digests");
	for (i = 0; i < count; i++) {
		files[i].path = paths[i];
		take_digest(&files[i]);
	}
	return files;
}

/* ResourceDescriptors. */
static void json_files(const char *key, const struct file *file)
{
	json_open(key, '[');
	for (; file->path; file++) {
		json_open(NULL, '{');
		json_string("name", file->path);
		json_open("digest", '{');
		json_string("sha256", file->digest);
		json_close('}');
		json_close('}');
	}
	json_close(']');
}

/* --- Records ------------------------------------------------------------------ */

static void json_time(const char *key, const struct timespec *ts)
{
	char text[OUTPUT_TIME_SIZE];

	output_log_time(text, ts);
	json_string(key, text);
}

static void open_event(const struct procaudit_record *r, const char *type)
{
	json_line();
	json_open(NULL, '{');
	json_string("eventType", type);
	json_time("time", &r->ts);
	json_known("pid", r->pid);
	json_known("proc", r->proc);
}

/* An exec that succeeded or failed, or what was found to run. */
static void on_program(const struct procaudit_record *r)
{
	bool failed = r->kind == PROCAUDIT_RECORD_EXEC && r->success != 1;

	open_event(r, failed ? "failed" : "process");
	json_known("parent", r->parent);
	json_exact("processBinary", r->exe.data ? r->exe.data : r->path.data);
	if (r->argv.data)
		json_strings("arguments", r->argv.data, r->argv.size);
	json_exact("workingDirectory", r->cwd.data);
	if (r->euid >= 0)
		json_bool("privileged", r->euid == 0);
	json_exact("error", r->error_name.data);
	json_close('}');
}

static void on_fork(const struct procaudit_record *r)
{
	open_event(r, "fork");
	json_known("childPid", r->child_pid);
	json_known("child", r->child);
	json_close('}');
}

static void on_end(const struct procaudit_record *r)
{
	open_event(r, "exit");
	json_known("exitCode", r->exit_code);
	json_exact("signal", r->signal.data);
	json_close('}');
}

/* What is or may be missing, and who was let go. */
static void on_loss(const struct procaudit_record *r)
{
	open_event(r, r->event.data);
	json_exact("reason", r->reason.data);
	json_known("count", r->count);
	json_close('}');
}

/* True for what is in the predicate. */
static bool print_record(bool first, const struct procaudit_record *r)
{
	void (*print)(const struct procaudit_record *) = NULL;

	if (r->kind == PROCAUDIT_RECORD_EXEC || r->kind == PROCAUDIT_RECORD_ATTACH)
		print = on_program;
	else if (r->kind == PROCAUDIT_RECORD_FORK)
		print = on_fork;
	else if (r->kind == PROCAUDIT_RECORD_EXIT)
		print = on_end;
	else if (r->kind == PROCAUDIT_RECORD_DETACH || r->kind == PROCAUDIT_RECORD_GAP)
		print = on_loss;
	if (!print)
		return false;
	if (!first)
		putchar(',');
	print(r);
	return true;
}

/* --- Predicate ---------------------------------------------------------------- */

/* dns: (RFC 4501) of the name, with whatever a URI does not take percent-encoded. */
static void name_host(struct bytes *uri, const char *host)
{
	char code[8];

	bytes_text(uri, "dns:");
	for (; *host; host++) {
		bool plain = strchr("-._", *host) || (*host >= '0' && *host <= '9') ||
			     (*host >= 'A' && *host <= 'Z') || (*host >= 'a' && *host <= 'z');

		snprintf(code, sizeof(code), plain ? "%c" : "%%%02X", (unsigned char)*host);
		bytes_text(uri, code);
	}
	bytes_string(uri, "");
}

static void json_globs(const struct procaudit_record *r)
{
	if (r->redact_globs.data)
		json_strings("redactGlobs", r->redact_globs.data, r->redact_globs.size);
}

/* How the recorder was told to record. */
static void json_policy(const struct procaudit_record *r)
{
	json_open("tracePolicy", '{');
	json_exact("failed", r->capture_failed.data);
	json_exact("env", r->capture_env.data);
	json_exact("redact", r->capture_redact.data);
	json_globs(r);
	if (r->capture_threads >= 0)
		json_bool("threads", r->capture_threads == 1);
	if (r->capture_seccomp >= 0)
		json_bool("seccomp", r->capture_seccomp == 1);
	json_close('}');
}

static void begin_predicate(struct attestation *a, const struct procaudit_record *r)
{
	snprintf(a->mode, sizeof(a->mode), "%s", r->mode.data ? r->mode.data : "run");
	name_host(&a->host, r->host.data ? r->host.data : "");
	a->begin = r->ts;
	json_open("monitor", '{');
	json_string("type", MONITOR);
	json_exact("version", r->version.data);
	json_policy(r);
	json_close('}');
	json_open("monitorLog", '{');
	json_open("process", '[');
}

/* What a job's environment says of it, else what there is. */
static void json_process(const char *key, const struct attestation *a, const struct ci_fact *fact,
	const char *otherwise)
{
	char *value = a->given.known ? ci_value(fact, &a->given.env) : NULL;

	json_string(key, value ? value : otherwise);
	free(value);
}

static void end_predicate(const struct attestation *a)
{
	char type[64];

	json_line();
	json_close(']');
	json_close('}');
	snprintf(type, sizeof(type), MONITOR "#%s", a->mode);
	json_open("monitoredProcess", '{');
	json_process("hostID", a, &ci_host, a->host.data);
	json_process("type", a, &ci_type, type);
	json_process("event", a, &ci_event, a->log_id);
	json_close('}');
	json_open("metadata", '{');
	json_time("buildStartedOn", &a->begin);
	if (a->ended)
		json_time("buildFinishedOn", &a->end);
	json_bool("procauditComplete", a->ended && a->complete);
	json_files("procauditLogs", a->logs);
	json_close('}');
}

static void add_record(struct attestation *a, const struct procaudit_record *r)
{
	given_record(&a->given, r);
	if (r->kind == PROCAUDIT_RECORD_TRAILER) {
		a->ended = true;
		a->complete = r->complete == 1;
		a->end = r->ts;
	}
}

/* The first record is to be a header, others are to be of the same log. */
static void need_one(char log_id[33], const struct procaudit_record *r, const char *path)
{
	if (!*log_id && (!r || r->kind != PROCAUDIT_RECORD_HEADER))
		errx(STATUS_FAILED, "'%s' does not begin as a log does", path);
	if (!r || r->kind != PROCAUDIT_RECORD_HEADER)
		return;
	if (*log_id && strcmp(log_id, r->log_id.data) != 0)
		errx(STATUS_FAILED,
			"'%s', line %" PRIu64 ": another log begins here: an attestation is of one",
			r->place.file, r->place.line);
	memcpy(log_id, r->log_id.data, 33);
}

/* False if a log could not be read. */
static bool print_predicate(struct attestation *a, const char *key, char *const *files)
{
	const struct procaudit_record *record;
	struct input input;
	bool first = true;

	input_open(&input, files);
	record = input_next(&input);
	need_one(a->log_id, record, files[0]);
	json_open(key, '{');
	begin_predicate(a, record);
	for (; record; record = input_next(&input)) {
		need_one(a->log_id, record, record->place.file);
		add_record(a, record);
		if (print_record(first, record))
			first = false;
	}
	if (input.problems)
		a->complete = false;
	end_predicate(a);
	json_close('}');
	input_close(&input);
	return !input.unreadable;
}

/* --- Command ------------------------------------------------------------------ */

static void pass_over(void *context, int error, const struct procaudit_problem *problem)
{
	(void)context;
	(void)error;
	(void)problem;
}

/* Before anything is printed: whoever reads it has a whole predicate or nothing. */
static void check_logs(char *const *files)
{
	const struct procaudit_record *record;
	struct input input;
	char log_id[33] = "";

	input_open(&input, files);
	/* They are told when it is read the second time. */
	input.on_problem = pass_over;
	do {
		record = input_next(&input);
		need_one(log_id, record, files[0]);
	} while (record);
	input_close(&input);
}

static bool print_statement(struct attestation *a, char *const *files)
{
	bool read;

	json_open(NULL, '{');
	json_string("_type", STATEMENT);
	json_files("subject", a->subjects);
	json_string("predicateType", PREDICATE);
	read = print_predicate(a, "predicate", files);
	json_close('}');
	return read;
}

static int run(const struct options *options)
{
	struct attestation a = {0};
	bool read = true;
	size_t count = 0;

	if (options->byproduct && options->subject.count)
		errx(STATUS_USAGE, "--byproduct and --subject: a by-product has no subject");
	while (options->files[count])
		count++;
	a.logs = take_digests((const char *const *)options->files, count);
	a.subjects = take_digests(options->subject.items, options->subject.count);
	if (!options->byproduct)
		check_logs(options->files);
	if (options->byproduct)
		json_files(NULL, a.logs);
	else if (options->subject.count)
		read = print_statement(&a, options->files);
	else
		read = print_predicate(&a, NULL, options->files);
	json_line();
	given_free(&a.given);
	bytes_free(&a.host);
	free(a.logs);
	free(a.subjects);
	return output_end(read ? STATUS_OK : STATUS_FAILED);
}

const struct command cmd_intoto = {
	.name = "intoto",
	.operands = "LOG...",
	.summary = "An attestation: in-toto's predicate for runtime traces",
	.options = "|byproduct|subject|",
	.help = "Without --subject it is the predicate alone. It is not signed: cosign and others\n"
		"do that.\n",
	.run = run,
};
