/* SPDX-License-Identifier: ISC */
/* libutil.h of libbsd: a file with a lock and the number of its holder, pidfile(3bsd). */
#ifndef COMPAT_BSD_LIBUTIL_H
#define COMPAT_BSD_LIBUTIL_H

#include <sys/types.h>

struct pidfh;

/* Makes and locks the file. NULL and errno if that fails: EEXIST if another process
 * holds it, whose number is then in *other, -1 if it has not written it. */
struct pidfh *pidfile_open(const char *path, mode_t mode, pid_t *other);

int pidfile_fileno(const struct pidfh *file);

/* The caller's number into the file. -1 and errno if that fails. */
int pidfile_write(struct pidfh *file);

/* Lets go of it; the file stays, or is removed, too. */
int pidfile_close(struct pidfh *file);
int pidfile_remove(struct pidfh *file);

#endif
