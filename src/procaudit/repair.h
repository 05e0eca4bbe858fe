/* SPDX-License-Identifier: ISC */
/*
 * A JSON Lines log whose writer did not come to its end.
 *
 * After kill -9 it may end within a line; after a power cut, within a line whose
 * rest, or whose beginning, is NUL bytes, since blocks reach the disk in any
 * order.
 */
#ifndef REPAIR_H
#define REPAIR_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether what the file holds is a log of ours, or nothing but NUL bytes, as a
 * power cut may leave it. -errno if it cannot be read. */
int repair_is_log(int fd, off_t size);

/*
 * Cuts off what follows the last whole record; one that lacks but its newline
 * gets that. *lost says how many bytes were cut. Returns 0 or -errno.
 */
int repair_end(int fd, off_t size, off_t *lost);

#endif
