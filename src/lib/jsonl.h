/* SPDX-License-Identifier: ISC */
/* What records of JSON Lines share. */
#ifndef JSONL_H
#define JSONL_H

#include "encoder.h"

/* A header is at least so long: log shippers tell files apart by their first
 * bytes and wait until there are enough (Filebeat: 1024). */
#define JSONL_HEADER_SIZE 1100

/* What every record begins with. log_id: NULL but for a header's. */
void jsonl_begin_now(struct procaudit_encoder *e, const char *event, const char *log_id);

/* In the middle of the log: what was seen before now may be still to come, and
 * mono_us does not go back. */
void jsonl_begin_between(struct procaudit_encoder *e, const char *event, const char *log_id);

/* exit_code, or signal and core_dumped. */
void jsonl_status(struct buf *out, int status);

#endif
