/* SPDX-License-Identifier: ISC */
#include "unwrap.h"

#include "absolute.h"
#include "flags.h"
#include "options.h"

#include <bsd/err.h>
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* A command line, of which the first words are taken away one by one. */
struct words {
	const char **argv;
	size_t argc;
	enum driver driver; /* of argv[0] */
};

static const char **split(const struct exec *exec)
{
	const char **argv = calloc((size_t)exec->argc + 1, sizeof(*argv));
	const char *arg = exec->argv->data;
	size_t i;

	if (!argv)
		errc(STATUS_FAILED, ENOMEM, "cannot hold a command");
	for (i = 0; i < exec->argc; i++, arg += strlen(arg) + 1)
		argv[i] = arg;
	return argv;
}

static void skip(struct words *words, size_t count)
{
	words->argv += count;
	words->argc -= count;
}

/* Where a script stands in its interpreter's arguments: as it was asked for, behind
 * the interpreter and its option (execve(2)), or several of them if that is a script,
 * too. 0: this is no script. */
static size_t script_at(const struct exec *exec, const char *const *argv)
{
	size_t i;

	if (!exec->path || !strchr(exec->path->data, '/') || strcmp(argv[0], exec->path->data) == 0)
		return 0;
	for (i = 1; i < exec->argc && i <= 8; i++)
		if (strcmp(argv[i], exec->path->data) == 0)
			return i;
	return 0;
}

/* A shell that was given libtool: everybody calls it so. */
static bool runs_libtool(const struct words *words)
{
	return words->argc > 1 && fnmatch("*sh", base_name(words->argv[0]), 0) == 0 &&
	       driver_of(words->argv[1]) == DRIVER_LIBTOOL;
}

/* By the path that was asked for, by argv[0], by the file itself; the name that says
 * it becomes argv[0]. */
static void find_driver(struct words *words, const struct exec *exec, bool script)
{
	const char *path = exec->path ? exec->path->data : "";
	const char *exe = exec->exe && !script ? exec->exe->data : "";

	words->driver = driver_of(path);
	if (words->driver != DRIVER_NONE) {
		words->argv[0] = path;
		return;
	}
	words->driver = driver_of(words->argv[0]);
	if (words->driver != DRIVER_NONE)
		return;
	words->driver = driver_of(exe);
	/* A wrapper by another name calls itself as the compiler that it finds. */
	if (words->driver == DRIVER_WRAPPER)
		words->driver = DRIVER_GNU;
	else if (words->driver != DRIVER_NONE)
		words->argv[0] = exe;
}

/* ccache takes settings before the compiler. */
static bool is_setting(const char *arg)
{
	size_t size = 0;

	while (isalpha((unsigned char)arg[size]) || arg[size] == '_')
		size++;
	return size > 0 && arg[size] == '=';
}

/* False if there is no compiler behind a wrapper. */
static bool skip_wrapper(struct words *words)
{
	bool distcc = strcmp(base_name(words->argv[0]), "distcc") == 0;

	skip(words, 1);
	while (words->argc > 0 && is_setting(words->argv[0]))
		skip(words, 1);
	if (words->argc == 0)
		return false;
	if (words->argv[0][0] == '-' || flag_is_source(words->argv[0])) {
		/* The compiler may be left out: distcc(1). There is room before. */
		words->argv--;
		words->argc++;
		words->argv[0] = "cc";
		words->driver = DRIVER_GNU;
		return distcc;
	}
	words->driver = driver_of(words->argv[0]);
	if (words->driver == DRIVER_NONE)
		words->driver = DRIVER_GNU;
	return true;
}

/* Likewise, behind libtool's options. */
static bool skip_libtool(struct words *words)
{
	bool compiles = false;

	skip(words, 1);
	while (words->argc > 0 && words->argv[0][0] == '-') {
		bool separate = flag_lists("|--mode|--tag|", words->argv[0]) && words->argc > 1;

		compiles |= strcmp(words->argv[0], "--mode=compile") == 0 ||
			    (separate && strcmp(words->argv[1], "compile") == 0);
		skip(words, separate ? 2 : 1);
	}
	if (words->argc == 0)
		return false;
	words->driver = driver_of(words->argv[0]);
	if (words->driver == DRIVER_NONE)
		words->driver = DRIVER_GNU;
	return compiles;
}

static bool find_compiler(struct words *words, const struct exec *exec, bool *script)
{
	size_t at = script_at(exec, words->argv);

	*script = at > 0;
	skip(words, at);
	find_driver(words, exec, *script);
	if (words->driver == DRIVER_NONE && runs_libtool(words)) {
		skip(words, 1);
		words->driver = DRIVER_LIBTOOL;
	}
	for (;;) {
		if (words->driver == DRIVER_LIBTOOL) {
			*script = true;
			if (!skip_libtool(words))
				return false;
		} else if (words->driver != DRIVER_WRAPPER) {
			return driver_compiles(words->driver);
		} else if (!skip_wrapper(words)) {
			return false;
		}
	}
}

bool unwrap(const struct exec *exec, struct compile *compile, bool *script)
{
	struct words words = {0};
	const char **argv;

	if (!exec->has_argv || exec->argc == 0)
		return false;
	argv = split(exec);
	words.argv = argv;
	words.argc = exec->argc;
	if (!find_compiler(&words, exec, script) ||
		(words.driver == DRIVER_ZIG &&
			(words.argc < 2 || !flag_lists("|cc|c++|", words.argv[1])))) {
		free(argv);
		return false;
	}
	memmove(argv, words.argv, words.argc * sizeof(*argv));
	argv[words.argc] = NULL;
	*compile = (struct compile){.driver = words.driver, .argv = argv, .argc = words.argc};
	return true;
}
