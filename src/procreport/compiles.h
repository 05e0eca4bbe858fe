/* SPDX-License-Identifier: ISC */
/* The compilers that ran, each once: not what a compiler itself runs, nor what
 * ccache runs in its turn. */
#ifndef COMPILES_H
#define COMPILES_H

#include "compile.h"
#include "model.h"

struct script;

/* A compiler that was given sources. */
struct compiler {
	const struct exec *exec;
	struct compile compile;
	bool probe;		     /* a script named configure ran it */
	const struct script *script; /* NULL: it is none; for who finds them */
};

struct compiles {
	struct compiler *list; /* in the order of the logs */
	size_t count;
	size_t lost; /* whose sources stand in response files that nobody knows */
};

/* Finds them; ends the program without memory. */
void compiles_find(struct compiles *compiles, const struct model *model);
void compiles_free(struct compiles *compiles);

#endif
