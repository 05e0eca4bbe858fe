/* SPDX-License-Identifier: ISC */
/* The process ids of --attach. */
#ifndef PIDS_H
#define PIDS_H

#include "options.h"

/* Adds those of text, as pidof(8) prints them, or with commas between. Both end
 * procaudit with one line and STATUS_USAGE if something is wrong. */
void pids_add(struct options *options, const char *text);

/* Refuses what makes no sense for processes that run already. */
void pids_check(const struct options *options);

#endif
