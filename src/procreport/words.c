/* SPDX-License-Identifier: ISC */
#include "words.h"

#include "options.h"
#include "output.h"

#include <procaudit/text.h>

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One command line in the making. */
static struct {
	char *data;
	size_t size, cap;
} line;

static char *line_room(size_t more)
{
	if (line.cap - line.size < more) {
		line.cap = 2 * (line.size + more);
		line.data = realloc(line.data, line.cap);
		if (!line.data)
			errc(STATUS_FAILED, ENOMEM, "cannot print a command");
	}
	return line.data + line.size;
}

static void add(const char *text, size_t size)
{
	memcpy(line_room(size), text, size);
	line.size += size;
}

static void add_word(const char *word, size_t size)
{
	if (line.size)
		add(" ", 1);
	line.size += procaudit_quote(line_room(PROCAUDIT_QUOTE_ROOM(size)), word, size);
}

/* All words, or as many as are sure to fill the columns. */
static void add_words(const char *data, size_t size, unsigned columns)
{
	const char *s, *end = data + size;

	for (s = data; s < end; s += strlen(s) + 1) {
		add_word(s, strlen(s));
		if (columns && line.size > 16 * (size_t)columns + 4096)
			break;
	}
}

void words_strings(const struct text *strings, unsigned columns)
{
	line.size = 0;
	line_room(1);
	add_words(strings->data, strings->size, columns);
	output_cut(line.data, line.size, columns);
}

const char *words_joined(const char *data, size_t size)
{
	line.size = 0;
	add_words(data, size, 0);
	*line_room(1) = '\0';
	return line.data;
}

void words_command(const struct exec *exec, unsigned columns)
{
	line.size = 0;
	line_room(1);
	if (exec->has_argv && exec->argc > 0)
		add_words(exec->argv->data, exec->argv->size, columns);
	else if (exec->path)
		add_word(exec->path->data, exec->path->size);
	else
		add("?", 1);
	output_cut(line.data, line.size, columns);
}

void words_failure(const struct exec *exec, unsigned columns)
{
	const char *data = exec->argv->data;
	size_t first = exec->has_argv && exec->argc > 0 ? strlen(data) + 1 : 0;

	line.size = 0;
	line_room(1);
	if (exec->path)
		add_word(exec->path->data, exec->path->size);
	else
		add("?", 1);
	add_words(data + first, exec->argv->size - first, columns);
	output_cut(line.data, line.size, columns);
}

/* What a process ran at a time. */
static const struct exec *image_at(const struct process *process, int64_t mono_us)
{
	const struct exec *exec, *found = NULL;

	for (exec = process->first_exec; exec; exec = exec->next)
		if (exec->success && exec->mono_us <= mono_us)
			found = exec;
	return found;
}

const struct exec *words_program(const struct process *process)
{
	const struct exec *program = process->image;

	/* One that only forked runs what its creator ran then. */
	while (!program && process->parent) {
		program = image_at(process->parent, process->begin_us);
		process = process->parent;
	}
	return program;
}

static char *id_buffer(void)
{
	static char buffers[2][96];
	static unsigned next;

	return buffers[next++ % 2];
}

static int add_log(const struct model *model, const struct process *process, char *buffer)
{
	return model->log_count > 1 ? sprintf(buffer, "%u:", process->log->number) : 0;
}

const char *words_process_id(const struct model *model, const struct process *process)
{
	char *buffer = id_buffer();

	sprintf(buffer + add_log(model, process, buffer), "%" PRId64, process->proc);
	return buffer;
}

const char *words_id(const struct model *model, const struct exec *exec)
{
	const struct process *process = exec->process;
	char *buffer = id_buffer();
	int used = add_log(model, process, buffer);

	if (!exec->success)
		sprintf(buffer + used, "@%" PRId64, exec->seq);
	else if (exec->image > 1 || process->image != exec)
		sprintf(buffer + used, "%" PRId64 ".%" PRId64, process->proc, exec->image);
	else
		sprintf(buffer + used, "%" PRId64, process->proc);
	return buffer;
}

const char *words_end(const struct process *process)
{
	static char buffer[64];

	if (process->signal)
		snprintf(buffer, sizeof(buffer), "%s%.40s", process->core_dumped ? "core " : "",
			process->signal->data);
	else if (process->detached)
		return "let go";
	else if (process->end_us < 0)
		return "no end";
	else if (process->exit_code > 0)
		snprintf(buffer, sizeof(buffer), "exit %d", (int)process->exit_code);
	else
		return "";
	return buffer;
}

void words_name(const struct text *name, unsigned columns)
{
	line.size = 0;
	line_room(1);
	add_word(name->data, name->size);
	output_cut(line.data, line.size, columns);
}

void words_path(const struct text *path, unsigned columns)
{
	line.size = 0;
	line_room(1);
	add_word(path->data, path->size);
	if (line.size == path->size)
		output_cut_front(line.data, line.size, columns);
	else
		output_cut(line.data, line.size, columns);
}
