/* SPDX-License-Identifier: ISC */
/* A log that is being written, as it comes. */
#include "commands.h"
#include "live.h"
#include "options.h"
#include "output.h"
#include "siblings.h"
#include "watch.h"
#include "writer.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct follow {
	const char *path;
	bool forever;
	struct live live;
	struct watch watch;
	struct procaudit_reader *reader; /* of the file that is open */
	int fd;				 /* the same file; -1: what is read does not grow */
	bool held;			 /* a recorder has been seen to write the log */
	bool left;			 /* and it has ended without a trailer */
	bool unreadable;
};

/* The log's name in front of what is to be said about it. */
static void say(const struct follow *f)
{
	fflush(stdout);
	fputs("procreport: ", stderr);
	output_quoted(stderr, f->path, strlen(f->path));
}

/* What was there before somebody looked is not told. */
static bool is_told(const struct follow *f)
{
	return !f->live.lines.held;
}

/* --- Files ---------------------------------------------------------------------- */

static void close_file(struct follow *f)
{
	procaudit_reader_free(f->reader);
	f->reader = NULL;
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static void open_reader(struct follow *f, const char *path)
{
	if (procaudit_reader_new(&f->reader) != 0 || procaudit_reader_add(f->reader, path) != 0)
		errc(STATUS_FAILED, ENOMEM, "cannot follow %s", f->path);
	procaudit_reader_follow(f->reader, f->fd >= 0);
}

/* A file; whatever else there is of this name is read to its end. */
static bool open_regular(struct follow *f)
{
	char path[32];

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f->fd < 0 && errno == ENOENT)
		return false;
	if (f->fd < 0)
		err(STATUS_FAILED, "cannot read %s", f->path);
	watch_file(&f->watch, f->fd);
	/* The same file, whatever the name stands for by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
	open_reader(f, path);
	return true;
}

static bool is_stream(const char *path)
{
	struct stat st;

	return strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

/* False: nobody waits for it any more. */
static bool open_log(struct follow *f)
{
	bool said = false;

	if (is_stream(f->path)) {
		open_reader(f, f->path);
		return true;
	}
	while (!open_regular(f)) {
		if (!said) {
			say(f);
			fputs(": waiting for it\n", stderr);
		}
		said = true;
		/* All of what comes is new. */
		live_begin(&f->live);
		if (!watch_wait(&f->watch, false))
			return false;
	}
	return true;
}

/* Whether the recorder goes on in another file of this name: then it has written all
 * that belongs into the one that is open. One that is empty may be logrotate's. */
static bool is_replaced(struct follow *f)
{
	struct stat ours, now;

	if (fstat(f->fd, &ours) != 0 || stat(f->path, &now) != 0 ||
		(now.st_ino == ours.st_ino && now.st_dev == ours.st_dev))
		return false;
	if (now.st_size > 0)
		return true;
	watch_name(&f->watch);
	return stat(f->path, &now) == 0 && now.st_size > 0;
}

static bool is_truncated(const struct follow *f)
{
	struct stat st;
	uint64_t done, total;

	procaudit_reader_progress(f->reader, &done, &total);
	return fstat(f->fd, &st) == 0 && (uint64_t)st.st_size < done;
}

/* --- Records --------------------------------------------------------------------- */

static void tell_problem(struct follow *f, int error, const struct procaudit_problem *problem)
{
	bool is_line = problem->place.line > 0;

	f->live.skipped = true;
	f->unreadable = f->unreadable || error != -EBADMSG || !is_line;
	if (!is_told(f) && is_line)
		return;
	say(f);
	if (is_line)
		fprintf(stderr, ":%" PRIu64 ": %s; skipped\n", problem->place.line, problem->text);
	else
		fprintf(stderr, ": %s\n", problem->text);
}

static void add_record(void *context, const struct procaudit_record *record)
{
	struct follow *f = context;
	uint64_t missing = live_add(&f->live, record);

	if (!missing || !is_told(f))
		return;
	say(f);
	fprintf(stderr, ":%" PRIu64 ": %" PRIu64 " record%s missing in front of this\n",
		record->place.line, missing, missing == 1 ? " is" : "s are");
}

/* Parts that came and went while nobody looked. */
static void catch_up(struct follow *f, const struct procaudit_record *header)
{
	int64_t part = header->part - live_missing_parts(&f->live, header);
	int64_t found = siblings_read(f->path, f->live.log_id, part, header->part, add_record, f);

	if (part + found == header->part || !is_told(f))
		return;
	say(f);
	fprintf(stderr, ": part %" PRId64 " of the log is not there any more\n", part + found);
}

/* Reads what there is: 0 at the end, -EAGAIN if more may come. */
static int read_on(struct follow *f)
{
	const struct procaudit_record *record;
	int got;

	while ((got = procaudit_reader_next(f->reader, &record)) != 0 && got != -EAGAIN) {
		if (got < 0) {
			tell_problem(f, got, procaudit_reader_problem(f->reader));
			continue;
		}
		if (record->kind == PROCAUDIT_RECORD_HEADER && is_told(f))
			catch_up(f, record);
		add_record(f, record);
		if (f->live.ended && !f->forever)
			return 0;
	}
	return got;
}

/* --- The end ---------------------------------------------------------------------- */

/* False: who reads it has gone away. */
static bool flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	if (errno == EPIPE)
		return false;
	err(STATUS_FAILED, "cannot write to standard output");
}

