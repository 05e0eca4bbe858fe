/* SPDX-License-Identifier: ISC */
#include "rights.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))

/* /proc/PID/environ and, where there is no process_vm_readv, mem can be opened by
 * their process's user alone. */
#define TRACING (BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH))

/* To make, rename and remove them; CAP_FOWNER where the directory is sticky. */
#define FILES (BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER))

/* Their ids for files, setfsuid(2), and groups. */
#define BECOME (BIT(CAP_SETUID) | BIT(CAP_SETGID))

static uint64_t kept_for(unsigned needs)
{
	uint64_t kept = 0;

	if (needs & RIGHTS_TRACE)
		kept |= TRACING;
	if (needs & RIGHTS_SIGNAL)
		kept |= BIT(CAP_KILL);
	if (needs & RIGHTS_FILES)
		kept |= FILES;
	if (needs & RIGHTS_BECOME)
		kept |= BECOME;
	return kept;
}

/* What could be got back by an exec. */
static void close_ways_back(void)
{
	unsigned long capability;

	for (capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void rights_drop(unsigned needs)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	uint64_t kept = kept_for(needs);
	int i;

	close_ways_back();
	if (syscall(SYS_capget, &header, data) < 0)
		return;
	if ((needs & RIGHTS_TRACE) && !(data[0].effective & BIT(CAP_SYS_PTRACE)))
		kept = UINT64_MAX;
	for (i = 0; i < 2; i++) {
		data[i].effective &= (uint32_t)(kept >> 32 * i);
		data[i].permitted &= (uint32_t)(kept >> 32 * i);
		data[i].inheritable = 0;
	}
	syscall(SYS_capset, &header, data);
}
