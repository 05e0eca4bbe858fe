/* SPDX-License-Identifier: ISC */
/* The environment that a command was given, found while its log is read. */
#ifndef GIVEN_H
#define GIVEN_H

#include "bytes.h"

#include <procaudit/reader.h>

struct given {
	char log_id[33];      /* of the log; "": none yet */
	bool awaited;	      /* it may come yet */
	bool known;	      /* it has come */
	int64_t listed;	      /* the env record that env is of; 0: of none */
	struct bytes strings; /* of env */
	struct procaudit_strings env;
};

/* Takes the next record. True for the one with which it is known: env is, then, and
 * stays so until the next header. */
bool given_record(struct given *given, const struct procaudit_record *record);
void given_free(struct given *given);

#endif
