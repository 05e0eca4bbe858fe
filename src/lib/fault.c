/* SPDX-License-Identifier: ISC */
#include "fault.h"

#include "abi.h"
#include "macro.h"
#include "proc.h"

#include <linux/audit.h>
#include <signal.h>
#include <sys/ptrace.h>

bool fault_kills_init(const struct procaudit_tracer *t, const struct task *task, int signo)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
	struct proc_status status = {0};
	siginfo_t info;
	size_t i;

	if (!task || !task->process || task->process->ns_pid != 1 || task->process->pid == 1)
		return false;
	for (i = 0; i < ARRAY_SIZE(faults) && faults[i] != signo; i++)
		;
	if (i == ARRAY_SIZE(faults))
		return false;
	if (ptrace(PTRACE_GETSIGINFO, task->tid, 0, &info) < 0 || info.si_code <= 0)
		return false;
	if (t->has_proc && proc_status(task->tid, &status) < 0)
		return false;
	return !(status.caught & ~status.blocked & UINT64_C(1) << (signo - 1));
}

/*
 * The instructions of x86 that are over when their signal comes. A refused system
 * call has its registers back (kernel/seccomp.c, syscall_rollback). One that was
 * begun by sysenter returns to behind an int $0x80 of the vDSO, which the kernel,
 * too, begins again in its place (arch/x86/entry/vdso/vdso32/system_call.S).
 *
 * Not here, since the next instruction traps as well: a step, whose flag stays
 * set. Nor breakpoints of other machines: arm64, riscv and powerpc have the
 * program counter still at them.
 */
static const struct trap {
	int signo;
	unsigned size;
	unsigned char code[2];
} traps[] = {
	{SIGTRAP, 1, {0xcc}},	    /* int3 */
	{SIGTRAP, 2, {0xcd, 0x03}}, /* int $3 */
	{SIGTRAP, 1, {0xf1}},	    /* int1 */
	{SIGSYS, 2, {0x0f, 0x05}},  /* syscall */
	{SIGSYS, 2, {0xcd, 0x80}},  /* int $0x80 */
};

/* Nobody has an aligned word cross the end of a mapping. What cannot be read is
 * no instruction of the table. */
static unsigned char code_at(pid_t tid, unsigned long address)
{
	unsigned long offset = address % sizeof(long);
	long word = ptrace(PTRACE_PEEKTEXT, tid, address - offset, 0);

	return (unsigned char)((unsigned long)word >> 8 * offset);
}

static bool is_behind(pid_t tid, unsigned long address, const struct trap *trap)
{
	unsigned i;

	for (i = 0; i < trap->size; i++)
		if (code_at(tid, address - trap->size + i) != trap->code[i])
			return false;
	return true;
}

/* If what stands there is not what made the signal, it makes the same one. */
void fault_again(pid_t tid, int signo)
{
	const struct abi_registers *registers = abi_registers(AUDIT_ARCH_I386);
	unsigned long next;
	size_t i;

	if (!registers) /* not x86; on x86 this suits every tracee */
		return;
	next = (unsigned long)ptrace(PTRACE_PEEKUSER, tid, registers->next, 0);
	for (i = 0; i < ARRAY_SIZE(traps); i++) {
		if (traps[i].signo != signo || !is_behind(tid, next, &traps[i]))
			continue;
		ptrace(PTRACE_POKEUSER, tid, registers->next, next - traps[i].size);
		return;
	}
}
