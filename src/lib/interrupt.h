/* SPDX-License-Identifier: ISC */
/* The system calls that a wakeup makes fail, and that may be begun again. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether this system call, when it has failed with EINTR, has done nothing yet
 * that a second beginning would do twice, or not at all. Only those are here
 * that return EINTR to whoever is woken; most calls return one of the kernel's
 * ERESTART codes instead and are begun again by the kernel itself (signal(7)).
 * number and first as the registers hold them: the number and the first argument.
 */
bool interrupt_can_restart(uint32_t audit_arch, uint64_t number, uint64_t first);

#endif
