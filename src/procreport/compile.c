/* SPDX-License-Identifier: ISC */
#include "compile.h"

#include "absolute.h"
#include "flags.h"
#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LANGUAGES "|-x|-x=|--x=|--language=|"

/* Languages of sources, as -x names them. Intel's -xHost is something else. */
static const char languages[] =
	"|c|c-header|cpp-output|c++|c++-header|c++-system-header|c++-user-header|c++-module"
	"|c++-cpp-output|objective-c|objective-c-header|objective-c-cpp-output|objc-cpp-output"
	"|objective-c++|objective-c++-header|objective-c++-cpp-output|objc++-cpp-output"
	"|assembler|assembler-with-cpp|ada|f77|f77-cpp-input|f95|f95-cpp-input|cl|clcpp"
	"|cu|cuda|cuda-cpp-output|hip|hip-cpp-output|";

/* What is known while the arguments are read, one after the other. */
struct state {
	struct compile *compile;
	bool named;	 /* -x names the language of what follows */
	bool only_files; /* "--" has been there */
};

/* "none" ends what -x has said before. */
static void set_language(struct state *state, const char *language)
{
	state->named = flag_lists(languages, language);
}

/* Where the output goes: "" if that stands in the next argument. NULL: arg is no such
 * option. */
static const char *output_of(enum driver driver, const char *arg)
{
	if (driver == DRIVER_CL)
		return flag_lists("|-o|/o|", arg) ? "" : flag_value(arg, "|/Fo|-Fo|/Fo:|-Fo:|");
	if (driver == DRIVER_NVCC)
		return flag_lists("|-o|--output-file|", arg)
			       ? ""
			       : flag_value(arg, "|-o=|--output-file=|");
	/* -ofile is one, but for options whose names begin so. */
	if (flag_value(arg, "|-objc|-object-|"))
		return NULL;
	return strcmp(arg, "--output") == 0 ? "" : flag_value(arg, "|-o|--output=|");
}

/* An option and what it says of the output and the language. */
static void take_value(struct state *state, const char *arg, const char *next)
{
	struct compile *compile = state->compile;
	const char *value = output_of(compile->driver, arg);

	if (value)
		compile->output = *value ? value : next;
	else if (flag_lists("|--language|--x|", arg))
		set_language(state, next ? next : "none");
	else if ((value = flag_value(arg, LANGUAGES)))
		set_language(state, *value ? value : next ? next : "none");
	else if (flag_lists("|-odir|--output-directory|", arg))
		compile->directory_out = next;
	else if ((value = flag_value(arg, "|-odir=|--output-directory=|")))
		compile->directory_out = value;
	else if (strcmp(arg, "-emit-llvm") == 0)
		compile->llvm = true;
}

/* /Tcfile and /Tpfile name a source; else a word that begins with a slash is an option
 * unless it looks like a path of a source. */
static bool is_cl_option(const char *arg)
{
	static const char joined[] =
		"|/I|/FI|/Fo|/Fe|/Fd|/Fp|/Fa|/Fi|/FU|/Yc|/Yu|/D|/U|/imsvc|/link|";

	if (arg[0] != '/')
		return false;
	if (strncmp(arg, "/Tc", 3) == 0 || strncmp(arg, "/Tp", 3) == 0)
		return !flag_is_source(arg);
	return flag_value(arg, joined) || !strchr(arg + 1, '/') || !flag_is_source(arg);
}

static bool is_option(const struct state *state, const char *arg)
{
	if (state->only_files)
		return false;
	return arg[0] == '-' || (state->compile->driver == DRIVER_CL && is_cl_option(arg));
}

static void take_file(struct state *state, size_t i)
{
	struct compile *compile = state->compile;
	const char *arg = compile->argv[i];

	if (arg[0] == '@' && arg[1] && !state->only_files) {
		compile->responses = true;
	} else if (*arg && (state->named || flag_is_source(arg))) {
		compile->source[i] = true;
		compile->sources++;
	}
}

/* Most of all options are -Wname, -Dname, -Ipath and -O2, which say nothing here and
 * are not looked up. */
static bool says_nothing(enum driver driver, const char *arg)
{
	return driver == DRIVER_GNU && arg[0] == '-' && arg[1] && strchr("WDIOU", arg[1]) && arg[2];
}

