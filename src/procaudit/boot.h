/* SPDX-License-Identifier: ISC */
/* The time since the boot, as events have it: CLOCK_BOOTTIME in nanoseconds. */
#ifndef BOOT_H
#define BOOT_H

#include <stdint.h>
#include <time.h>

#define NS_PER_SEC INT64_C(1000000000)

int64_t boot_ns(void);

/* How long it is until then, in *rest; zero if that is over. Returns rest, or NULL
 * for INT64_MAX: for ever. */
const struct timespec *boot_until(int64_t then, struct timespec *rest);

#endif
