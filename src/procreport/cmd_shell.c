/* SPDX-License-Identifier: ISC */
/* A build as a script of its commands, for people to read, and for bash to run. */
#include "commands.h"
#include "deltas.h"
#include "leaves.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "recreate.h"
#include "response.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shell {
	const struct options *options;
	struct model model;
	struct deltas deltas;
	struct leaf_mark *marks;
	const struct process *top;
	const struct model_log *log;   /* whose commands are printed */
	const struct text *base, *cwd; /* where its first program ran, and the last one */
};

static void print_word(const char *word)
{
	output_quoted(stdout, word, strlen(word));
}

/* --- Directories -------------------------------------------------------------- */

/* What is below the first directory is named from there, so that the script may run
 * in another one. */
static void print_directory(const struct shell *s, const struct text *directory)
{
	const char *rest;

	if (!s->base || s->base->size < 2 || directory->size < s->base->size ||
		memcmp(directory->data, s->base->data, s->base->size) != 0 ||
		(directory->size > s->base->size && directory->data[s->base->size] != '/')) {
		print_word(directory->data);
		return;
	}
	fputs("\"$top\"", stdout);
	rest = directory->data + s->base->size;
	if (*rest) {
		putchar('/');
		print_word(rest + 1);
	}
}

static void change_directory(struct shell *s, const struct exec *exec)
{
	if (!exec->cwd || exec->cwd == s->cwd)
		return;
	s->cwd = exec->cwd;
	fputs("\ncd -- ", stdout);
	print_directory(s, exec->cwd);
	putchar('\n');
}

/* Ninja makes the directories of what is to be written. Each is told once. */
static void make_directories(const struct exec *exec)
{
	const char *s = exec->argv->data, *end = s + exec->argv->size;
	bool is_output = false;

	for (; s < end; is_output = strcmp(s, "-o") == 0, s += strlen(s) + 1) {
		const char *slash = is_output ? strrchr(s, '/') : NULL;
		struct text *directory;

		if (!slash || slash == s)
			continue;
		directory = intern(s, (size_t)(slash - s));
		if (directory->uses++)
			continue;
		fputs("mkdir -p -- ", stdout);
		print_word(directory->data);
		putchar('\n');
	}
}

/* --- Environments ------------------------------------------------------------- */

/* What shells and make set for themselves, and for the make below. */
static bool is_noise(const char *change, bool for_make)
{
	static const char *const names[] = {"_", "OLDPWD", "PWD", "SHLVL", NULL};
	static const char *const of_make[] = {"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES",
		"MAKE_TERMERR", "MAKE_TERMOUT", "MFLAGS", NULL};
	const char *const *list = names;
	const char *entry = change + 1;
	size_t size = strcspn(entry, "=");

	/* Functions of bash, which other shells do not pass on. */
	if (*change == '-' && strncmp(entry, "BASH_FUNC_", 10) == 0)
		return true;
	for (; *list; list++)
		if (strlen(*list) == size && memcmp(*list, entry, size) == 0)
			return true;
	for (list = of_make; *list && !for_make; list++)
		if (strlen(*list) == size && memcmp(*list, entry, size) == 0)
			return true;
	return false;
}

/* env(1) with what differs, if anything does. */
static void print_changes(const struct shell *s, const struct exec *exec)
{
	const struct text *changes = deltas_of(&s->deltas, exec);
	bool for_make = s->marks[exec->process->number].makes, begun = false;
	const char *at, *end = changes ? changes->data + changes->size : NULL;
	int removed;

	/* Options come first. */
	for (removed = 1; changes && removed >= 0; removed--)
		for (at = changes->data; at < end; at += strlen(at) + 1) {
			if ((*at == '-') != removed || is_noise(at, for_make))
				continue;
			if (at[1] == '\0' || at[1] == '=' || (!removed && !strchr(at, '=')))
				continue;
			fputs(begun ? " " : "env ", stdout);
			fputs(removed ? "-u " : "", stdout);
			if (!removed && at[1] == '-')
				fputs("-- ", stdout);
			print_word(at + 1);
			begun = true;
		}
	if (begun)
		putchar(' ');
}

/* --- Commands ----------------------------------------------------------------- */

