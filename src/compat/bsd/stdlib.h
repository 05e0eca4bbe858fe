/* SPDX-License-Identifier: ISC */
/* stdlib.h of libbsd. */
#ifndef COMPAT_BSD_STDLIB_H
#define COMPAT_BSD_STDLIB_H

#include <stdlib.h>

/* The number that text is: decimal, from min to max. Else 0, and *error is "invalid",
 * "too small" or "too large" and errno EINVAL or ERANGE; NULL if all is well. */
long long strtonum(const char *text, long long min, long long max, const char **error);

#endif
