/* SPDX-License-Identifier: ISC */
#ifndef PLURAL_H
#define PLURAL_H

#include <stdint.h>

/* What follows a noun that there are so many of. */
static inline const char *plural_s(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static inline const char *plural_es(uint64_t count)
{
	return count == 1 ? "" : "es";
}

#endif
