/* SPDX-License-Identifier: ISC */
/* What the kernel's numbers are called, whatever the C library knows of them: glibc
 * alone has sigabbrev_np(3) and strerrorname_np(3). */
#ifndef NUMBERS_H
#define NUMBERS_H

/* "HUP" for SIGHUP; NULL if it has no name of its own, as real-time signals. */
const char *signal_abbreviation(int signo);

/* "ENOENT" and so on, "0" for 0; NULL if there is none. */
const char *errno_constant(int error);

#endif