/* Whether the recorder that has written it is not there any more. What it wrote is read
 * after this, and then the name: it locks a file before it writes, and lets go of one
 * when the next one has its name and its header. */
static bool is_left(struct follow *f)
{
	struct stat st;

	/* While things happen that is not asked. */
	if (f->fd < 0 || (f->held && !f->watch.idle))
		return false;
	if (fstat(f->fd, &st) != 0 || st.st_size == 0)
		return false;
	if (!writer_holds(f->fd))
		return f->held;
	f->held = true;
	return false;
}

/* True: the end. */
static bool tell_left(struct follow *f)
{
	live_begin(&f->live);
	say(f);
	fputs(": nobody writes this any more, and it has no trailer: the recorder was killed\n",
		stderr);
	f->left = !f->forever;
	f->held = false;
	return f->left;
}

/* Follows the file that is open. True: another one is to be opened. */
static bool follow_file(struct follow *f)
{
	bool is_read = false;

	for (;;) {
		bool left = is_left(f);
		int got = read_on(f);

		if (f->live.ended && !f->forever)
			return false;
		if (got == 0)
			return f->fd >= 0 && !f->unreadable;
		if (!is_read)
			live_begin(&f->live);
		is_read = true;
		if (!flush())
			return false;
		if (is_truncated(f)) {
			say(f);
			fputs(": it was emptied\n", stderr);
			return true;
		}
		if (is_replaced(f))
			procaudit_reader_follow(f->reader, false);
		else if ((left && !f->live.ended && tell_left(f)) ||
			 !watch_wait(&f->watch, f->held))
			return false;
	}
}

static int run(const struct options *options)
{
	struct follow f = {.path = options->files[0], .forever = options->forever, .fd = -1};
	bool piped;

	if (options->files[1])
		errx(STATUS_USAGE, "one log can be followed, not several");
	/* Who reads what we print may go when he has seen enough. */
	signal(SIGPIPE, SIG_IGN);
	if (options->utc)
		setenv("TZ", "UTC0", 1);
	live_open(&f.live, options);
	watch_open(&f.watch, f.path);
	while (open_log(&f)) {
		bool again = follow_file(&f);

		close_file(&f);
		if (!again)
			break;
	}
	live_begin(&f.live);
	piped = flush();
	if (piped && f.live.ended && !f.live.complete) {
		say(&f);
		fputs(": the recorder says that this is not complete\n", stderr);
	}
	watch_close(&f.watch);
	live_close(&f.live);
	if (f.unreadable)
		return STATUS_FAILED;
	return f.left ? STATUS_TRUNCATED : STATUS_OK;
}

const struct command cmd_follow = {
	.name = "follow",
	.operands = "LOG",
	.summary = "A log that is being written, as it comes",
	.options = "|cwd|failed|forever|from-start|lines|match|pid|program|utc|",
	.help = "It ends with the log, with status 4 if the recorder was killed. Filters combine: "
		"what all of them let pass is printed.\n",
	.run = run,
};
