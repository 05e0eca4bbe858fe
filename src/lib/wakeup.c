/* SPDX-License-Identifier: ISC */
#include "wakeup.h"

#include "abi.h"
#include "interrupt.h"
#include "proc.h"
#include "timeout.h"

#include <errno.h>
#include <linux/audit.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * The kernel's own (include/linux/errno.h): begin again, unless a handler runs;
 * then EINTR. So a signal that is caught, and waits behind an ignored one,
 * interrupts the call as it would have.
 */
#define ERESTARTNOHAND 514L

/* Of the kernel's sigset_t. */
#define SIGSET_SIZE 8

/*
 * Marks a call of x86_64 that is begun again. Linux takes the lower half of rax
 * as the number (arch/x86/entry/entry_64.S, movslq; since 5.14) but keeps all of
 * it for the next beginning. Once the call has returned its result stands there:
 * so who has the mark is in the same call still, however alike the next one is.
 * Nothing else tells a call that goes on from a loop around a call that returns
 * at once. i386 has no such bits.
 */
#define MARK (UINT64_C(0x61756469) << 32)

struct call {
	const struct abi_registers *registers;
	uint32_t audit_arch;
	uint32_t number;
	bool marked;
};

/* Whether the task's system call is one of interrupt.h and about to return result. */
static bool is_in_call(pid_t tid, long result, struct call *call)
{
	const struct abi_registers *registers = abi_registers(AUDIT_ARCH_I386);
	struct __ptrace_syscall_info info;
	uint64_t number, first;

	/* The only look at nearly every signal; on x86 it suits every tracee. */
	if (!registers || ptrace(PTRACE_PEEKUSER, tid, registers->result, 0) != result)
		return false;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) <= 0)
		return false;
	registers = abi_registers(info.arch);
	if (!registers)
		return false;
	number = (uint64_t)ptrace(PTRACE_PEEKUSER, tid, registers->number, 0);
	first = (uint64_t)ptrace(PTRACE_PEEKUSER, tid, registers->arguments[0], 0);
	*call = (struct call){registers, info.arch, (uint32_t)number, (number ^ MARK) >> 32 == 0};
	return interrupt_can_restart(info.arch, call->number, first);
}

/* Whether this kernel takes a marked number. */
static bool can_mark(void)
{
#ifdef __x86_64__
	return syscall((long)(MARK | SYS_getppid)) >= 0;
#else
	return false;
#endif
}

static int64_t monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return timespec_ns(&now);
}

/*
 * What the call is to return: it is begun again, its timeout starts anew. But
 * signals that come faster than it would put it off for ever, so it is over when
 * it could have run out since the first of them.
 */
static long answer(struct task *task, const struct call *call)
{
	long timed_out = 0;
	int64_t most =
		timeout_of(task->tid, call->registers, call->audit_arch, call->number, &timed_out);

	if (most < 0)
		return -ERESTARTNOHAND;
	/* Another tracer may have marked it. */
	if (call->marked && task->first_again)
		return monotonic_now() - task->first_again < most ? -ERESTARTNOHAND : timed_out;
	if (can_mark()) {
		task->first_again = monotonic_now();
		ptrace(PTRACE_POKEUSER, task->tid, call->registers->number,
			(unsigned long)(MARK | call->number));
	}
	return -ERESTARTNOHAND;
}

/*
 * Whether the task has not run since it stopped with its group: every stop is
 * one sleep, and the call had already failed then.
 */
static bool is_in_group_stop(struct task *task, const struct proc_status *status)
{
	if (!task->group_stop || status->sleeps != task->group_stop + 1)
		return false;
	task->group_stop = status->sleeps;
	return true;
}

/* Whether the signal would not have been queued. An init drops whatever would
 * kill or stop it, unless it comes from outside. */
static bool is_ignored(const struct task *task, const struct proc_status *status, int signo)
{
	uint64_t bit = UINT64_C(1) << (signo - 1);

	if (status->caught & bit)
		return false;
	if (status->ignored & bit)
		return true;
	if (task->process && task->process->ns_pid == 1)
		return signo != SIGSTOP;
	return signo == SIGCHLD || signo == SIGCONT || signo == SIGURG || signo == SIGWINCH;
}

/*
 * Whether the signal is blocked but for the time of the call, as by epoll_pwait,
 * or by the first thread, whom the kernel asks about a signal to the process, but
 * not about one to a thread (sig_ignored). If so when it came, it was queued, ignored or not, and
 * interrupts the call without a tracer, too. Nobody knows how it was then;
 * failing with EINTR is right in that case and bearable in the other, waiting
 * for ever is neither.
 */
static bool was_blocked(const struct task *task, const struct proc_status *status, int signo)
{
	struct proc_status leader = {0};
	siginfo_t info;
	uint64_t mask;

	if (ptrace(PTRACE_GETSIGMASK, task->tid, SIGSET_SIZE, &mask) < 0 ||
		ptrace(PTRACE_GETSIGINFO, task->tid, 0, &info) < 0)
		return true;
	/* The thread may be so new that we have not heard of its process. */
	if (info.si_code != SI_TKILL && status->tgid != task->tid)
		proc_status(status->tgid, &leader);
	return (mask | leader.blocked) >> (signo - 1) & 1;
}

void wakeup_undo(struct procaudit_tracer *t, pid_t tid, struct task *task, int signo)
{
	struct proc_status status;
	struct call call;

	if (!is_in_call(tid, -EINTR, &call) || !task || !t->has_proc ||
		proc_status(tid, &status) < 0)
		return;
	if (is_in_group_stop(task, &status))
		return;
	if (signo && (!is_ignored(task, &status, signo) || was_blocked(task, &status, signo)))
		return;
	ptrace(PTRACE_POKEUSER, tid, call.registers->result, answer(task, &call));
}

void wakeup_stands(struct procaudit_tracer *t, pid_t tid, struct task *task)
{
	struct proc_status status;
	struct call call;

	/* Of these calls none returns this by itself. */
	if (is_in_call(tid, -ERESTARTNOHAND, &call)) /* an ignored signal came first */
		ptrace(PTRACE_POKEUSER, tid, call.registers->result, (long)-EINTR);
	if (task && t->has_proc && proc_status(tid, &status) == 0)
		task->group_stop = status.sleeps;
}
