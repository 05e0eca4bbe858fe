/* SPDX-License-Identifier: ISC */
/* Is this record whole? */
#include "commands.h"
#include "input.h"
#include "options.h"
#include "output.h"
#include "plural.h"
#include "verify.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int status;
} classes[FINDINGS] = {
	[FINDING_INCOMPLETE] = {"incomplete", 3},
	[FINDING_UNKNOWN] = {"unknown", 6},
	[FINDING_TRUNCATED] = {"truncated", STATUS_TRUNCATED},
	[FINDING_DAMAGED] = {"damaged", 5},
};

struct state {
	const struct options *options;
	struct verify *verify;
	uint64_t count[FINDINGS];
	uint64_t in_log[FINDINGS]; /* since the last log ended */
	uint64_t logs;
	bool unreadable; /* a file is */
	bool comma;	 /* JSON: something stands before */
};

static void print_json(const struct state *state, enum finding finding,
	const struct procaudit_place *place, const char *text)
{
	printf("%s\n{\"file\":", state->comma ? "," : "");
	output_json(stdout, place->file, strlen(place->file));
	if (place->line)
		printf(",\"line\":%" PRIu64, place->line);
	printf(",\"finding\":\"%s\",\"text\":", classes[finding].name);
	output_json(stdout, text, strlen(text));
	putchar('}');
}

static void on_finding(
	void *context, enum finding finding, const struct procaudit_place *place, const char *text)
{
	struct state *state = context;

	state->count[finding]++;
	state->in_log[finding]++;
	if (state->options->quiet)
		return;
	if (state->options->json) {
		print_json(state, finding, place, text);
		state->comma = true;
		return;
	}
	output_place(stdout, place);
	printf(": %s: %s\n", classes[finding].name, text);
}

/* The worst of what was found; FINDINGS if nothing was. */
static enum finding worst(const uint64_t count[FINDINGS])
{
	int finding;

	for (finding = FINDINGS - 1; finding >= 0; finding--)
		if (count[finding])
			return (enum finding)finding;
	return FINDINGS;
}

static void on_log_end(void *context, const struct verify_log *log)
{
	struct state *state = context;
	enum finding finding = worst(state->in_log);

	state->logs++;
	memset(state->in_log, 0, sizeof(state->in_log));
	if (state->options->quiet || state->options->json)
		return;
	output_quoted(stdout, log->file, strlen(log->file));
	printf(": %s: %" PRIu64 " record%s, %" PRIu64 " process%s, %" PRIu64 " exec%s, %" PRId64
	       ".%03" PRId64 " s\n",
		finding == FINDINGS ? "complete" : classes[finding].name, log->records,
		plural_s(log->records), log->processes, plural_es(log->processes), log->execs,
		plural_s(log->execs), log->mono_us / 1000000, log->mono_us / 1000 % 1000);
}

static void on_problem(void *context, int error, const struct procaudit_problem *problem)
{
	struct state *state = context;

	if (error != -EBADMSG) {
		state->unreadable = true;
		fputs("procreport: ", stderr);
		output_place(stderr, &problem->place);
		fprintf(stderr, ": %s\n", problem->text);
		return;
	}
	verify_problem(state->verify, error, problem);
}

static int run(const struct options *options)
{
	struct state state = {.options = options};
	const struct procaudit_record *record;
	struct input input;
	bool whole;
	int status;

	state.verify = verify_new(on_finding, on_log_end, &state);
	if (!state.verify)
		errc(STATUS_FAILED, ENOMEM, "cannot verify");
	input_open(&input, options->files);
	input.on_problem = on_problem;
	input.context = &state;
	if (options->json && !options->quiet)
		fputs("{\"findings\":[", stdout);
	while ((record = input_next(&input)))
		if (!verify_record(state.verify, record))
			errc(STATUS_FAILED, ENOMEM, "cannot verify");
	verify_end(state.verify);
	whole = worst(state.count) == FINDINGS && state.logs > 0 && !state.unreadable;
	if (options->json && !options->quiet)
		printf("],\"logs\":%" PRIu64 ",\"complete\":%s}\n", state.logs,
			whole ? "true" : "false");
	if (state.unreadable)
		status = STATUS_FAILED;
	else if (worst(state.count) < FINDINGS)
		status = classes[worst(state.count)].status;
	else
		status = state.logs ? STATUS_OK : classes[FINDING_TRUNCATED].status;
	if (!state.logs && !state.unreadable && !options->quiet)
		input_say_none(&input);
	verify_free(state.verify);
	input_close(&input);
	return output_end(status);
}

const struct command cmd_verify = {
	.name = "verify",
	.operands = "LOG...",
	.summary = "Is this record whole? complete, truncated, gaps, damaged",
	.options = "|json|quiet|",
	.help = "Exit status: 0 if every log is complete; 3 if the recorder says that something\n"
		"is missing; 4 if a log is cut off; 5 if one is damaged; 6 if one has something\n"
		"that this version does not know. Of several the first of 5, 4, 6, 3.\n",
	.run = run,
};
