/* SPDX-License-Identifier: ISC */
/*
 * Chrome trace events, written while the log is read: a slice as soon as it has ended,
 * so that memory is needed for living processes alone. One whole event for each: a
 * beginning and an end of their own would be paired across all threads by the
 * Performance panel of Chromium (156).
 *
 * A log is what the format calls a process, and each of its processes is a thread.
 * The log's pid is the tid of its first process: Perfetto takes that thread for the
 * main one, and makes it if it does not come.
 */
#include "commands.h"
#include "input.h"
#include "jsonout.h"
#include "options.h"
#include "output.h"
#include "peaks.h"
#include "track.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct trace {
	struct tracks tracks;
	struct peaks peaks;
	char log_id[33];
	unsigned log;	  /* its number, from 1; 0: before the first header */
	int64_t pid;	  /* of the log, in the trace */
	int64_t begin_us; /* of the log, since 1970 */
	int64_t now_us;	  /* since then; it never goes back */
	int64_t running;
	unsigned long events;
};

/* --- Events ------------------------------------------------------------------- */

static void open_event(struct trace *t, const char *phase)
{
	if (t->events++)
		putchar(',');
	json_line();
	json_open(NULL, '{');
	json_string("ph", phase);
	json_int("pid", t->pid);
}

static void open_timed(struct trace *t, const char *phase, int64_t us)
{
	open_event(t, phase);
	json_int("ts", t->begin_us + us);
}

static void close_event(void)
{
	json_close('}');
}

static void name_it(struct trace *t, const char *what, int64_t tid, const char *name)
{
	open_event(t, "M");
	json_int("tid", tid);
	json_string("name", what);
	json_open("args", '{');
	json_string("name", name);
	json_close('}');
	close_event();
}

static void sort_it(struct trace *t, const char *what, int64_t tid, int64_t index)
{
	open_event(t, "M");
	json_int("tid", tid);
	json_string("name", what);
	json_open("args", '{');
	json_int("sort_index", index);
	json_close('}');
	close_event();
}

static void count(struct trace *t, const char *name, const char *unit, int64_t us, int64_t value)
{
	open_timed(t, "C", us);
	json_string("name", name);
	json_open("args", '{');
	json_int(unit, value);
	json_close('}');
	close_event();
}

/* --- Slices ------------------------------------------------------------------- */

static void json_id(const struct trace *t, int64_t proc, int64_t image)
{
	char id[96];
	int used = t->log > 1 ? sprintf(id, "%u:", t->log) : 0;

	used += sprintf(id + used, "%" PRId64, proc);
	if (image > 0)
		sprintf(id + used, ".%" PRId64, image);
	json_string("id", id);
}

static void json_known_string(const char *key, const struct procaudit_string *string)
{
	if (string->data)
		json_string(key, string->data);
}

/* What is known of it follows, until slice_begun(). */
static void begin_slice(const struct trace *t, struct track *track, const char *category)
{
	track->since_us = t->now_us;
	track->category = category;
	track->facts.size = 0;
	json_into(&track->facts);
}

static void slice_begun(void)
{
	json_back();
}

/* What is known of its end follows, until close_args(). */
static void end_slice(struct trace *t, const struct track *track)
{
	open_timed(t, "X", track->since_us);
	json_int("dur", t->now_us - track->since_us);
	json_int("tid", track->tid);
	json_string("name", track->name);
	json_string("cat", track->category);
	json_open("args", '{');
	json_values(&track->facts);
}

static void instant(struct trace *t, const struct track *track, const char *name)
{
	open_timed(t, "i", t->now_us);
	json_int("tid", track->tid);
	json_string("s", "t");
	json_string("name", name);
	json_string("cat", "failure");
	json_open("args", '{');
}

static void close_args(void)
{
	json_close('}');
	close_event();
}

/* --- Processes ---------------------------------------------------------------- */

/* The track of a process, which begins here if it does not live yet. */
static struct track *begin_process(struct trace *t, int64_t proc)
{
	struct track *track = track_new(&t->tracks, proc);

	track->peak = peaks_begin(&t->peaks, t->now_us);
	count(t, "processes", "running", t->now_us, ++t->running);
	return track;
}

