/* SPDX-License-Identifier: ISC */
#include "live.h"

#include "output.h"
#include "replay.h"

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

struct alive {
	int64_t proc;
	unsigned depth;
	bool wanted;		       /* what it runs passes the filter */
	struct procaudit_event *event; /* owned: its last exec, with --failed; or NULL */
	UT_hash_handle hh;
};

static _Noreturn void no_memory(void)
{
	errc(STATUS_FAILED, ENOMEM, "cannot follow the log");
}

static void open_encoder(struct live *live)
{
	struct procaudit_encode_options options = {
		.format = PROCAUDIT_TEXT, .color = output_has_color(live->options)};

	if (procaudit_encoder_new(&live->encoder, &options) != 0)
		no_memory();
}

void live_open(struct live *live, const struct options *options)
{
	*live = (struct live){.options = options, .plain = *options};
	live->plain.failed = false;
	filter_compile(&live->filter, &live->plain);
	open_encoder(live);
	if (!options->from_start)
		lines_hold(&live->lines, (size_t)options->lines);
}

/* --- Processes ------------------------------------------------------------------ */

static struct alive *find(const struct live *live, int64_t proc)
{
	struct alive *alive;

	HASH_FIND(hh, live->alive, &proc, sizeof(proc), alive);
	return alive;
}

/* Whether what a process runs is asked for of which that is not known. */
static bool wants_unknown(const struct options *options)
{
	return !options->program && !options->match && !options->cwd;
}

static struct alive *add(struct live *live, int64_t proc, const struct alive *parent)
{
	struct alive *alive = calloc(1, sizeof(*alive));

	if (!alive)
		no_memory();
	alive->proc = proc;
	alive->depth = parent ? parent->depth + 1 : 0;
	alive->wanted = parent ? parent->wanted : wants_unknown(live->options);
	HASH_ADD(hh, live->alive, proc, sizeof(proc), alive);
	return alive;
}

static void forget(struct live *live, struct alive *alive)
{
	HASH_DEL(live->alive, alive);
	free(alive->event);
	free(alive);
}

static void forget_all(struct live *live)
{
	struct alive *alive, *next;

	HASH_ITER (hh, live->alive, alive, next)
		forget(live, alive);
}

void live_close(struct live *live)
{
	forget_all(live);
	filter_free(&live->filter);
	procaudit_encoder_free(live->encoder);
	live->lines.limit = 0;
	lines_release(&live->lines);
}

/* The process that acts; NULL: none does. */
static struct alive *actor(struct live *live, const struct procaudit_record *r)
{
	struct alive *alive = r->proc > 0 ? find(live, r->proc) : NULL;

	if (alive || r->proc <= 0)
		return alive;
	return add(live, r->proc, r->parent > 0 ? find(live, r->parent) : NULL);
}

/* --- What is asked for ------------------------------------------------------------ */

static struct text *new_text(const char *data, size_t size)
{
	struct text *text;

	if (!data)
		return NULL;
	text = malloc(sizeof(*text) + size + 1);
	if (!text)
		no_memory();
	*text = (struct text){.size = (uint32_t)size};
	memcpy(text->data, data, size);
	text->data[size] = '\0';
	return text;
}

/* Whether the program of this record passes the filter. Its texts are not kept. */
static bool passes(const struct live *live, const struct procaudit_record *r)
{
	struct process process = {.pid = r->pid};
	struct exec exec = {
		.process = &process,
		.success = true,
		.path = new_text(r->path.data, r->path.size),
		.exe = new_text(r->exe.data, r->exe.size),
		.cwd = new_text(r->cwd.data, r->cwd.size),
		.argv = new_text(r->argv.data ? r->argv.data : "", r->argv.size),
	};
	bool result = filter_passes(&live->filter, &exec);

	free(exec.path);
	free(exec.exe);
	free(exec.cwd);
	free(exec.argv);
	return result;
}

/* --- Lines ------------------------------------------------------------------------ */

static void print(struct live *live, const struct procaudit_event *event)
{
	const char *text;
	size_t size;

	if (procaudit_encode(live->encoder, event) != 0)
		no_memory();
	text = procaudit_encoded(live->encoder, &size);
	if (text)
		lines_add(&live->lines, text, size);
	procaudit_encoder_written(live->encoder, size);
}

void live_begin(struct live *live)
{
	if (!live->lines.held)
		return;
	lines_release(&live->lines);
	/* Where the last program ran that was not shown is not known to the reader. */
	procaudit_encoder_free(live->encoder);
	open_encoder(live);
}

