/* SPDX-License-Identifier: ISC */
/* What a service manager is told: sd_notify(3), without its library. */
#ifndef NOTIFY_H
#define NOTIFY_H

/* Sends state, such as "READY=1", to the socket that NOTIFY_SOCKET names: a path,
 * or an abstract name behind '@'. Does nothing where there is none, and never
 * waits. */
void notify(const char *state);

#endif
