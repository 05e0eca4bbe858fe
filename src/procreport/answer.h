/* SPDX-License-Identifier: ISC */
/* What a collector answers: ExportTraceServiceResponse, or google.rpc.Status, as JSON. */
#ifndef ANSWER_H
#define ANSWER_H

#include <stddef.h>
#include <stdint.h>

struct answer {
	int64_t rejected; /* spans; not below 0 */
	char *message;	  /* owned; NULL: none */
};

/* text ends with a NUL byte. Whatever it is that is no such answer tells nothing. */
void answer_read(struct answer *answer, const char *text);
void answer_free(struct answer *answer);

#endif
