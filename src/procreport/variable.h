/* SPDX-License-Identifier: ISC */
/* Variables of an environment. */
#ifndef VARIABLE_H
#define VARIABLE_H

#include <procaudit/event.h>

/* As getenv(3) finds it: the first of this name. NULL: there is none. Borrowed. */
const char *variable_in(const struct procaudit_strings *env, const char *name);

#endif
