/* SPDX-License-Identifier: ISC */
/* Environments, read again. */
#ifndef FETCH_H
#define FETCH_H

#include "model.h"

/* Puts files in the place of what cannot be read twice, such as standard input: their
 * content is copied to files without a name. Ends the program if that fails. */
void fetch_prepare(char **files);

/* The environment of an exec; NULL if it is not in the log. */
const struct text *fetch_env(char *const *files, const struct exec *exec);

#endif
