/* SPDX-License-Identifier: ISC */
/* The options of compilers, as far as one needs to know them to find the sources. */
#ifndef FLAGS_H
#define FLAGS_H

#include "compile.h"

/* Whether the argument behind this one is its value. */
bool flag_takes_next(enum driver driver, const char *arg);

/* How far an option makes the compiler go; COMPILE_LINK: it says nothing of that. */
enum compile_mode flag_mode(enum driver driver, const char *arg);

/* Whether a list, "|such|as|this|", holds a word. */
bool flag_lists(const char *list, const char *word);

/* What stands behind the last name in such a list that an option begins with: "" if
 * that is all of it. NULL: there is none. */
const char *flag_value(const char *arg, const char *names);

/* Whether a file of this name is a source. */
bool flag_is_source(const char *name);

#endif
