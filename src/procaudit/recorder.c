/* SPDX-License-Identifier: ISC */
#include "recorder.h"

#include "boot.h"
#include "redaction.h"
#include "rights.h"
#include "stdfds.h"

#include <procaudit/tracer.h>

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* So much is gathered at most while tracees keep us busy. */
#define BATCH ((size_t)128 * 1024)

/* With SYNC_INTERVAL records are on the disk after so long. */
#define SYNC_NS INT64_C(1000000000)

/* So much waits at most for a reader that is slow. */
#define BACKLOG ((size_t)64 * 1024 * 1024)

static bool open_sink(struct recorder *recorder, const struct options *options)
{
	const char *output = options->output;

	if (!output)
		return sink_open_fd(&recorder->sink, STDERR_FILENO, "standard error");
	if (output[0] == '-' && output[1] == '\0')
		return sink_open_fd(&recorder->sink, STDOUT_FILENO, "standard output");
	return sink_open(
		&recorder->sink, output, options->append, options->format == PROCAUDIT_JSONL);
}

static bool wants_color(const struct recorder *recorder, const struct options *options)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (options->format != PROCAUDIT_TEXT || (no_color && *no_color))
		return false;
	return isatty(recorder->sink.fd) && term && *term && strcmp(term, "dumb") != 0;
}

static size_t waiting(const struct recorder *recorder)
{
	size_t size;

	procaudit_encoded(recorder->encoder, &size);
	return size;
}

/* Writes what the encoder holds, as far as that can be done without waiting. */
static int write_out(struct recorder *recorder)
{
	size_t size, done;
	const char *data = procaudit_encoded(recorder->encoder, &size);
	int error;

	if (size == 0)
		return 0;
	error = sink_write(&recorder->sink, data, size, &done);
	procaudit_encoder_written(recorder->encoder, done);
	recorder->bytes += done;
	recorder->part.bytes += done;
	return error;
}

/* Whether parts can stand beside the log. */
static bool can_rotate(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0 || S_ISREG(st.st_mode))
		return true;
	warnx("cannot rotate the log %s: it is %s", path,
		S_ISLNK(st.st_mode) ? "a symbolic link" : "not a regular file");
	return false;
}

static int open_part(struct recorder *recorder, const struct options *options)
{
	struct procaudit_header header = {
		.mode = options->pids ? "attach" : "run",
		.command = options->command,
		.pids = options->pid_words,
		.tracer_pid = getpid(),
		.threads = options->threads,
		.proc = procaudit_has_proc(),
		.response_files = options->response_files,
		.failed = options->failed,
		.no_new_privs = options->failed && procaudit_means_no_new_privs(),
	};

	return part_open(&recorder->part, &recorder->sink, recorder->encoder, &header, options);
}

bool recorder_open(struct recorder *recorder, const struct options *options)
{
	struct procaudit_encode_options encode = {
		.format = options->format, .env = options->env, .max_line = options->max_line};
	int error;

	*recorder = (struct recorder){
		.sink.fd = -1,
		.part.files.dir = -1,
		.on_error = options->on_log_error,
		.sync = options->sync,
		.attached = options->pids != NULL,
		.reads_responses = options->response_files,
	};
	if (options->rotate && !can_rotate(options->output))
		return false;
	if (!redaction_open(&recorder->redactor, options) || !open_sink(recorder, options))
		return false;
	if (recorder->sink.has_reader)
		recorder->sync = SYNC_NONE;
	encode.redactor = recorder->redactor;
	encode.color = wants_color(recorder, options);
	error = procaudit_encoder_new(&recorder->encoder, &encode);
	if (!error)
		error = open_part(recorder, options);
	if (!error)
		return true;
	warnc(-error, "cannot write the log %s", recorder->sink.name);
	return false;
}

/* What does not notice that records are lost. */
static const char *who_goes_on(const struct recorder *recorder)
{
	return recorder->attached ? "what is recorded goes on" : "the command goes on";
}

/* Records are lost: said once, however often it happens. */
static void say_lost(struct recorder *recorder, int error)
{
	const char *then = recorder->on_error == ON_LOG_ERROR_KILL ? "the command is killed"
								   : who_goes_on(recorder);

	recorder->incomplete = recorder->lossy = true;
	recorder->error = -error;
	if (recorder->said || !stdfds_can_say())
		return;
	recorder->said = true;
	if (error == -EAGAIN)
		warnx("nobody reads the log %s, records are lost; %s", recorder->sink.name, then);
	else
		warnc(-error, "cannot write the log %s, records are lost; %s", recorder->sink.name,
			then);
}

/* What waits will never be in the log. */
static void lose(struct recorder *recorder, int error)
{
	sink_abandon(&recorder->sink);
	recorder->lost += procaudit_encoder_lost(recorder->encoder);
	recorder->failing = 0;
	say_lost(recorder, error);
}

