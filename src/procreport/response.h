/* SPDX-License-Identifier: ISC */
/* Response files: arguments that stand in a file, "@file" on the command line. */
#ifndef RESPONSE_H
#define RESPONSE_H

#include "compile.h"
#include "model.h"

/*
 * Puts the arguments in the place of those that name a file, as far as that is still
 * there, a regular file, and has not been changed since the exec. Others stay as they
 * are. Ends the program without memory.
 */
void response_expand(struct compile *compile, const struct exec *exec);

#endif
