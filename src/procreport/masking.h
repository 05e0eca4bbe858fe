/* SPDX-License-Identifier: ISC */
/*
 * What of a record nobody is to see. All records of a log are studied first, then
 * they are masked: a secret may show before it is known to be one.
 *
 * Functions end the program where they fail: nothing may be shown then.
 */
#ifndef MASKING_H
#define MASKING_H

#include <procaudit/reader.h>

struct masking;
struct options;

struct masking *masking_new(const struct options *options);
void masking_free(struct masking *masking);

/* Learns the secrets of a record. */
void masking_study(struct masking *masking, const struct procaudit_record *record);

/* Masks them in it. What it points to then is borrowed until the next call. */
void masking_apply(struct masking *masking, struct procaudit_record *record);

#endif
