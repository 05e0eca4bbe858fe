/* SPDX-License-Identifier: ISC */
/* Execs by a variable of their environment, while a log is being read. */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include "model.h"

struct environment_match;

/* For "NAME" or "NAME=GLOB"; NULL for NULL. */
struct environment_match *environment_match_new(const char *wanted);

/* A model_hook: selects the execs that have it. context is the match. */
void environment_match_record(
	void *context, const struct procaudit_record *record, struct exec *exec);

#endif
