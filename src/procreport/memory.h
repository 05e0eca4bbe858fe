/* SPDX-License-Identifier: ISC */
/* Memory that nobody can do without. */
#ifndef MEMORY_H
#define MEMORY_H

/* What malloc(3) and its like have returned. NULL ends the program with this message, as
 * "cannot compare". */
void *allocated(void *memory, const char *message);

#endif
