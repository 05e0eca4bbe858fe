/* SPDX-License-Identifier: ISC */
/* The ABIs that a program can have, one row each. */
#ifndef ABI_H
#define ABI_H

#include <stddef.h>
#include <stdint.h>

struct abi {
	uint32_t audit_arch; /* AUDIT_ARCH_… of linux/audit.h */
	unsigned word;	     /* size of a pointer and of a stack slot, bytes */
	const char *name;
	uint32_t execve; /* system call numbers, as seccomp shows them */
	uint32_t execveat;
	uint32_t prctl;
	uint32_t seccomp;
};

/* The ABI of a new program, from the arch of PTRACE_GET_SYSCALL_INFO and the
 * first eight bytes of its stack. NULL if the arch has no row. */
const struct abi *abi_find(uint32_t audit_arch, const unsigned char stack[8]);

/* The ABI by which a task calls execve or execveat, from the arch and the
 * number of PTRACE_GET_SYSCALL_INFO. NULL if it is neither. */
const struct abi *abi_of_exec(uint32_t audit_arch, uint64_t number);

/* All rows; those of one arch stand together. Returns how many there are. */
size_t abi_rows(const struct abi **rows);

#endif
