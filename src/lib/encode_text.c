/* SPDX-License-Identifier: ISC */
/*
 * Text for people, one line per event:
 *
 *	13:31:06.123   4711 make -j2
 *	13:31:06.130   4712   cd src
 *	13:31:06.130   4712   /usr/bin/cc -c 'a b.c'
 *	13:31:06.181   4712   # exit 0, 0.051 s
 *
 * What stands behind the pid can be pasted into a shell. Forks are not shown,
 * the indentation tells; nor are environments.
 */
#include "encoder.h"

#include "shell.h"

#include <inttypes.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_INDENT 30

#define COLOR_DIM   "\033[2m"
#define COLOR_BOLD  "\033[1m"
#define COLOR_RED   "\033[31m"
#define COLOR_RESET "\033[0m"

static void add_color(struct procaudit_encoder *e, const char *color)
{
	if (e->options.color)
		buf_str(&e->out, color);
}

/* Time, pid, indentation. */
static void begin_line(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	unsigned depth = event->depth < MAX_INDENT ? event->depth : MAX_INDENT;
	struct tm tm;

	if (event->real.tv_sec != e->second || e->second == 0) {
		e->second = event->real.tv_sec;
		localtime_r(&event->real.tv_sec, &tm);
		strftime(e->time, sizeof(e->time), "%H:%M:%S", &tm);
	}
	add_color(e, COLOR_DIM);
	buf_printf(&e->out, "%s.%03ld %6d ", e->time, event->real.tv_nsec / 1000000, event->pid);
	add_color(e, COLOR_RESET);
	buf_printf(&e->out, "%*s", (int)depth * 2, "");
}

static void end_line(struct procaudit_encoder *e)
{
	buf_char(&e->out, '\n');
}

/* A cd of its own, when this program runs in another directory than the one
 * shown last. */
static void add_cwd(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	const struct procaudit_string *cwd = &event->exec.cwd;

	if (!cwd->data)
		return;
	if (cwd->size == e->cwd.size && memcmp(cwd->data, e->cwd.data, cwd->size) == 0)
		return;
	buf_truncate(&e->cwd, 0);
	buf_add(&e->cwd, cwd->data, cwd->size);
	begin_line(e, event);
	buf_str(&e->out, "cd ");
	shell_quote(&e->out, cwd->data, cwd->size);
	end_line(e);
}

/* The program, so that a shell takes it for nothing else: not for a builtin, an
 * assignment, or something to be looked up in PATH. */
static void add_program(struct buf *out, const struct procaudit_string *path)
{
	bool located = path->size && (path->data[0] == '/' ||
					     (path->size > 2 && memcmp(path->data, "./", 2) == 0) ||
					     (path->size > 3 && memcmp(path->data, "../", 3) == 0));

	if (!located)
		buf_str(out, "./");
	shell_quote(out, path->data, path->size);
}

static void add_word(struct buf *out, const char *word)
{
	buf_char(out, ' ');
	shell_quote(out, word, strlen(word));
}

/* Whether a shell that runs path gives the program this argv[0], or one that
 * differs only in the directory. */
static bool is_name_of(const char *arg0, const struct procaudit_string *path)
{
	size_t size = strlen(arg0);

	if (size > path->size || memcmp(path->data + path->size - size, arg0, size) != 0)
		return false;
	return size && (size == path->size || path->data[path->size - size - 1] == '/');
}

/*
 * Whether path is a script: then argv begins with the interpreter and has path
 * further on (Linux fs/binfmt_script.c). An interpreter's name has a slash; a
 * name that a caller makes up for argv[0] has not.
 */
static bool is_script(const struct procaudit_strings *argv, const struct procaudit_string *path)
{
	const char *s = argv->data, *end = s + argv->size;

	if (!strchr(s, '/'))
		return false;
	while ((s += strlen(s) + 1) < end)
		if (strlen(s) == path->size && memcmp(s, path->data, path->size) == 0)
			return true;
	return false;
}

static void add_command(struct procaudit_encoder *e, const struct procaudit_exec *exec)
{
	const char *s = exec->argv.data, *end = s + exec->argv.size;
	const struct procaudit_string *path = &exec->path;
	bool has_name = exec->argv.count > 0;
	bool script =
		has_name && path->data && !is_name_of(s, path) && is_script(&exec->argv, path);
	bool alias = has_name && path->data && !is_name_of(s, path) && !script;
	struct buf *out = &e->out;
	char buffer[16];

	if (!exec->success)
		buf_printf(out, "# %s: ",
			exec->error ? procaudit_errno_name(exec->error, buffer) : "killed");
	add_color(e, exec->success ? COLOR_BOLD : COLOR_DIM);
	if (alias) {
		buf_str(out, "(exec -a");
		add_word(out, s);
		buf_char(out, ' ');
	}
	if (path->data && !script)
		add_program(out, path);
	else if (has_name)
		shell_quote(out, s, strlen(s));
	else
		buf_char(out, '?');
	add_color(e, COLOR_RESET);
	while (has_name && (s += strlen(s) + 1) < end)
		add_word(out, s);
	if (alias)
		buf_char(out, ')');
}

