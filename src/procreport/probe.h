/* SPDX-License-Identifier: ISC */
/* Compilers that are only tried: configure, cmake and their like compile little
 * programs to see what a machine can do. */
#ifndef PROBE_H
#define PROBE_H

#include "model.h"

/* Whether this runs a script named configure, by whatever shell. */
bool probe_begins(const struct exec *exec);

/* Whether such programs name their files so: file, an absolute name. */
bool probe_is_file(const char *file);

#endif
