/* SPDX-License-Identifier: ISC */
/* What a command line asks a compiler for. */
#ifndef COMPILE_H
#define COMPILE_H

#include "driver.h"

#include <stddef.h>

/* How far it goes; the highest that is asked for is done. */
enum compile_mode {
	COMPILE_LINK,	    /* to a program */
	COMPILE_OBJECT,	    /* -c */
	COMPILE_ASSEMBLY,   /* -S */
	COMPILE_SYNTAX,	    /* -fsyntax-only */
	COMPILE_PREPROCESS, /* -E, -M, and other things that compile nothing */
	COMPILE_QUERY,	    /* --version and the like; a compiler within a compiler */
};

/* What a response file held. */
struct compile_content {
	struct compile_content *next;
	char data[];
};

struct compile {
	enum driver driver;
	enum compile_mode mode;
	const char **argv; /* the compiler and its arguments; owned */
	bool *source;	   /* of each argument: whether it names a source; owned */
	size_t argc;
	size_t sources;		   /* how many there are */
	bool responses;		   /* there are arguments that name response files */
	bool llvm;		   /* it makes LLVM's own code */
	const char *output;	   /* as named; NULL: not named. Borrowed from argv, as is: */
	const char *directory_out; /* nvcc's --output-directory, or NULL */
	struct compile_content *contents; /* argv points into them; owned */
};

/* Finds sources, output and mode of a command line, of which argv, argc and driver
 * are set. Ends the program without memory. */
void compile_parse(struct compile *compile);

/* The name of a source among the arguments. */
const char *compile_source(const struct compile *compile, size_t argument);

/* The name of what becomes of a source, or NULL if that is nothing: as the compiler
 * is told, or as it names it by itself. Valid until the next call. */
const char *compile_output(const struct compile *compile, size_t argument);

void compile_free(struct compile *compile);

#endif