/* Who forks runs the program of its creator, if that is known. */
static void begin_fork(struct trace *t, struct track *track, const struct track *parent)
{
	char name[300] = "(fork)";

	if (parent && parent->name)
		snprintf(name, sizeof(name), "%.256s%s", parent->name,
			strstr(parent->name, " (fork)") ? "" : " (fork)");
	track_rename(track, name);
	begin_slice(t, track, "fork");
	json_id(t, track->proc, 0);
	if (parent)
		json_int("parent", parent->proc);
}

static struct track *get_process(struct trace *t, const struct procaudit_record *r)
{
	struct track *track = track_find(&t->tracks, r->proc);

	if (track)
		return track;
	track = begin_process(t, r->proc);
	begin_fork(t, track, NULL);
	slice_begun();
	return track;
}

/* Its name and its place are known at the end. */
static void end_process(struct trace *t, struct track *track, int64_t maxrss_kb)
{
	name_it(t, "thread_name", track->tid, track->name);
	sort_it(t, "thread_sort_index", track->tid, track->tid);
	peaks_end(&t->peaks, track->peak, t->now_us, maxrss_kb);
	count(t, "processes", "running", t->now_us, --t->running);
	track_end(&t->tracks, track);
}

/* --- Records ------------------------------------------------------------------ */

static void on_fork(struct trace *t, const struct procaudit_record *r)
{
	struct track *parent = track_find(&t->tracks, r->proc), *track;

	if (track_find(&t->tracks, r->child))
		return;
	track = begin_process(t, r->child);
	begin_fork(t, track, parent);
	json_known("pid", r->child_pid);
	slice_begun();
}

/* The last component of the program's name. */
static const char *name_of(const struct procaudit_record *r)
{
	const char *name = r->exe.data	  ? r->exe.data
			   : r->path.data ? r->path.data
			   : r->argv.data ? r->argv.data
					  : "?";
	const char *slash = strrchr(name, '/');

	return slash && slash[1] ? slash + 1 : name;
}

static void begin_program(struct trace *t, struct track *track, const struct procaudit_record *r)
{
	track_rename(track, name_of(r));
	begin_slice(t, track, r->kind == PROCAUDIT_RECORD_EXEC ? "exec" : "attach");
	json_id(t, r->proc, r->image);
	json_known("pid", r->pid);
	if (r->parent > 0)
		json_int("parent", r->parent);
	if (r->argv.data)
		json_string("command", words_joined(r->argv.data, r->argv.size));
	json_known_string("path", &r->path);
	json_known_string("exe", &r->exe);
	json_known_string("cwd", &r->cwd);
	slice_begun();
}

static void on_attach(struct trace *t, const struct procaudit_record *r)
{
	if (!track_find(&t->tracks, r->proc))
		begin_program(t, begin_process(t, r->proc), r);
}

static void on_failed_exec(struct trace *t, const struct procaudit_record *r)
{
	char id[64];

	instant(t, get_process(t, r), r->error_name.data ? r->error_name.data : "exec failed");
	snprintf(id, sizeof(id), "@%" PRId64, r->seq);
	json_string("id", id);
	json_known_string("path", &r->path);
	if (r->argv.data)
		json_string("command", words_joined(r->argv.data, r->argv.size));
	json_known_string("cwd", &r->cwd);
	close_args();
}

static void on_exec(struct trace *t, const struct procaudit_record *r)
{
	struct track *track = track_find(&t->tracks, r->proc);

	if (r->success != 1) {
		on_failed_exec(t, r);
		return;
	}
	if (track) {
		end_slice(t, track);
		close_args();
	} else {
		track = begin_process(t, r->proc);
	}
	begin_program(t, track, r);
}

static void json_usage(const struct procaudit_record *r)
{
	json_known("exit_code", r->exit_code);
	json_known_string("signal", &r->signal);
	if (r->core_dumped == 1)
		json_bool("core_dumped", true);
	json_known("cpu_us", r->cpu_us);
	json_known("utime_us", r->utime_us);
	json_known("stime_us", r->stime_us);
	json_known("maxrss_kb", r->maxrss_kb);
	json_known("minflt", r->minflt);
	json_known("majflt", r->majflt);
	json_known("inblock", r->inblock);
	json_known("oublock", r->oublock);
}

