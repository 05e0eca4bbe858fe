/* SPDX-License-Identifier: ISC */
#include "wakeup.h"

#include "abi.h"
#include "interrupt.h"
#include "proc.h"

#include <errno.h>
#include <linux/audit.h>
#include <sys/ptrace.h>

/*
 * The kernel's own (include/linux/errno.h): begin again, unless a handler runs;
 * then EINTR. So a signal that is caught, and waits behind an ignored one,
 * interrupts the call as it would have.
 */
#define ERESTARTNOHAND 514L

/* Of the kernel's sigset_t. */
#define SIGSET_SIZE 8

/* Where the registers are of a task whose system call is one of interrupt.h and
 * is about to return result; NULL if it is not. */
static const struct abi_registers *call_with(pid_t tid, long result)
{
	const struct abi_registers *registers = abi_registers(AUDIT_ARCH_I386);
	struct __ptrace_syscall_info info;
	uint64_t number, first;

	/* The only look at nearly every signal; on x86 it suits every tracee. */
	if (!registers || ptrace(PTRACE_PEEKUSER, tid, registers->result, 0) != result)
		return NULL;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) <= 0)
		return NULL;
	registers = abi_registers(info.arch);
	if (!registers)
		return NULL;
	number = (uint64_t)ptrace(PTRACE_PEEKUSER, tid, registers->number, 0);
	first = (uint64_t)ptrace(PTRACE_PEEKUSER, tid, registers->first, 0);
	return interrupt_can_restart(info.arch, number, first) ? registers : NULL;
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
 * or by the first thread, whom the kernel asks about a signal to the process
 * (sig_ignored). If so when it came, it was queued, ignored or not, and
 * interrupts the call without a tracer, too. Nobody knows how it was then;
 * failing with EINTR is right in that case and bearable in the other, waiting
 * for ever is neither.
 */
static bool was_blocked(const struct task *task, int signo)
{
	struct proc_status leader = {0};
	uint64_t mask;

	if (ptrace(PTRACE_GETSIGMASK, task->tid, SIGSET_SIZE, &mask) < 0)
		return true;
	if (task->process && !task_is_leader(task))
		proc_status(task->process->pid, &leader);
	return (mask | leader.blocked) >> (signo - 1) & 1;
}

void wakeup_undo(struct procaudit_tracer *t, pid_t tid, struct task *task, int signo)
{
	const struct abi_registers *registers = call_with(tid, -EINTR);
	struct proc_status status;

	if (!registers || !task || !t->has_proc || proc_status(tid, &status) < 0)
		return;
	if (is_in_group_stop(task, &status))
		return;
	if (signo && (!is_ignored(task, &status, signo) || was_blocked(task, signo)))
		return;
	ptrace(PTRACE_POKEUSER, tid, registers->result, -ERESTARTNOHAND);
}

void wakeup_stands(struct procaudit_tracer *t, pid_t tid, struct task *task)
{
	/* Of these calls none returns this by itself. */
	const struct abi_registers *registers = call_with(tid, -ERESTARTNOHAND);
	struct proc_status status;

	if (registers) /* an ignored signal came first */
		ptrace(PTRACE_POKEUSER, tid, registers->result, (long)-EINTR);
	if (task && t->has_proc && proc_status(tid, &status) == 0)
		task->group_stop = status.sleeps;
}
