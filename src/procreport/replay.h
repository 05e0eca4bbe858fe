/* SPDX-License-Identifier: ISC */
/* Records of a log become events again, as the tracer told them. */
#ifndef REPLAY_H
#define REPLAY_H

#include <procaudit/event.h>
#include <procaudit/reader.h>

/* False if the record is of no event, or of one that this version does not know.
 * Only what the text format shows is there; depth is for the caller to say. Borrowed
 * from the record. */
bool replay_event(const struct procaudit_record *record, struct procaudit_event *event);

#endif
