/* SPDX-License-Identifier: ISC */
/* Files that zstd(1) has compressed; without libzstd they are not supported. */
#ifndef UNZSTD_H
#define UNZSTD_H

#include "buf.h"

#include <stdint.h>

struct unzstd;

/* Whether these are the first bytes of a compressed file. */
bool unzstd_recognize(const char *data, size_t size);

/* data, which is copied, has been read from the file already. 0, -ENOMEM, or
 * -ENOTSUP without libzstd. */
int unzstd_new(struct unzstd **unzstd, const char *data, size_t size);
void unzstd_free(struct unzstd *unzstd);

/* Appends what comes next to out, and adds to *done what was read from fd for
 * it. 1, 0 at the end, -EBADMSG if it is damaged or ends too early, -ENOMEM, or
 * -errno of read(2). */
int unzstd_read(struct unzstd *unzstd, int fd, struct buf *out, uint64_t *done);

#endif