/* These are others in bash. */
static bool is_builtin(const char *name)
{
	static const char *const names[] = {
		"[", "echo", "false", "kill", "printf", "pwd", "test", "time", "true", NULL};
	const char *const *at = names;

	while (*at && strcmp(*at, name) != 0)
		at++;
	return *at;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A script by its own name: its interpreter got it among the first arguments. The
 * argument, or NULL. */
static const char *script_of(const struct exec *exec)
{
	const char *s = exec->argv->data, *end = s + exec->argv->size;
	int i;

	for (i = 0; exec->path && i < 2 && s < end; i++) {
		s += strlen(s) + 1;
		if (s < end && strcmp(s, exec->path->data) == 0)
			return s;
	}
	return NULL;
}

static void print_file(const char *path)
{
	if (!strchr(path, '/'))
		fputs("./", stdout);
	print_word(path);
}

/* By its name where PATH finds it, else by its path; where it was called otherwise,
 * by a bash that says so. Returns the last argument that is printed. */
static const char *print_program(const struct exec *exec)
{
	const char *name = exec->argv->data, *script = script_of(exec);
	const char *path = exec->path ? exec->path->data : name;

	if (script) {
		print_file(path);
		return script;
	}
	if (strcmp(base_of(path), base_of(name)) == 0 && !strchr(name, '=')) {
		if (!strchr(name, '/') && strchr(path, '/') && !is_builtin(name)) {
			print_word(name);
			return name;
		}
		if (strcmp(path, name) == 0 || is_builtin(name)) {
			print_file(path);
			return name;
		}
	}
	fputs("bash -c 'exec -a \"$0\" \"$@\"' ", stdout);
	print_word(name);
	putchar(' ');
	print_file(path);
	return name;
}

static void print_command(struct shell *s, const struct exec *exec)
{
	const struct process *process = exec->process;
	const char *ended = words_end(process), *at, *end;

	change_directory(s, exec);
	if (!exec->has_argv || exec->argc == 0) {
		printf("# %s: its arguments are not in the log\n", words_id(&s->model, exec));
		return;
	}
	if (s->marks[process->number].ninja)
		make_directories(exec);
	recreate_files(exec);
	print_changes(s, exec);
	at = print_program(exec);
	end = exec->argv->data + exec->argv->size;
	for (at += strlen(at) + 1; at < end; at += strlen(at) + 1) {
		putchar(' ');
		print_word(at);
	}
	if (process->bad)
		fputs(" || :", stdout);
	if (*ended)
		printf("  # %s", ended);
	putchar('\n');
}

/* --- Scripts ------------------------------------------------------------------ */

static const char *value_of(const struct text *env, const char *name)
{
	size_t size = strlen(name);
	const char *at = env->data, *end = at + env->size;

	for (; at < end; at += strlen(at) + 1)
		if (strncmp(at, name, size) == 0 && at[size] == '=')
			return at + size + 1;
	return NULL;
}

/* A log begins: where its first command was, and what finds its programs. */
static void begin_log(struct shell *s, const struct exec *exec)
{
	const struct model_log *log = exec->process->log;
	const struct exec *first = s->top      ? s->top->first_exec
				   : log->root ? log->root->first_exec
					       : exec;
	const struct text *env = deltas_first(&s->deltas, log);
	const char *path = env ? value_of(env, "PATH") : NULL;

	s->log = log;
	s->base = s->cwd = first && first->cwd ? first->cwd : exec->cwd;
	if (log->command) {
		fputs("\n# ", stdout);
		words_strings(log->command, 0);
		putchar('\n');
	}
	if (path) {
		fputs("export PATH=", stdout);
		print_word(path);
		putchar('\n');
	}
	if (!s->base)
		return;
	fputs("top=", stdout);
	print_word(s->base->data);
	printf("\n[ $# -lt %u ] || top=${%u}\ncd -- \"$top\"\n", log->number, log->number);
}

static void print_script(struct shell *s)
{
	unsigned i;

	puts("#!/bin/bash\n"
	     "# What make, or a script that began it, did itself is not in a log: redirections,\n"
	     "# pipes, files that it wrote.\n"
	     "set -e");
	recreate_begin(&s->model);
	for (i = 0; i < s->model.exec_count; i++) {
		const struct exec *exec = s->model.execs[i];

		if (!exec->selected)
			continue;
		if (exec->process->log != s->log)
			begin_log(s, exec);
		print_command(s, exec);
	}
}

static void on_record(void *context, const struct procaudit_record *record, struct exec *exec)
{
	struct shell *s = context;

	deltas_record(&s->deltas, record, exec);
	response_keep(NULL, record, exec);
}

static int run(const struct options *options)
{
	struct shell s = {.options = options};
	struct exec *exec;
	int status;

	model_read(&s.model, options->files, on_record, &s);
	if (options->from)
		s.top = model_named(&s.model, options->from, &exec);
	s.marks = leaves_find(&s.model, s.top);
	print_script(&s);
	free(s.marks);
	deltas_free(&s.deltas);
	status = s.model.unreadable ? STATUS_FAILED : STATUS_OK;
	model_free(&s.model);
	return output_end(status);
}

const struct command cmd_shell = {
	.name = "shell",
	.operands = "LOG...",
	.summary = "The commands of a build as a shell script",
	.options = "|from|",
	.help = "The script takes the directory to run in as its argument; by default it is that\n"
		"of the log. It makes response files (@file) again, and does not remove them, if\n"
		"they were recorded: see --response-files of procaudit(1).\n",
	.run = run,
};
