/* SPDX-License-Identifier: ISC */
/* Run mode: one command, from its start to the end of its last descendant. */
#ifndef RUN_H
#define RUN_H

#include "options.h"
#include "proxy.h"

/* Returns the exit status of procaudit, or does not: a command that died by a
 * signal is followed by the same signal. */
int run(const struct options *options, const struct proxy *proxy);

#endif
