/* SPDX-License-Identifier: ISC */
/* Small things that C lacks. */
#ifndef MACRO_H
#define MACRO_H

#include <unistd.h>

/* A declaration's visibility outside the shared library. */
#define PUBLIC __attribute__((visibility("default")))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Closes a descriptor at the end of its scope. */
static inline void close_fd_at(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define CLOSE_FD __attribute__((cleanup(close_fd_at)))

#endif