/* Whether somebody can make the error go away while we wait. */
static bool can_heal(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -ENOMEM || error == -ENOBUFS;
}

/* The old part goes on, larger than it should be. */
static void say_not_turned(struct recorder *recorder, int error)
{
	if (recorder->said_part || !stdfds_can_say())
		return;
	recorder->said_part = true;
	warnc(-error, "cannot begin another part of the log %s, the old one goes on",
		recorder->sink.name);
}

/* Whether what could not be synced is in the log nobody knows: it counts as lost. */
static void sync_log(struct recorder *recorder)
{
	int error = sink_sync(&recorder->sink);

	recorder->unsynced = false;
	if (error)
		say_lost(recorder, error);
}

/* There are records that are not on the disk. */
static void note_unsynced(struct recorder *recorder, int64_t now)
{
	if (recorder->unsynced || recorder->sync == SYNC_NONE)
		return;
	recorder->unsynced = true;
	recorder->sync_at = recorder->sync == SYNC_RECORD ? now : now + SYNC_NS;
}

/* All is written that belongs into this part, and it is time for the next. */
static void turn(struct recorder *recorder)
{
	int late, error;

	if (recorder->unsynced)
		sync_log(recorder);
	error = part_turn(&recorder->part, recorder->encoder, &late);

	if (late)
		say_lost(recorder, late);
	if (!error)
		return;
	if (recorder->on_error == ON_LOG_ERROR_STOP && can_heal(error)) {
		recorder->failing = error;
		return;
	}
	part_postpone(&recorder->part);
	say_not_turned(recorder, error);
}

void recorder_flush(struct recorder *recorder)
{
	int error = write_out(recorder);

	recorder->blocked = error == -EAGAIN;
	recorder->failing = 0;
	if (recorder->blocked)
		return;
	if (!error && recorder->unsynced && boot_ns() >= recorder->sync_at)
		sync_log(recorder);
	if (!error && part_is_due(&recorder->part, 0))
		turn(recorder);
	else if (error && recorder->on_error == ON_LOG_ERROR_STOP && can_heal(error))
		recorder->failing = error;
	else if (error)
		lose(recorder, error);
}

/* Encodes once more if there was no memory: what waits is in its way. */
static int encode(struct recorder *recorder, const struct procaudit_event *event)
{
	int error = procaudit_encode(recorder->encoder, event);

	if (!error || !waiting(recorder))
		return error;
	recorder_flush(recorder);
	return procaudit_encode(recorder->encoder, event);
}

/* Stands for records that were lost; seen when `at` was. */
static void add_gap(struct recorder *recorder, const struct procaudit_event *at)
{
	struct procaudit_event gap = {
		.kind = PROCAUDIT_GAP,
		.real = at->real,
		.boot_ns = at->boot_ns,
		.gap =
			{
				.reason = PROCAUDIT_GAP_WRITE_ERROR,
				.count = recorder->lost,
				.error = recorder->error,
			},
	};

	if (procaudit_encode(recorder->encoder, &gap) == 0)
		recorder->lost = 0; /* the encoder tells if the gap is lost in turn */
}

static struct procaudit_event now(void)
{
	struct procaudit_event event = {.boot_ns = boot_ns()};

	clock_gettime(CLOCK_REALTIME, &event.real);
	return event;
}

unsigned recorder_needs(const struct recorder *recorder)
{
	const struct parts *files = &recorder->part.files;
	unsigned needs = RIGHTS_TRACE;

	if (files->dir >= 0 && !parts_are_ours(files))
		needs |= RIGHTS_FILES;
	if (recorder->reads_responses)
		needs |= RIGHTS_BECOME;
	return needs;
}

bool recorder_pending(const struct recorder *recorder)
{
	return waiting(recorder) > 0;
}

bool recorder_is_held(const struct recorder *recorder)
{
	if (recorder->on_error == ON_LOG_ERROR_CONTINUE)
		return false;
	return recorder->failing || waiting(recorder) >= BACKLOG;
}

void recorder_give_up(struct recorder *recorder)
{
	recorder->on_error = ON_LOG_ERROR_CONTINUE;
	if (recorder->failing)
		recorder_flush(recorder);
}

static void add(struct recorder *recorder, const struct procaudit_event *event)
{
	int error = -EAGAIN;

	if (waiting(recorder) < BACKLOG) {
		if (recorder->lost)
			add_gap(recorder, event);
		error = encode(recorder, event);
	}
	if (error) {
		recorder->lost++;
		say_lost(recorder, error);
	}
}