/* Returns how many of the next arguments belong to it. */
static size_t take_option(struct state *state, size_t i)
{
	struct compile *compile = state->compile;
	const char *arg = compile->argv[i];
	const char *next = i + 1 < compile->argc ? compile->argv[i + 1] : NULL;
	enum compile_mode mode;

	if (says_nothing(compile->driver, arg))
		return 0;
	mode = flag_mode(compile->driver, arg);
	if (mode > compile->mode)
		compile->mode = mode;
	if (strcmp(arg, "--") == 0)
		state->only_files = true;
	take_value(state, arg, next);
	return flag_takes_next(compile->driver, arg) && next ? 1 : 0;
}

void compile_parse(struct compile *compile)
{
	struct state state = {.compile = compile};
	size_t i = compile->driver == DRIVER_ZIG ? 2 : 1;

	compile->source = calloc(compile->argc + 1, sizeof(*compile->source));
	if (!compile->source)
		errc(STATUS_FAILED, ENOMEM, "cannot hold a command");
	for (; i < compile->argc; i++) {
		const char *arg = compile->argv[i];

		/* What follows is the linker's. */
		if (compile->driver == DRIVER_CL && flag_lists("|/link|-link|", arg))
			break;
		if (is_option(&state, arg))
			i += take_option(&state, i);
		else
			take_file(&state, i);
	}
}

const char *compile_source(const struct compile *compile, size_t argument)
{
	const char *arg = compile->argv[argument];

	if (compile->driver == DRIVER_CL && arg[0] == '/' && arg[1] == 'T')
		return arg + 3;
	return arg;
}

static bool is_header(const char *name)
{
	const char *extension = extension_of(name);

	return *extension == '.' && (extension[1] == 'h' || extension[1] == 'H') &&
	       strcmp(extension, ".hip") != 0;
}

/* The extension of what a compiler makes if nobody names it. */
static const char *made_extension(const struct compile *compile, const char *source)
{
	if (compile->driver == DRIVER_CL)
		return compile->mode == COMPILE_ASSEMBLY ? ".asm" : ".obj";
	if (compile->mode == COMPILE_ASSEMBLY)
		return compile->llvm ? ".ll" : ".s";
	if (is_header(source))
		return ".gch";
	return compile->llvm ? ".bc" : ".o";
}

/* Into the directory that was named, or the current one. */
static const char *own_name(
	const struct compile *compile, const char *source, const char *directory)
{
	static char *name;
	static size_t cap;
	const char *base = base_name(source);
	bool header = compile->driver != DRIVER_CL && is_header(source);
	int stem = header ? (int)strlen(base) : (int)(extension_of(source) - base);
	size_t need = strlen(source) + (directory ? strlen(directory) : 0) + 16;

	if (need > cap) {
		cap = 2 * need;
		name = realloc(name, cap);
		if (!name)
			errc(STATUS_FAILED, ENOMEM, "cannot hold a file name");
	}
	/* A precompiled header lies beside it. */
	if (header && !directory)
		snprintf(name, cap, "%s.gch", source);
	else
		snprintf(name, cap, "%s%s%.*s%s", directory ? directory : "", directory ? "/" : "",
			stem, base, made_extension(compile, source));
	return name;
}

const char *compile_output(const struct compile *compile, size_t argument)
{
	const char *source = compile_source(compile, argument), *output = compile->output;

	if (compile->mode == COMPILE_SYNTAX)
		return NULL;
	/* With a slash at its end it is a directory, to cl.exe and its like. */
	if (output && compile->driver == DRIVER_CL && *output && output[strlen(output) - 1] == '/')
		return own_name(compile, source, output);
	if (output)
		return *output ? output : NULL;
	if (compile->mode >= COMPILE_PREPROCESS)
		return NULL;
	if (compile->mode == COMPILE_LINK && !is_header(source))
		return compile->driver == DRIVER_CL ? NULL : "a.out";
	return own_name(compile, source, compile->directory_out);
}

void compile_free(struct compile *compile)
{
	struct compile_content *content;

	while ((content = compile->contents)) {
		compile->contents = content->next;
		free(content);
	}
	free(compile->argv);
	free(compile->source);
}
