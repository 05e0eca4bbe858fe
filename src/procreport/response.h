/* SPDX-License-Identifier: ISC */
/* Response files: arguments that stand in a file, "@file" on the command line. */
#ifndef RESPONSE_H
#define RESPONSE_H

#include "compile.h"
#include "model.h"

/* What a record tells of them: the n-th strings of each belong together. */
struct responses {
	struct procaudit_strings files, contents, errors;
};

/* The n-th string; NULL: there are not so many. */
const char *response_string(const struct procaudit_strings *strings, size_t n);

/* What a record tells, borrowed from it; false if it tells nothing. */
bool response_read(struct responses *responses, const struct procaudit_record *record);

/* A model_hook: keeps what response files held, where a record tells. */
void response_keep(void *context, const struct procaudit_record *record, struct exec *exec);

/*
 * Puts the arguments in the place of those that name a file, as its record has kept it,
 * or, where it has not, as far as the file is still there, a regular one, and has not
 * been changed since the exec. Others stay as they are. What becomes of arguments that
 * the exec has is borrowed from it. Ends the program without memory.
 */
void response_expand(struct compile *compile, const struct exec *exec);

#endif
