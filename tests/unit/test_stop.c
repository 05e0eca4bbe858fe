/* SPDX-License-Identifier: ISC */
/* Every wait status and every ABI has its row. */
#include "abi.h"
#include "interrupt.h"
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
	ok_int(stop_classify(stopped(SIGTRAP | 0x80, 0)), STOP_SYSCALL,
		"the bit of PTRACE_O_TRACESYSGOOD marks a system call");
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

/* Numbers of asm/unistd_64.h, unistd_x32.h, unistd_32.h and asm-generic/unistd.h. */
static const struct {
	uint32_t audit_arch;
	uint64_t number;
	const char *name; /* NULL: no exec */
} calls[] = {
	{AUDIT_ARCH_X86_64, 59, "x86_64"},
	{AUDIT_ARCH_X86_64, 322, "x86_64"},
	{AUDIT_ARCH_X86_64, 0x40000000 + 520, "x32"},
	{AUDIT_ARCH_X86_64, 0x40000000 + 545, "x32"},
	{AUDIT_ARCH_X86_64, 11, NULL}, /* munmap; execve on i386 */
	{AUDIT_ARCH_X86_64, 520, NULL},
	{AUDIT_ARCH_X86_64, UINT64_C(1) << 32 | 59, NULL},
	{AUDIT_ARCH_I386, 11, "i386"},
	{AUDIT_ARCH_I386, 358, "i386"},
	{AUDIT_ARCH_I386, 59, NULL},
	{AUDIT_ARCH_AARCH64, 221, "aarch64"},
	{AUDIT_ARCH_AARCH64, 281, "aarch64"},
	{AUDIT_ARCH_ARM, 11, "arm"},
	{AUDIT_ARCH_RISCV64, 221, "riscv64"},
	{AUDIT_ARCH_SPARC64, 59, NULL},
};

static void test_calls(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		const struct abi *abi = abi_of_exec(calls[i].audit_arch, calls[i].number);
		bool same = calls[i].name ? abi && strcmp(abi->name, calls[i].name) == 0 : !abi;

		ok(same, "system call %llu of row %zu executes: %s",
			(unsigned long long)calls[i].number, i,
			calls[i].name ? calls[i].name : "not");
	}
}

/* Numbers of the same headers. */
static const struct {
	uint32_t audit_arch;
	uint64_t number, first;
	bool restarts;
	const char *name;
} interrupted[] = {
	{AUDIT_ARCH_X86_64, 232, 0, true, "epoll_wait"},
	{AUDIT_ARCH_X86_64, 0, 0, true, "read"},
	{AUDIT_ARCH_X86_64, 426, 0, true, "io_uring_enter"},
	{AUDIT_ARCH_X86_64, 0x40000000 + 232, 0, true, "epoll_wait of x32"},
	{AUDIT_ARCH_X86_64, 0x40000000 + 523, 0, true, "rt_sigtimedwait of x32"},
	{AUDIT_ARCH_X86_64, 0x40000000 + 128, 0, false, "rt_sigtimedwait of x86_64 by x32"},
	{AUDIT_ARCH_X86_64, UINT64_MAX, 0, false, "no system call"},
	{AUDIT_ARCH_X86_64, 42, 0, false, "connect"},
	{AUDIT_ARCH_X86_64, 3, 0, false, "close"},
	{AUDIT_ARCH_X86_64, 16, 0, false, "ioctl"},
	{AUDIT_ARCH_X86_64, 59, 0, false, "execve"},
	{AUDIT_ARCH_I386, 256, 0, true, "epoll_wait of i386"},
	{AUDIT_ARCH_I386, 232, 0, false, "llistxattr of i386"},
	{AUDIT_ARCH_I386, 3, 0, true, "read of i386"},
	{AUDIT_ARCH_I386, 6, 0, false, "close of i386"},
	{AUDIT_ARCH_I386, 362, 0, false, "connect of i386"},
	{AUDIT_ARCH_I386, 102, 10, true, "recv by socketcall"},
	{AUDIT_ARCH_I386, 102, 3, false, "connect by socketcall"},
	{AUDIT_ARCH_I386, 117, 1, true, "semop by ipc"},
	{AUDIT_ARCH_I386, 117, 0x10004, true, "semtimedop by ipc, with a version"},
	{AUDIT_ARCH_I386, 117, 24, false, "shmctl by ipc"},
	{AUDIT_ARCH_AARCH64, 22, 0, false, "epoll_pwait of aarch64"},
};

static void test_interrupted(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(interrupted); i++)
		ok(interrupt_can_restart(interrupted[i].audit_arch, interrupted[i].number,
			   interrupted[i].first) == interrupted[i].restarts,
			"%s can%s begin again", interrupted[i].name,
			interrupted[i].restarts ? "" : "not");
	ok(!abi_registers(AUDIT_ARCH_AARCH64) && !abi_registers(0),
		"registers are known only where it can be done");
}

int main(void)
{
	test_stops();
	test_abis();
	test_calls();
	test_interrupted();
	return tap_end();
}