/* Whether we had no memory for what the program was given. */
static bool is_cut(const struct procaudit_event *event)
{
	const struct procaudit_exec *exec = &event->exec;

	return event->kind == PROCAUDIT_EXEC &&
	       (exec->argv.error == ENOMEM || exec->env.error == ENOMEM ||
		       exec->argv_asked.error == ENOMEM || exec->response_files.error == ENOMEM);
}

static void say_cut(struct recorder *recorder)
{
	recorder->incomplete = true;
	if (recorder->said_cut || !stdfds_can_say())
		return;
	recorder->said_cut = true;
	warnx("no memory for all arguments and environments; %s, and the log %s names each that "
	      "is not whole (ENOMEM)",
		who_goes_on(recorder), recorder->sink.name);
}

/* What the tracer has missed, but for what is said when attaching. NULL: nothing. */
static const char *missed(const struct procaudit_gap *gap)
{
	switch (gap->reason) {
	case PROCAUDIT_GAP_VANISHED:
		return "processes were lost from sight";
	case PROCAUDIT_GAP_MEMORY:
		return "there was no memory for some events";
	case PROCAUDIT_GAP_UNTRACED:
		return "a process was made as one that nobody can trace (CLONE_UNTRACED)";
	case PROCAUDIT_GAP_WRITE_ERROR:
	case PROCAUDIT_GAP_ATTACH_DENIED:
	case PROCAUDIT_GAP_ATTACH_TRACED:
	case PROCAUDIT_GAP_ATTACH_KERNEL:
	case PROCAUDIT_GAP_ATTACH_GONE:
	case PROCAUDIT_GAP_ATTACH_RACE:
	case PROCAUDIT_GAP_FILTER:
		return NULL;
	}
	return NULL;
}

static void say_gap(struct recorder *recorder, const struct procaudit_gap *gap)
{
	const char *what = missed(gap);

	/* A filter hides failures at most; the trailer says so all the same. */
	if (gap->reason != PROCAUDIT_GAP_FILTER)
		recorder->incomplete = true;
	if (!what || recorder->said_gap || !stdfds_can_say())
		return;
	recorder->said_gap = true;
	warnx("%s; the log %s has a gap record for what is missing", what, recorder->sink.name);
}

void recorder_add(struct recorder *recorder, const struct procaudit_event *event)
{
	if (is_cut(event))
		say_cut(recorder);
	if (event->kind == PROCAUDIT_GAP)
		say_gap(recorder, &event->gap);
	if (event->kind == PROCAUDIT_EXEC && event->exec.success)
		recorder->executed++;
	add(recorder, event);
	note_unsynced(recorder, event->boot_ns);
	if (waiting(recorder) >= BATCH || event->boot_ns >= recorder_due(recorder) ||
		part_is_due(&recorder->part, waiting(recorder)))
		recorder_flush(recorder);
}

void recorder_reopen(struct recorder *recorder)
{
	recorder->part.reopen = true;
	recorder_flush(recorder);
}

void recorder_add_stats(struct recorder *recorder, size_t living)
{
	struct procaudit_stats stats = {.living = living};
	int error = procaudit_encode_stats(recorder->encoder, &stats);

	if (error) {
		recorder->lost++;
		say_lost(recorder, error);
	}
	recorder_flush(recorder);
	sync_log(recorder);
}

int64_t recorder_due(const struct recorder *recorder)
{
	return recorder->unsynced ? recorder->sync_at : INT64_MAX;
}

void recorder_end(struct recorder *recorder, struct procaudit_trailer *trailer)
{
	struct procaudit_event end;
	int error;

	if (recorder->lost) {
		end = now();
		add_gap(recorder, &end);
	}
	trailer->complete = trailer->complete && !recorder->incomplete && !recorder->lost &&
			    !procaudit_encoder_count(recorder->encoder, PROCAUDIT_GAP);
	recorder->complete = trailer->complete;
	recorder->part.is_last = true;
	error = procaudit_encode_trailer(recorder->encoder, trailer);
	if (error)
		say_lost(recorder, error);
}

static void say_not_compressed(const struct recorder *recorder, int error)
{
	if (error && stdfds_can_say())
		warnc(-error, "cannot compress all parts of the log %s, some stay as they are",
			recorder->sink.name);
}

void recorder_close(struct recorder *recorder)
{
	int error;

	if (waiting(recorder))
		lose(recorder, recorder->failing ? recorder->failing : -EAGAIN);
	if (recorder->sync != SYNC_NONE)
		sync_log(recorder);
	error = sink_close(&recorder->sink);
	if (error)
		say_lost(recorder, error);
	say_not_compressed(recorder, part_finish(&recorder->part));
	recorder->complete = recorder->complete && !recorder->incomplete;
}

void recorder_free(struct recorder *recorder)
{
	procaudit_encoder_free(recorder->encoder);
	procaudit_redactor_free(recorder->redactor);
	part_close(&recorder->part);
	sink_close(&recorder->sink);
}
