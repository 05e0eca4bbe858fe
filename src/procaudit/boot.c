/* SPDX-License-Identifier: ISC */
#include "boot.h"

#include <stddef.h>

int64_t boot_ns(void)
{
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	return boot.tv_sec * NS_PER_SEC + boot.tv_nsec;
}

const struct timespec *boot_until(int64_t then, struct timespec *rest)
{
	int64_t ns;

	if (then == INT64_MAX)
		return NULL;
	ns = then - boot_ns();
	*rest = (struct timespec){0};
	if (ns > 0)
		*rest = (struct timespec){ns / NS_PER_SEC, ns % NS_PER_SEC};
	return rest;
}
