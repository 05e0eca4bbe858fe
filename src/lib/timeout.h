/* SPDX-License-Identifier: ISC */
/* The timeouts of system calls that wait, and that interrupt.h has begun again. */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include "abi.h"

#include <sys/types.h>

/*
 * How long the call that the stopped task is in may wait, in ns from its
 * beginning, and in *result what it returns when that time is over. -1 if it
 * may wait for ever, or where nobody can tell: the timeout of a socket
 * (SO_RCVTIMEO) is in the kernel only. number without what lies above 32 bits.
 */
int64_t timeout_of(pid_t tid, const struct abi_registers *registers, uint32_t audit_arch,
	uint32_t number, long *result);

#endif
