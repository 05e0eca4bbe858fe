/* SPDX-License-Identifier: ISC */
/* Response files in a script: what the recorder kept of them, made again. */
#ifndef RECREATE_H
#define RECREATE_H

#include "model.h"

/* Prints the function that does it, if one of the selected execs needs it. */
void recreate_begin(const struct model *model);

/* Prints what makes those of the exec. */
void recreate_files(const struct exec *exec);

#endif
