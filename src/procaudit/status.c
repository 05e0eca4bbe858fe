/* SPDX-License-Identifier: ISC */
#include "status.h"

#include "claim.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Our own core would say nothing of the command. libc neither raises nor unblocks
 * the signals that it uses itself. */
int status_die_by(int signo)
{
	struct rlimit none = {0, 0};
	uint64_t set = UINT64_C(1) << (signo - 1);

	claim_drop();
	setrlimit(RLIMIT_CORE, &none);
	signal(signo, SIG_DFL);
	kill(getpid(), signo);
	syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, sizeof(set));
	/* Still here: init of a pid namespace is immune. */
	return 128 + signo;
}
