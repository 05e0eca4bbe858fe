/* SPDX-License-Identifier: ISC */
/* Attach mode: processes that run already, until they have ended or we are told
 * to let them go. */
#ifndef ATTACH_H
#define ATTACH_H

#include "options.h"

/* Returns the exit status of procaudit. */
int attach(const struct options *options);

#endif
