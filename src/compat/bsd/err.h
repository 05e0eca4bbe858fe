/* SPDX-License-Identifier: ISC */
/* err.h of libbsd, for a libc that has the rest of it. */
#ifndef COMPAT_BSD_ERR_H
#define COMPAT_BSD_ERR_H

#include <err.h>

/* As err(3) and warn(3), for the error that code is. */
__attribute__((noreturn, format(printf, 3, 4))) void errc(
	int status, int code, const char *format, ...);
__attribute__((format(printf, 2, 3))) void warnc(int code, const char *format, ...);

#endif
