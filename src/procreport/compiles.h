/* SPDX-License-Identifier: ISC */
/* The compilers that ran, each once: not what a compiler itself runs, nor what
 * ccache runs in its turn. Of their arguments only what they compile is kept. */
#ifndef COMPILES_H
#define COMPILES_H

#include "compile.h"
#include "model.h"

/* What a compiler was given. */
struct compiled {
	size_t argument;		  /* among those of the command line */
	const struct text *file, *output; /* absolute; output NULL: there is none */
};

/* A compiler that was given sources. */
struct compiler {
	const struct exec *exec;
	enum compile_mode mode;
	bool probe;		  /* a script named configure ran it */
	struct compiled *sources; /* NULL: nobody knows the directory */
	size_t count;		  /* of sources */
};

struct compiles {
	struct compiler **list; /* in the order of the logs; until the program ends */
	size_t count;
	size_t lost; /* whose sources stand in response files that nobody knows */
};

/* Reads the logs into the model, without arguments, and finds them. Ends the program
 * without memory. */
void compiles_read(struct compiles *compiles, struct model *model, char *const *files);
void compiles_free(struct compiles *compiles);

/* The command line of a compiler, without what stands before it; argv is borrowed from
 * the exec. *script: it is one of a script that may run a compiler. False: it is none.
 * Likewise. */
bool compiler_parse(struct compile *compile, const struct exec *exec, bool *script);

#endif
