/* SPDX-License-Identifier: ISC */
/* The ABIs that a program can have, one row each. */
#ifndef ABI_H
#define ABI_H

#include <stddef.h>
#include <stdint.h>

/* Where PTRACE_PEEKUSER finds a stopped task's registers: offsets in the
 * tracer's struct user, whatever the tracee's ABI. */
struct abi_registers {
	size_t result;	     /* of a system call; the same for all ABIs of a machine */
	size_t number;	     /* of the system call that the task is in; -1: none */
	size_t next;	     /* the instruction pointer; the same for all ABIs of a machine */
	size_t arguments[6]; /* of the system call */
};

struct abi {
	uint32_t audit_arch; /* AUDIT_ARCH_… of linux/audit.h */
	unsigned word;	     /* size of a pointer and of a stack slot, bytes */
	const char *name;
	uint32_t execve; /* system call numbers, as seccomp shows them */
	uint32_t execveat;
	uint32_t prctl;
	uint32_t seccomp;
	const struct abi_registers *registers; /* NULL: see abi_registers() */
};

/* The ABI of a new program, from the arch of PTRACE_GET_SYSCALL_INFO and the
 * first eight bytes of its stack. NULL if the arch has no row. */
const struct abi *abi_find(uint32_t audit_arch, const unsigned char stack[8]);

/* The ABI by which a task calls execve or execveat, from the arch and the
 * number of PTRACE_GET_SYSCALL_INFO. NULL if it is neither. */
const struct abi *abi_of_exec(uint32_t audit_arch, uint64_t number);

/*
 * The registers of a task that is in a system call of this arch, for a tracer
 * that wants to have an interrupted call begun again. NULL where that cannot be
 * done: arm64, arm and riscv decide about it before the signal's stop and do
 * not show the tracer what the first argument was (do_signal() in each one's
 * arch/ directory), and elsewhere nobody has tried. x86 decides after the stop.
 */
const struct abi_registers *abi_registers(uint32_t audit_arch);

/* All rows; those of one arch stand together. Returns how many there are. */
size_t abi_rows(const struct abi **rows);

#endif
