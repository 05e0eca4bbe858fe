/* SPDX-License-Identifier: ISC */
/* Why there is no command: what to say of it. */
#ifndef FAILURE_H
#define FAILURE_H

#include "options.h"

#include <procaudit/redact.h>
#include <procaudit/tracer.h>

/* Of procaudit_tracer_start(): -errno. */
void failure_say_not_started(int error);

/* Of procaudit_tracer_exec_error(). redactor may be NULL. Returns the exit status. */
int failure_say(const struct options *options, struct procaudit_redactor *redactor, int error,
	enum procaudit_step step);

#endif
