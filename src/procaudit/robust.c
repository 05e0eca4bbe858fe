/* SPDX-License-Identifier: ISC */
#include "robust.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>

/* What setrlimit(2) takes; numbers in musl. */
#ifdef __GLIBC__
typedef __rlimit_resource_t resource;
#else
typedef int resource;
#endif

/* To whatever we may, which for root is no limit. */
static void raise_limit(resource which)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

	if (setrlimit(which, &limit) == 0 || getrlimit(which, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(which, &limit);
}

/* A limit on the time of each program is soon used up by who serves them all. */
void robust_become(void)
{
	static const int ignored[] = {SIGPIPE, SIGXFSZ, SIGXCPU, SIGALRM};
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	raise_limit(RLIMIT_CPU);
	raise_limit(RLIMIT_RTTIME);
}
