/* SPDX-License-Identifier: ISC */
#include "leaves.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const makes[] = {"make", "gmake", "bmake", NULL};
static const char *const ninjas[] = {"ninja", "ninja-build", "samu", NULL};
static const char *const shells[] = {
	"sh", "dash", "bash", "ash", "ksh", "mksh", "zsh", "yash", NULL};

/* By the name that it was asked for by: what it is a link to tells less. */
static bool is_one_of(const struct exec *exec, const char *const *names)
{
	const char *name = exec->path ? exec->path->data : exec_name(exec);
	const char *slash = strrchr(name, '/');

	for (name = slash ? slash + 1 : name; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* The command line of a shell; NULL: there is none, or nobody knows. */
static const char *command_line(const struct exec *exec)
{
	const char *s = exec->argv->data, *end = s + exec->argv->size;

	if (!exec->has_argv || exec->argc < 3)
		return NULL;
	for (s += strlen(s) + 1; s < end && *s == '-' && s[1] != '-'; s += strlen(s) + 1)
		if (strchr(s, 'c')) {
			s += strlen(s) + 1;
			return s < end ? s : NULL;
		}
	return NULL;
}

/* Nothing but the programs does anything: no redirections, pipes, jobs or output that
 * is caught. A quoted character counts, too, which keeps a line whole. */
static bool is_plain(const char *line)
{
	const char *s;

	if (strpbrk(line, "<>`") || strstr(line, "$(") || strstr(line, "umask"))
		return false;
	for (s = line; (s = strpbrk(s, "|&")); s += 2)
		if (s[1] != *s)
			return false;
	return true;
}

/* The rule by which makefiles of automake run make in each directory (since its version
 * 1.0; am/subdirs.am). All else in it finds out what there is to make. */
static bool descends(const struct exec *exec)
{
	const char *line = is_one_of(exec, shells) ? command_line(exec) : NULL;

	return line && strstr(line, "dot_seen=") && strstr(line, "local_target=");
}

static bool only_runs_others(const struct exec *exec)
{
	const char *second = exec->argv->data, *line;

	if (is_one_of(exec, makes) || is_one_of(exec, ninjas))
		return true;
	if (exec->has_argv && exec->argc > 1 && strcmp(exec_name(exec), "cmake") == 0)
		return strcmp(second + strlen(second) + 1, "--build") == 0;
	if (!is_one_of(exec, shells))
		return false;
	line = command_line(exec);
	return line && (is_plain(line) || descends(exec));
}

static const struct exec *next_program(const struct exec *exec)
{
	while (exec && !exec->success)
		exec = exec->next;
	return exec;
}

/* Goes to the first child that began when exec had come, and tells whether one of
 * those before next has run a program. */
static bool has_run(
	const struct leaf_mark *marks, const struct process **child, const struct exec *next)
{
	bool ran = false;

	for (; *child && (!next || (*child)->begin_us < next->mono_us);
		*child = (*child)->next_sibling)
		ran = ran || marks[(*child)->number].ran;
	return ran || next;
}

static void find_leaf(struct leaf_mark *marks, const struct process *process, bool first)
{
	const struct process *child = process->first_child;
	struct exec *exec = process->first_exec;

	for (; exec; exec = exec->next, first = false) {
		if (!exec->success)
			continue;
		if (!has_run(marks, &child, next_program(exec->next)) ||
			(!first && !only_runs_others(exec))) {
			marks[process->number].leaf = exec;
			exec->selected = true;
			return;
		}
	}
}

/* What is below each: children stand behind their parents. */
static void look_below(const struct model *model, struct leaf_mark *marks)
{
	const struct exec *exec;
	unsigned i;

	for (i = model->process_count; i-- > 0;) {
		const struct process *process = model->processes[i];
		struct leaf_mark *mark = &marks[i], *above;

		for (exec = process->first_exec; exec; exec = exec->next) {
			mark->ran = mark->ran || exec->success;
			mark->makes = mark->makes || is_one_of(exec, makes);
		}
		if (!process->parent)
			continue;
		above = &marks[process->parent->number];
		above->ran = above->ran || mark->ran;
		above->makes = above->makes || mark->makes;
	}
}

static bool is_ninja(const struct process *process)
{
	return process->image && is_one_of(process->image, ninjas);
}

/* Where make is run in each directory, neither counts what finds out what to make, nor
 * make where there was nothing. */
static bool is_idle(
	const struct leaf_mark *marks, const struct process *process, const struct process *parent)
{
	const struct process *child = process->first_child;

	while (parent && !parent->image)
		parent = parent->parent;
	if (parent && descends(parent->image) && !marks[process->number].makes)
		return true;
	while (child && !marks[child->number].ran)
		child = child->next_sibling;
	return !child && !process->bad && process->image && is_one_of(process->image, makes);
}

struct leaf_mark *leaves_find(const struct model *model, const struct process *top)
{
	struct leaf_mark *marks = calloc(model->process_count + 1, sizeof(*marks));
	unsigned i;

	if (!marks)
		errc(STATUS_FAILED, ENOMEM, "cannot look for commands");
	look_below(model, marks);
	for (i = 0; i < model->process_count; i++) {
		const struct process *process = model->processes[i], *parent = process->parent;
		struct leaf_mark *mark = &marks[i], *above = parent ? &marks[parent->number] : NULL;

		mark->wanted = !top || process == top || (above && above->wanted);
		if (!mark->wanted)
			continue;
		if (above && above->wanted) {
			mark->ninja = above->ninja || is_ninja(parent);
			mark->descends =
				above->descends || (parent->image && descends(parent->image));
			mark->inside = above->inside ||
				       (above->leaf && above->leaf->mono_us <= process->begin_us) ||
				       (mark->descends && is_idle(marks, process, parent));
		}
		if (!mark->inside)
			find_leaf(marks, process, process == top || !parent);
	}
	return marks;
}
