/* SPDX-License-Identifier: ISC */
/* Kinds of differences between two builds. */
#ifndef KINDS_H
#define KINDS_H

#include "options.h"

#include <stdbool.h>
#include <stdint.h>

enum kind {
	KIND_NEW_PROGRAM,
	KIND_GONE_PROGRAM,
	KIND_NEW_COMMAND,
	KIND_GONE_COMMAND,
	KIND_CHANGED_PROGRAM, /* the same arguments, of another program */
	KIND_CHANGED_FLAGS,
	KIND_CHANGED_ENV,
	KIND_CHANGED_STATUS,
	KIND_CHANGED_COUNT,
	KIND_INCOMPLETE, /* a log tells that something is missing */
	KINDS
};

const char *kind_name(enum kind kind);

/* Sets which kinds --fail-on names. Does not return if it names none. */
void kinds_parse(const struct list *fail_on, bool kinds[KINDS]);

#endif
