/* SPDX-License-Identifier: ISC */
/* Names of files, seen from a directory. */
#ifndef ABSOLUTE_H
#define ABSOLUTE_H

#include "intern.h"

/*
 * The absolute name of a file that was named in a directory, without what says
 * nothing in it: "//", "/./", and ".." where it leaves the directory itself. That is
 * the kernel's name of it, free of symbolic links; behind other components ".." stays,
 * since they may be links.
 */
struct text *absolute(const struct text *directory, const char *name);

/* What stands behind the last slash of a name. */
const char *base_name(const char *name);

/* The dot of its extension, or its end. */
const char *extension_of(const char *name);

#endif
