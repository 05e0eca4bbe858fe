/* SPDX-License-Identifier: ISC */
/* Command lines of compilers, read again. */
#ifndef RECALL_H
#define RECALL_H

#include "compile.h"
#include "model.h"

struct recall {
	struct input input;
	const struct exec *exec; /* whose command line is here; NULL: none */
	struct text *argv;	 /* of that; owned */
	struct compile compile;
};

/* Files are those of the model, and can be read twice (fetch.h). All of this ends the
 * program without memory. */
void recall_begin(struct recall *recall, char *const *files);
void recall_end(struct recall *recall);

/* The command line of a compiler, borrowed until the next call; NULL: it is not there any
 * more. Those that stand behind the one before are found at once. */
const struct compile *recall_line(struct recall *recall, const struct exec *exec);

#endif
