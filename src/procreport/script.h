/* SPDX-License-Identifier: ISC */
/* A script that runs a command again. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "model.h"

/* Prints it to standard output. Does not return where no script can do it. env NULL:
 * unknown. */
void script_print(const struct exec *exec, const struct text *env);

#endif
