/* SPDX-License-Identifier: ISC */
#include "timeout.h"

#include "macro.h"

#include <errno.h>
#include <linux/audit.h>
#include <sys/ptrace.h>

#define NS_PER_MS  INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)

enum unit {
	MILLISECONDS, /* an int; negative: for ever */
	TIMESPEC,     /* points to two 64-bit numbers; NULL: for ever */
};

/* Only x86_64, see wakeup.c. io_uring_enter is not here: its timeout may be an
 * absolute one. Results: the sources that interrupt.c names. */
static const struct wait {
	uint32_t number;
	unsigned argument; /* which one the timeout is, from 0 */
	enum unit unit;
	long result;
} waits[] = {
	{128, 2, TIMESPEC, -EAGAIN}, /* rt_sigtimedwait */
	{208, 4, TIMESPEC, 0},	     /* io_getevents */
	{220, 3, TIMESPEC, -EAGAIN}, /* semtimedop */
	{232, 3, MILLISECONDS, 0},   /* epoll_wait */
	{281, 3, MILLISECONDS, 0},   /* epoll_pwait */
	{441, 3, TIMESPEC, 0},	     /* epoll_pwait2 */
};

static int64_t timespec_at(pid_t tid, uint64_t address)
{
	int64_t seconds, ns;

	if (address == 0)
		return -1;
	errno = 0;
	seconds = ptrace(PTRACE_PEEKDATA, tid, (uintptr_t)address, 0);
	ns = ptrace(PTRACE_PEEKDATA, tid, (uintptr_t)address + sizeof(seconds), 0);
	if (errno || seconds < 0 || seconds >= INT64_MAX / NS_PER_SEC || ns < 0 || ns >= NS_PER_SEC)
		return -1;
	return seconds * NS_PER_SEC + ns;
}

int64_t timeout_of(pid_t tid, const struct abi_registers *registers, uint32_t audit_arch,
	uint32_t number, long *result)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(waits) && waits[i].number != number; i++)
		;
	if (audit_arch != AUDIT_ARCH_X86_64 || i == ARRAY_SIZE(waits))
		return -1;
	*result = waits[i].result;
	value = (uint64_t)ptrace(PTRACE_PEEKUSER, tid, registers->arguments[waits[i].argument], 0);
	if (waits[i].unit == TIMESPEC)
		return timespec_at(tid, value);
	return (int32_t)value < 0 ? -1 : (int32_t)value * NS_PER_MS;
}