static void add_errors(struct procaudit_encoder *e, const struct procaudit_exec *exec)
{
	char buffer[16];

	if (exec->argv.error)
		buf_printf(&e->out, " # argv incomplete: %s",
			procaudit_errno_name(exec->argv.error, buffer));
}

static void add_seconds(struct procaudit_encoder *e, int64_t ns)
{
	if (ns >= 0)
		buf_printf(&e->out, ", %" PRId64 ".%03" PRId64 " s", ns / 1000000000,
			ns / 1000000 % 1000);
}

static void add_status(struct procaudit_encoder *e, int status)
{
	char buffer[16];

	add_color(e, status ? COLOR_RED : COLOR_DIM);
	if (WIFSIGNALED(status))
		buf_printf(&e->out, "# killed by %s%s",
			procaudit_signal_name(WTERMSIG(status), buffer),
			WCOREDUMP(status) ? " (core dumped)" : "");
	else
		buf_printf(&e->out, "# exit %d", WEXITSTATUS(status));
}

/* Its own idea of its arguments, or else what was loaded. */
static void add_attach(struct procaudit_encoder *e, const struct procaudit_exec *program)
{
	const char *s = program->argv.data, *end = s + program->argv.size;

	buf_str(&e->out, "# runs already:");
	if (program->argv.count == 0) {
		buf_char(&e->out, ' ');
		shell_quote(&e->out, program->exe.data ? program->exe.data : "?",
			program->exe.data ? program->exe.size : 1);
		return;
	}
	for (; s < end; s += strlen(s) + 1)
		add_word(&e->out, s);
}

static void add_gap(struct procaudit_encoder *e, const struct procaudit_gap *gap)
{
	char buffer[16];

	switch (gap->reason) {
	case PROCAUDIT_GAP_UNTRACED:
		buf_printf(&e->out, "# child %d could not be traced", gap->child_pid);
		break;
	case PROCAUDIT_GAP_FILTER:
		buf_str(&e->out,
			"# sets a seccomp filter: from here on failed execs may be hidden");
		break;
	case PROCAUDIT_GAP_ATTACH_DENIED:
		buf_printf(&e->out, "# %d could not be attached to: %s", gap->child_pid,
			procaudit_errno_name(gap->error, buffer));
		break;
	case PROCAUDIT_GAP_ATTACH_TRACED:
		buf_printf(&e->out, "# %d could not be attached to: process %d traces it",
			gap->child_pid, gap->tracer_pid);
		break;
	case PROCAUDIT_GAP_ATTACH_KERNEL:
		buf_printf(
			&e->out, "# %d could not be attached to: a kernel thread", gap->child_pid);
		break;
	case PROCAUDIT_GAP_ATTACH_GONE:
		buf_printf(&e->out, "# %d could not be attached to: it has ended", gap->child_pid);
		break;
	case PROCAUDIT_GAP_ATTACH_RACE:
		buf_printf(
			&e->out, "# %d may belong here, and was not attached to", gap->child_pid);
		break;
	case PROCAUDIT_GAP_VANISHED:
	case PROCAUDIT_GAP_WRITE_ERROR:
	case PROCAUDIT_GAP_MEMORY:
		buf_printf(&e->out, "# %" PRIu64 " missing: %s", gap->count,
			procaudit_gap_name(gap->reason));
		break;
	}
}

static void add_event(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	switch (event->kind) {
	case PROCAUDIT_EXEC:
		if (event->exec.success)
			add_cwd(e, event);
		begin_line(e, event);
		add_command(e, &event->exec);
		add_errors(e, &event->exec);
		break;
	case PROCAUDIT_EXIT:
		begin_line(e, event);
		add_status(e, event->exit.status);
		add_seconds(e, event->exit.duration_ns);
		add_color(e, COLOR_RESET);
		break;
	case PROCAUDIT_THREAD:
		begin_line(e, event);
		buf_printf(&e->out, "# thread %d", event->tid);
		break;
	case PROCAUDIT_THREAD_EXIT:
		begin_line(e, event);
		buf_printf(&e->out, "# thread %d ended", event->tid);
		break;
	case PROCAUDIT_ATTACH:
		begin_line(e, event);
		add_attach(e, &event->attach.program);
		break;
	case PROCAUDIT_DETACH:
		begin_line(e, event);
		buf_printf(&e->out, "# runs on, no longer followed (%s)",
			procaudit_detach_name(event->detach.reason));
		break;
	case PROCAUDIT_GAP:
		begin_line(e, event);
		add_gap(e, &event->gap);
		break;
	case PROCAUDIT_FORK:
	case PROCAUDIT_EVENT_KINDS:
		return;
	}
	end_line(e);
}

void encode_text(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	e->now.seq++;
	add_event(e, event);
	encoder_mark_event(e, event);
}

void encode_text_header(struct procaudit_encoder *e, const struct procaudit_header *header)
{
	(void)header;
	e->now.seq++;
	encoder_mark(e, RECORD_HEADER);
}

void encode_text_stats(struct procaudit_encoder *e, const struct procaudit_stats *stats)
{
	(void)stats;
	e->now.seq++;
	encoder_mark(e, RECORD_STATS);
}

void encode_text_trailer(struct procaudit_encoder *e, const struct procaudit_trailer *trailer)
{
	(void)trailer;
	e->now.seq++;
	encoder_mark(e, RECORD_TRAILER);
}
