/* SPDX-License-Identifier: ISC */
/* How long lines may be for those who read logs. */
#ifndef CONSUMERS_H
#define CONSUMERS_H

#include <stddef.h>

/* The bound for a consumer by its name; 0: nobody knows it. */
size_t consumers_max_line(const char *name);

#endif