static void on_end(struct trace *t, const struct procaudit_record *r)
{
	struct track *track = get_process(t, r);
	char name[64] = "";

	if (r->signal.data)
		snprintf(name, sizeof(name), "%.40s", r->signal.data);
	else if (r->exit_code > 0)
		snprintf(name, sizeof(name), "exit %d", (int)r->exit_code);
	if (name[0]) {
		instant(t, track, name);
		json_id(t, r->proc, 0);
		close_args();
	}
	end_slice(t, track);
	json_usage(r);
	close_args();
	end_process(t, track, r->maxrss_kb);
}

static void on_detach(struct trace *t, const struct procaudit_record *r)
{
	struct track *track = get_process(t, r);

	end_slice(t, track);
	json_string("end", "let go");
	close_args();
	end_process(t, track, -1);
}

/* --- Logs --------------------------------------------------------------------- */

/* What lives yet ends where the log does. */
static void end_log(struct trace *t)
{
	struct peak sum;

	while (t->tracks.living) {
		end_slice(t, t->tracks.living);
		json_string("end", "no end");
		close_args();
		end_process(t, t->tracks.living, -1);
	}
	while (peaks_next(&t->peaks, &sum))
		count(t, "sum of peak memory", "KiB", sum.us, sum.kb);
	peaks_free(&t->peaks);
}

static void on_header(struct trace *t, const struct procaudit_record *r)
{
	const struct procaudit_strings *what = r->command.data ? &r->command : &r->pids;

	if (t->log && r->part > 1 && strcmp(t->log_id, r->log_id.data) == 0)
		return;
	end_log(t);
	tracks_begin(&t->tracks);
	memcpy(t->log_id, r->log_id.data, sizeof(t->log_id));
	t->log++;
	/* Its first process, even where that does not come. */
	t->pid = (int64_t)t->tracks.base + 1;
	t->tracks.highest = t->tracks.base + 1;
	t->begin_us = r->ts.tv_sec * INT64_C(1000000) + r->ts.tv_nsec / 1000 - r->mono_us;
	t->now_us = r->mono_us;
	name_it(t, "process_name", t->pid, what->data ? words_joined(what->data, what->size) : "?");
	sort_it(t, "process_sort_index", t->pid, t->log);
}

static void add_record(struct trace *t, const struct procaudit_record *r)
{
	if (r->kind == PROCAUDIT_RECORD_HEADER)
		on_header(t, r);
	/* What stands before the first header belongs to no log. */
	if (t->log == 0)
		return;
	if (r->mono_us > t->now_us)
		t->now_us = r->mono_us;
	if (r->kind == PROCAUDIT_RECORD_FORK)
		on_fork(t, r);
	else if (r->kind == PROCAUDIT_RECORD_ATTACH)
		on_attach(t, r);
	else if (r->kind == PROCAUDIT_RECORD_EXEC)
		on_exec(t, r);
	else if (r->kind == PROCAUDIT_RECORD_EXIT)
		on_end(t, r);
	else if (r->kind == PROCAUDIT_RECORD_DETACH)
		on_detach(t, r);
}

static int run(const struct options *options)
{
	const struct procaudit_record *record;
	struct trace trace = {0};
	struct input input;
	bool whole;

	input_open(&input, options->files);
	/* What stands before the first header belongs to no log. */
	while ((record = input_next(&input)) && !input.has_log)
		;
	if (!record)
		input_end(&input);
	json_open(NULL, '{');
	json_string("displayTimeUnit", "ms");
	json_open("otherData", '{');
	json_string("generator", "procreport " VERSION);
	json_close('}');
	json_open("traceEvents", '[');
	for (; record; record = input_next(&input))
		add_record(&trace, record);
	end_log(&trace);
	tracks_begin(&trace.tracks);
	putchar('\n');
	json_close(']');
	json_close('}');
	json_line();
	whole = input_end(&input);
	return output_end(whole ? STATUS_OK : STATUS_FAILED);
}

const struct command cmd_trace = {
	.name = "trace",
	.operands = "LOG...",
	.summary = "Chrome trace events, for Perfetto: one track per process",
	.options = "|",
	.help = "The trace goes to standard output; ui.perfetto.dev opens it, and so does the\n"
		"Performance panel of Chromium's developer tools.\n",
	.run = run,
};
