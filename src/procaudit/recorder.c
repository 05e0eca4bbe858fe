/* SPDX-License-Identifier: ISC */
#include "recorder.h"

#include "stdfds.h"

#include <procaudit/tracer.h>

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* So much is gathered at most while tracees keep us busy. */
#define BATCH ((size_t)128 * 1024)

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

/* Writes what the encoder holds; gone afterwards either way. */
static int write_out(struct recorder *recorder)
{
	const char *data;
	size_t size;
	int error;

	data = procaudit_encoded(recorder->encoder, &size);
	if (size == 0)
		return 0;
	error = sink_write(&recorder->sink, data, size);
	if (error)
		recorder->lost += procaudit_encoder_lost(recorder->encoder);
	else
		procaudit_encoder_written(recorder->encoder);
	return error;
}

static int write_header(struct recorder *recorder, const struct options *options)
{
	char log_id[33];
	struct procaudit_header header = {
		.log_id = log_id,
		.mode = "run",
		.command = options->command,
		.tracer_pid = getpid(),
		.threads = options->threads,
		.proc = procaudit_has_proc(),
		.failed = options->failed,
		.no_new_privs = options->failed && procaudit_means_no_new_privs(),
	};
	int error = procaudit_log_id(log_id);

	if (!error)
		error = procaudit_encode_header(recorder->encoder, &header);
	if (!error)
		error = write_out(recorder);
	return error;
}

bool recorder_open(struct recorder *recorder, const struct options *options)
{
	struct procaudit_encode_options encode = {.format = options->format, .env = options->env};
	int error;

	*recorder = (struct recorder){.sink.fd = -1};
	if (!open_sink(recorder, options))
		return false;
	encode.color = wants_color(recorder, options);
	error = procaudit_encoder_new(&recorder->encoder, &encode);
	if (!error)
		error = write_header(recorder, options);
	if (!error)
		return true;
	warnc(-error, "cannot write the log %s", recorder->sink.name);
	return false;
}

/* The writing of records failed: said once, however often it happens. */
static void say_lost(struct recorder *recorder, int error)
{
	recorder->incomplete = true;
	recorder->error = -error;
	if (recorder->said)
		return;
	recorder->said = true;
	warnc(-error, "cannot write the log %s, records are lost; the command goes on",
		recorder->sink.name);
}

/* Stands for records that could not be written; seen when `at` was. If it is
 * lost in turn, the next one stands for those that were lost with it, too. */
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

	if (procaudit_encode(recorder->encoder, &gap) != 0)
		return;
	if (write_out(recorder) == 0)
		recorder->lost = 0;
	else
		recorder->lost--; /* the gap itself */
}

static struct procaudit_event now(void)
{
	struct procaudit_event event = {0};
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &event.real);
	event.boot_ns = boot.tv_sec * INT64_C(1000000000) + boot.tv_nsec;
	return event;
}

bool recorder_pending(const struct recorder *recorder)
{
	size_t size;

	procaudit_encoded(recorder->encoder, &size);
	return size > 0;
}

void recorder_flush(struct recorder *recorder)
{
	int error = write_out(recorder);

	if (error)
		say_lost(recorder, error);
}

void recorder_add(struct recorder *recorder, const struct procaudit_event *event)
{
	size_t size;
	int error;

	if (recorder->lost)
		add_gap(recorder, event);
	/* A filter hides failures at most; the trailer says so all the same. */
	if (event->kind == PROCAUDIT_GAP && event->gap.reason != PROCAUDIT_GAP_FILTER)
		recorder->incomplete = true;
	if (event->kind == PROCAUDIT_EXEC && event->exec.success)
		recorder->executed++;
	error = procaudit_encode(recorder->encoder, event);
	if (error) {
		recorder->lost++;
		say_lost(recorder, error);
	}
	procaudit_encoded(recorder->encoder, &size);
	if (size >= BATCH)
		recorder_flush(recorder);
}

void recorder_close(struct recorder *recorder, struct procaudit_trailer *trailer)
{
	struct procaudit_event end;
	int error;

	recorder_flush(recorder);
	if (recorder->lost) {
		end = now();
		add_gap(recorder, &end);
	}
	trailer->complete = trailer->complete && !recorder->incomplete && !recorder->lost &&
			    !procaudit_encoder_count(recorder->encoder, PROCAUDIT_GAP);
	recorder->complete = trailer->complete;
	error = procaudit_encode_trailer(recorder->encoder, trailer);
	if (error)
		say_lost(recorder, error);
	recorder_flush(recorder);
	error = sink_close(&recorder->sink);
	if (error)
		say_lost(recorder, error);
}

void recorder_free(struct recorder *recorder)
{
	procaudit_encoder_free(recorder->encoder);
	sink_close(&recorder->sink);
}
