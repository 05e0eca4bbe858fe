/* SPDX-License-Identifier: ISC */
#include "abi.h"

#include "macro.h"

#include <linux/audit.h>
#include <string.h>
#include <sys/user.h>

#ifndef AUDIT_ARCH_LOONGARCH64
#define AUDIT_ARCH_LOONGARCH64 (258 | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)
#endif

/* The number of an x32 system call carries this bit (asm/unistd.h). */
#define X32_BIT 0x40000000

#if defined(__x86_64__)
#define OFFSET(name) offsetof(struct user, regs.name)
static const struct abi_registers x86_64 = {OFFSET(rax), OFFSET(orig_rax), OFFSET(rip),
	{OFFSET(rdi), OFFSET(rsi), OFFSET(rdx), OFFSET(r10), OFFSET(r8), OFFSET(r9)}};
static const struct abi_registers i386 = {OFFSET(rax), OFFSET(orig_rax), OFFSET(rip),
	{OFFSET(rbx), OFFSET(rcx), OFFSET(rdx), OFFSET(rsi), OFFSET(rdi), OFFSET(rbp)}};
#define X86_64 &x86_64
#define I386   &i386
#elif defined(__i386__)
#define OFFSET(name) offsetof(struct user, regs.name)
static const struct abi_registers i386 = {OFFSET(eax), OFFSET(orig_eax), OFFSET(eip),
	{OFFSET(ebx), OFFSET(ecx), OFFSET(edx), OFFSET(esi), OFFSET(edi), OFFSET(ebp)}};
#define X86_64	     NULL
#define I386	     &i386
#else
#define X86_64 NULL
#define I386   NULL
#endif

/* Numbers: each architecture's syscall.tbl or asm-generic/unistd.h in Linux.
 * x32 shares its arch with x86_64 and differs in the width of a pointer. */
static const struct abi abis[] = {
	{AUDIT_ARCH_X86_64, 8, "x86_64", 59, 322, 157, 317, X86_64},
	{AUDIT_ARCH_X86_64, 4, "x32", X32_BIT + 520, X32_BIT + 545, X32_BIT + 157, X32_BIT + 317,
		X86_64},
	{AUDIT_ARCH_I386, 4, "i386", 11, 358, 172, 354, I386},
	{AUDIT_ARCH_AARCH64, 8, "aarch64", 221, 281, 167, 277, NULL},
	{AUDIT_ARCH_ARM, 4, "arm", 11, 387, 172, 383, NULL},
	{AUDIT_ARCH_RISCV64, 8, "riscv64", 221, 281, 167, 277, NULL},
	{AUDIT_ARCH_RISCV32, 4, "riscv32", 221, 281, 167, 277, NULL},
	{AUDIT_ARCH_PPC64LE, 8, "ppc64le", 11, 362, 171, 358, NULL},
	{AUDIT_ARCH_S390X, 8, "s390x", 11, 354, 172, 348, NULL},
	{AUDIT_ARCH_LOONGARCH64, 8, "loongarch64", 221, 281, 167, 277, NULL},
};

size_t abi_rows(const struct abi **rows)
{
	*rows = abis;
	return ARRAY_SIZE(abis);
}

/*
 * A 64-bit stack begins with argc, whose upper half is zero. A 32-bit one has
 * argv[0] there, which is not NULL: since Linux 5.18 argc is at least 1.
 */
static unsigned word_of(const unsigned char stack[8])
{
	uint64_t first;

	memcpy(&first, stack, sizeof(first));
	return first >> 32 ? 4 : 8;
}

const struct abi *abi_find(uint32_t audit_arch, const unsigned char stack[8])
{
	const struct abi *found = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(abis); i++) {
		if (abis[i].audit_arch != audit_arch)
			continue;
		if (!found || abis[i].word == word_of(stack))
			found = &abis[i];
	}
	return found;
}

const struct abi *abi_of_exec(uint32_t audit_arch, uint64_t number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(abis); i++)
		if (abis[i].audit_arch == audit_arch &&
			(abis[i].execve == number || abis[i].execveat == number))
			return &abis[i];
	return NULL;
}

const struct abi_registers *abi_registers(uint32_t audit_arch)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(abis); i++)
		if (abis[i].audit_arch == audit_arch)
			return abis[i].registers;
	return NULL;
}
