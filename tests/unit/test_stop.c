/* SPDX-License-Identifier: ISC */
/* Every wait status and every ABI has its row. */
#include "abi.h"
#include "macro.h"
#include "stop.h"
#include "tap.h"

#include <linux/audit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* A stop with this signal and ptrace event (ptrace(2)). */
static int stopped(int signo, int event)
{
	return event << 16 | signo << 8 | 0x7f;
}

static const struct {
	int event;
	enum stop stop;
	const char *name;
} events[] = {
	{PTRACE_EVENT_FORK, STOP_FORK, "PTRACE_EVENT_FORK"},
	{PTRACE_EVENT_VFORK, STOP_VFORK, "PTRACE_EVENT_VFORK"},
	{PTRACE_EVENT_CLONE, STOP_CLONE, "PTRACE_EVENT_CLONE"},
	{PTRACE_EVENT_EXEC, STOP_EXEC, "PTRACE_EVENT_EXEC"},
	{PTRACE_EVENT_VFORK_DONE, STOP_OTHER_EVENT, "PTRACE_EVENT_VFORK_DONE"},
	{PTRACE_EVENT_EXIT, STOP_OTHER_EVENT, "PTRACE_EVENT_EXIT"},
	{PTRACE_EVENT_SECCOMP, STOP_SECCOMP, "PTRACE_EVENT_SECCOMP"},
	{100, STOP_OTHER_EVENT, "an event of a kernel to come"},
	{PTRACE_EVENT_STOP, STOP_TRAP, "PTRACE_EVENT_STOP with SIGTRAP"},
};

static void test_stops(void)
{
	unsigned wrong = 0;
	size_t i;
	int n;

	for (n = 0; n < 256; n++)
		wrong += stop_classify(n << 8) != STOP_ENDED;
	ok(!wrong, "every exit status is an end");
	for (wrong = 0, n = 1; n < 0x7f; n++)
		wrong += stop_classify(n) != STOP_ENDED || stop_classify(n | 0x80) != STOP_ENDED;
	ok(!wrong, "every death by a signal is an end, with a core or without");
	for (wrong = 0, n = 1; n < 0x80; n++)
		wrong += stop_classify(stopped(n, 0)) != STOP_SIGNAL;
	ok(!wrong, "every signal without an event is on its way, SIGTRAP and SIGSTOP too");
	for (i = 0; i < ARRAY_SIZE(events); i++)
		ok_int(stop_classify(stopped(SIGTRAP, events[i].event)), events[i].stop,
			events[i].name);
	for (wrong = 0, n = 1; n < 0x80; n++)
		if (n != SIGTRAP)
			wrong += stop_classify(stopped(n, PTRACE_EVENT_STOP)) != STOP_GROUP;
	ok(!wrong, "PTRACE_EVENT_STOP with any other signal is a group-stop");
}

static const struct {
	uint32_t audit_arch;
	unsigned char stack[8]; /* what a program there finds first */
	const char *name;	/* NULL: none */
	unsigned word;
} programs[] = {
	{AUDIT_ARCH_X86_64, {1}, "x86_64", 8},
	{AUDIT_ARCH_X86_64, {0}, "x86_64", 8},
	{AUDIT_ARCH_X86_64, {0xff, 0xff, 0xff, 0xff}, "x86_64", 8},
	{AUDIT_ARCH_X86_64, {1, 0, 0, 0, 0x10, 0xd0, 0xff, 0xff}, "x32", 4},
	{AUDIT_ARCH_X86_64, {1, 0, 0, 0, 1}, "x32", 4},
	{AUDIT_ARCH_I386, {1, 0, 0, 0, 0x10, 0xd0, 0xff, 0xff}, "i386", 4},
	{AUDIT_ARCH_AARCH64, {1}, "aarch64", 8},
	{AUDIT_ARCH_ARM, {1, 0, 0, 0, 0x10, 0xd0, 0xff, 0xff}, "arm", 4},
	{AUDIT_ARCH_RISCV64, {1}, "riscv64", 8},
	{AUDIT_ARCH_PPC64LE, {1}, "ppc64le", 8},
	{AUDIT_ARCH_S390X, {0, 0, 0, 0, 0, 0, 0, 1}, "s390x", 8},
	{AUDIT_ARCH_SPARC64, {1}, NULL, 0},
	{0, {1}, NULL, 0},
	{UINT32_MAX, {1}, NULL, 0},
};

static void test_abis(void)
{
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		const struct abi *abi = abi_find(programs[i].audit_arch, programs[i].stack);

		snprintf(name, sizeof(name), "ABI of row %zu: %s", i,
			programs[i].name ? programs[i].name : "none");
		if (!programs[i].name) {
			ok(!abi, "%s", name);
		} else {
			ok(abi && strcmp(abi->name, programs[i].name) == 0 &&
					abi->word == programs[i].word,
				"%s", name);
		}
	}
}

int main(void)
{
	test_stops();
	test_abis();
	return tap_end();
}
