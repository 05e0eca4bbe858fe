/* SPDX-License-Identifier: ISC */
#include "status.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>

/* Our own core would say nothing of the command. */
int status_die_by(int signo)
{
	struct rlimit none = {0, 0};
	sigset_t set;

	setrlimit(RLIMIT_CORE, &none);
	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	raise(signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* Still here: init of a pid namespace is immune. */
	return 128 + signo;
}
