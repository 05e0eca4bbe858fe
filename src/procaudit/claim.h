/* SPDX-License-Identifier: ISC */
/* The file of --pidfile: who holds it is the only one of its kind, and it tells
 * which process that is (pidfile(3bsd)). */
#ifndef CLAIM_H
#define CLAIM_H

#include "options.h"

/* For this process, which must not change by a fork any more. Without --pidfile
 * does nothing. Returns 0, or an exit status, having said why. */
int claim_make(const struct options *options);

/* What the removal takes of rights.h. */
unsigned claim_needs(void);

/* Removes the file if this process has made it. */
void claim_drop(void);

#endif
