/* SPDX-License-Identifier: ISC */
/* Keeps what the response files of a program hold while it has not yet run. */
#ifndef RESPONSE_H
#define RESPONSE_H

#include "buf.h"
#include "guise.h"

#include <procaudit/event.h>

/* Limits, as procaudit(1) tells them. */
#define RESPONSE_FILES 8
#define RESPONSE_SIZE  ((size_t)1024 * 1024)	 /* of one */
#define RESPONSE_TOTAL ((size_t)4 * 1024 * 1024) /* of those of an exec */
#define RESPONSE_DEPTH 4

struct response_file {
	size_t name;	/* where in names */
	unsigned depth; /* 1: the command line names it */
};

/* Room that is used again for each exec. Zeroed at first. */
struct response {
	struct guise guise;
	struct response_file files[RESPONSE_FILES];
	size_t count, errors;		     /* files; those that have an error */
	size_t total;			     /* bytes of contents, without NUL bytes */
	bool cut;			     /* there are more */
	struct buf names, contents, reasons; /* strings, each ended by a NUL byte */
	struct buf word;
};

/* Whether one of these strings, each behind a NUL byte, may name a response file. */
bool response_is_named(const char *data, size_t size);

/*
 * Of a task that is stopped, with exec->argv: sets exec->response_files and its like,
 * which are borrowed from response until the next call.
 */
void response_read(struct response *response, pid_t pid, struct procaudit_exec *exec);

void response_free(struct response *response);

#endif
