/* SPDX-License-Identifier: ISC */
/*
 * A record whose line is too long goes on in `part` records: procaudit-log(5).
 * Strings and arrays of strings are cut, nothing else, and never inside of an
 * escape, of a UTF-8 sequence, or of a group of four digits of base64.
 */
#ifndef SPLIT_H
#define SPLIT_H

#include "buf.h"

#include <stdint.h>

/*
 * Makes lines of at most max bytes of the record that begins at start in out and
 * is one line. *seq is the number of the next record and grows by the parts.
 * ends gets where in out each line ends (size_t). An error is left in out.
 */
void split_record(struct buf *out, size_t start, size_t max, uint64_t *seq, struct buf *ends);

#endif
