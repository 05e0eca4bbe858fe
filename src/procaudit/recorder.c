/* SPDX-License-Identifier: ISC */
#include "recorder.h"

#include "stdfds.h"

#include <procaudit/tracer.h>

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
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
	return isatty(recorder->sink.fd) && term && *term;
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
	if (recorder->said)
		return;
	recorder->said = true;
	warnc(-error, "cannot write the log %s, records are lost; the command goes on",
		recorder->sink.name);
}

/* The place of records that could not be written. If it is lost in turn, the
 * next one counts its own loss as well as theirs. */
static void add_gap(struct recorder *recorder)
{
	struct procaudit_event gap = {.kind = PROCAUDIT_GAP};
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &gap.real);
	gap.boot_ns = boot.tv_sec * INT64_C(1000000000) + boot.tv_nsec;
	gap.gap.reason = PROCAUDIT_GAP_WRITE_ERROR;
	gap.gap.count = recorder->lost;
	if (procaudit_encode(recorder->encoder, &gap) == 0 && write_out(recorder) == 0)
		recorder->lost = 0;
	else
		recorder->lost = gap.gap.count;
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
		add_gap(recorder);
	if (event->kind == PROCAUDIT_GAP)
		recorder->incomplete = true;
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
	int error;

	recorder_flush(recorder);
	if (recorder->lost)
		add_gap(recorder);
	trailer->complete = trailer->complete && !recorder->incomplete && !recorder->lost;
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
