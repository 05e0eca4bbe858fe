/* SPDX-License-Identifier: ISC */
/* Finished parts of a log, which stand beside it (procaudit --rotate). */
#ifndef SIBLINGS_H
#define SIBLINGS_H

#include <procaudit/reader.h>

typedef void siblings_record(void *context, const struct procaudit_record *record);

/*
 * Reads the parts of a log from first up to end, the latter not, that are files
 * called path.SOMETHING. Returns how many of them were there, one behind the other.
 * What is damaged in them is passed over.
 */
int64_t siblings_read(const char *path, const char *log_id, int64_t first, int64_t end,
	siblings_record *on_record, void *context);

#endif
