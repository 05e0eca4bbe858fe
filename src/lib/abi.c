/* SPDX-License-Identifier: ISC */
#include "abi.h"

#include "macro.h"

#include <linux/audit.h>
#include <stddef.h>
#include <string.h>

#ifndef AUDIT_ARCH_LOONGARCH64
#define AUDIT_ARCH_LOONGARCH64 (258 | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)
#endif

static const struct abi abis[] = {
	{AUDIT_ARCH_X86_64, 8, "x86_64"},
	{AUDIT_ARCH_I386, 4, "i386"},
	{AUDIT_ARCH_AARCH64, 8, "aarch64"},
	{AUDIT_ARCH_ARM, 4, "arm"},
	{AUDIT_ARCH_RISCV64, 8, "riscv64"},
	{AUDIT_ARCH_RISCV32, 4, "riscv32"},
	{AUDIT_ARCH_PPC64LE, 8, "ppc64le"},
	{AUDIT_ARCH_S390X, 8, "s390x"},
	{AUDIT_ARCH_LOONGARCH64, 8, "loongarch64"},
};

/* x32 shares its arch with x86_64 and differs in the width of a pointer. */
static const struct abi x32 = {AUDIT_ARCH_X86_64, 4, "x32"};

/*
 * A 64-bit stack begins with argc, whose upper half is zero. A 32-bit one has
 * argv[0] there, which is not NULL: since Linux 5.18 argc is at least 1.
 */
static int has_32bit_argc(const unsigned char stack[8])
{
	uint64_t first;

	memcpy(&first, stack, sizeof(first));
	return first >> 32 != 0;
}

const struct abi *abi_find(uint32_t audit_arch, const unsigned char stack[8])
{
	size_t i;

	if (audit_arch == AUDIT_ARCH_X86_64 && has_32bit_argc(stack))
		return &x32;
	for (i = 0; i < ARRAY_SIZE(abis); i++)
		if (abis[i].audit_arch == audit_arch)
			return &abis[i];
	return NULL;
}