/* A copy of an exec, in one block. */
static struct procaudit_event *copy_exec(const struct procaudit_event *event)
{
	const struct procaudit_exec *exec = &event->exec;
	struct procaudit_event *copy =
		malloc(sizeof(*copy) + exec->path.size + exec->cwd.size + exec->argv.size);
	char *at = (char *)(copy + 1);

	if (!copy)
		no_memory();
	*copy = *event;
	if (exec->argv.data)
		copy->exec.argv.data = memcpy(at, exec->argv.data, exec->argv.size);
	at += exec->argv.size;
	if (exec->path.data)
		copy->exec.path.data = memcpy(at, exec->path.data, exec->path.size);
	at += exec->path.size;
	if (exec->cwd.data)
		copy->exec.cwd.data = memcpy(at, exec->cwd.data, exec->cwd.size);
	copy->exec.exe.data = NULL;
	return copy;
}

static void on_exec(struct live *live, const struct procaudit_record *r, struct alive *alive,
	const struct procaudit_event *event)
{
	bool wanted = passes(live, r);

	if (!event->exec.success) {
		if (wanted)
			print(live, event);
		return;
	}
	alive->wanted = wanted;
	free(alive->event);
	alive->event = NULL;
	if (wanted && live->options->failed)
		alive->event = copy_exec(event);
	else if (wanted)
		print(live, event);
}

static void on_end(struct live *live, struct alive *alive, const struct procaudit_event *event)
{
	const struct options *o = live->options;
	bool bad = event->kind == PROCAUDIT_EXIT && event->exit.status != 0;

	if (alive->wanted && (!o->pid || o->pid == event->pid) && (!o->failed || bad)) {
		if (alive->event)
			print(live, alive->event);
		print(live, event);
	}
	forget(live, alive);
}

/* Of threads, gaps, and processes that ran before. */
static void on_other(struct live *live, const struct procaudit_record *r, struct alive *alive,
	const struct procaudit_event *event)
{
	const struct options *o = live->options;
	bool is_gap = event->kind == PROCAUDIT_GAP;

	if (event->kind == PROCAUDIT_ATTACH)
		alive->wanted = passes(live, r);
	/* What is missing may be what is asked for. */
	if (is_gap || (alive->wanted && !o->failed && (!o->pid || o->pid == event->pid)))
		print(live, event);
}

static void on_event(struct live *live, const struct procaudit_record *r)
{
	struct alive *alive =
		r->kind == PROCAUDIT_RECORD_FORK && r->proc <= 0 ? NULL : actor(live, r);
	struct procaudit_event event;

	if (r->kind == PROCAUDIT_RECORD_FORK) {
		if (!find(live, r->child))
			add(live, r->child, alive)->depth += alive == NULL;
		return;
	}
	if (!replay_event(r, &event) || (!alive && event.kind != PROCAUDIT_GAP))
		return;
	event.depth = alive ? alive->depth : 0;
	if (event.kind == PROCAUDIT_EXEC)
		on_exec(live, r, alive, &event);
	else if (event.kind == PROCAUDIT_EXIT || event.kind == PROCAUDIT_DETACH)
		on_end(live, alive, &event);
	else
		on_other(live, r, alive, &event);
}

/* --- Logs --------------------------------------------------------------------------- */

static bool is_same_log(const struct live *live, const struct procaudit_record *header)
{
	return !live->ended && header->part > 1 && strcmp(header->log_id.data, live->log_id) == 0;
}

int64_t live_missing_parts(const struct live *live, const struct procaudit_record *header)
{
	if (!is_same_log(live, header) || header->part <= live->part + 1)
		return 0;
	return header->part - live->part - 1;
}

static void on_header(struct live *live, const struct procaudit_record *r)
{
	if (!is_same_log(live, r)) {
		forget_all(live);
		memcpy(live->log_id, r->log_id.data, sizeof(live->log_id));
		live->seq = r->seq;
		live->ended = false;
	}
	live->part = r->part;
}

uint64_t live_add(struct live *live, const struct procaudit_record *r)
{
	uint64_t missing = 0;

	if (r->kind == PROCAUDIT_RECORD_HEADER)
		on_header(live, r);
	if (r->seq > live->seq && !live->skipped && live->log_id[0])
		missing = (uint64_t)(r->seq - live->seq);
	live->seq = r->seq + 1 + (r->parts > 0 ? r->parts : 0);
	live->skipped = false;
	if (r->kind == PROCAUDIT_RECORD_TRAILER) {
		live->ended = true;
		live->complete = r->complete == 1;
	} else if (r->kind != PROCAUDIT_RECORD_OTHER) {
		on_event(live, r);
	}
	return missing;
}
