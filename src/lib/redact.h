/* SPDX-License-Identifier: ISC */
/* What an encoder needs of a redactor besides the public functions. */
#ifndef REDACT_H
#define REDACT_H

#include <procaudit/redact.h>

/* Replaces *argv by what may be shown of it, borrowed until the next call.
 * Returns 0 or -ENOMEM. */
int redact_argv(struct procaudit_redactor *redactor, struct procaudit_strings *argv);

/* Whether masks show which values are equal. */
bool redact_is_keyed(const struct procaudit_redactor *redactor);

#endif
