/* SPDX-License-Identifier: ISC */
/* What a service manager is told (sd_notify(3)). */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

/* Learns whether the manager wants signs of life of this process, or of what it
 * becomes (WATCHDOG_USEC, WATCHDOG_PID). To be called once, before any fork. */
void notify_begin(void);

/* Sends state, such as "READY=1", to the socket that NOTIFY_SOCKET names: a path,
 * or @NAME. Whether anybody is there nobody tells. */
void notify(const char *state);

/* What we were told to do anew begins; READY=1 ends it. */
void notify_reloading(void);

/* Gives a sign of life if one is due. */
void notify_alive(void);

/* When the next one is, CLOCK_BOOTTIME in nanoseconds; INT64_MAX: never. */
int64_t notify_due(void);

#endif
