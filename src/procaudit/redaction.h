/* SPDX-License-Identifier: ISC */
/* The redactor that the command line asks for. */
#ifndef REDACTION_H
#define REDACTION_H

#include "options.h"

#include <procaudit/redact.h>

/* Makes *redactor, which knows the secrets of our own environment; NULL if none
 * is wanted. Prints one line and returns false on failure. */
bool redaction_open(struct procaudit_redactor **redactor, const struct options *options);

/* The text as it may be shown to people: a name from a command line or /proc.
 * Borrowed until the next call. redactor may be NULL. */
struct procaudit_string redaction_of(
	struct procaudit_redactor *redactor, const char *text, size_t size);

/* The same of a string; if it has changed it is in name, which has PATH_MAX bytes. */
const char *redaction_name(struct procaudit_redactor *redactor, const char *text, char *name);

#endif
