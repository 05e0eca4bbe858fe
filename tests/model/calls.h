/* SPDX-License-Identifier: ISC */
/* What the tracer calls, done by the kernel of kernel.h. */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>

#include "kernel.h"

/* The run is not as it should be: why; NULL: it is. */
extern const char *wrong;
void is_wrong(const char *why);

/* The run goes where another one has been: it is to end, whatever it says. */
extern bool given_up;

/* Whether the tracer was told to let go. */
extern bool letting_go;

/* A stop has been reported and not been answered. */
bool has_unanswered(void);

#endif
