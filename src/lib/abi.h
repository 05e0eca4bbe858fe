/* SPDX-License-Identifier: ISC */
/* The ABIs that a program can have, one row each. */
#ifndef ABI_H
#define ABI_H

#include <stdint.h>

struct abi {
	uint32_t audit_arch; /* AUDIT_ARCH_… of linux/audit.h */
	unsigned word;	     /* size of a pointer and of a stack slot, bytes */
	const char *name;
};

/* The ABI of a new program, from the arch of PTRACE_GET_SYSCALL_INFO and the
 * first eight bytes of its stack. NULL if the arch has no row. */
const struct abi *abi_find(uint32_t audit_arch, const unsigned char stack[8]);

#endif
