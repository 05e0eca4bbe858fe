/* SPDX-License-Identifier: ISC */
#include "notify.h"

#include "boot.h"

#include <bsd/stdlib.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Nobody waits longer than a day. */
#define USEC_MAX (INT64_C(24) * 3600 * 1000000)

static int64_t interval_ns; /* between signs of life; 0: none are wanted */
static int64_t due = INT64_MAX;

/* A variable's value; 0: it is none that makes sense. */
static long long number_of(const char *name, long long max)
{
	const char *text = getenv(name), *error;
	long long number = text ? strtonum(text, 1, max, &error) : 0;

	return text && !error ? number : 0;
}

/* Twice as often as we have to (sd_watchdog_enabled(3)). */
void notify_begin(void)
{
	if (!getenv("NOTIFY_SOCKET"))
		return;
	if (getenv("WATCHDOG_PID") && number_of("WATCHDOG_PID", INT_MAX) != getpid())
		return;
	interval_ns = number_of("WATCHDOG_USEC", USEC_MAX) * 1000 / 2;
	if (interval_ns)
		due = boot_ns();
}

void notify(const char *state)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t size = name ? strlen(name) : 0;
	int fd;

	if (size < 2 || size > sizeof(address.sun_path) || (name[0] != '/' && name[0] != '@'))
		return;
	memcpy(address.sun_path, name, size);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
	close(fd);
}

void notify_reloading(void)
{
	char state[64];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		(int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify(state);
}

int64_t notify_due(void)
{
	return due;
}

void notify_alive(void)
{
	int64_t now;

	if (!interval_ns)
		return;
	now = boot_ns();
	if (now < due)
		return;
	due = now + interval_ns;
	notify("WATCHDOG=1");
}
