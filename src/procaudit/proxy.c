/* SPDX-License-Identifier: ISC */
#include "proxy.h"

#include "claim.h"
#include "heritage.h"
#include "ready.h"
#include "rights.h"
#include "status.h"
#include "stdfds.h"

#include <bsd/err.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* There are orders. Sent by anybody else it means nothing. */
#define POKE SIGURG

static const int job_control[] = {SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT};

/* What they mean is for the log. Before it is open they would end the recorder. */
static const int to_log[] = {SIGUSR1, SIGUSR2};

static const struct timespec no_time;

/* The recorder waits so long for the proxy to go on. */
static const struct timespec most = {.tv_nsec = 100000000};

/* Signals that end us are the command's business, but those that we were told to
 * ignore stay ignored; and all of job control is, unless the command is in our place
 * itself. */
static void signals_to_tell(struct proxy *proxy)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t *set = &proxy->signals;
	struct sigaction action;
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(set, ending[i]);
	for (i = 0; !proxy->seat && i < sizeof(job_control) / sizeof(job_control[0]); i++)
		sigaddset(set, job_control[i]);
	for (i = 0; i < sizeof(to_log) / sizeof(to_log[0]); i++)
		sigaddset(set, to_log[i]);
}

/* --- Orders: ours to obey, the recorder's to give ------------------------- */

static uint64_t number_of(uint64_t order)
{
	return order >> 8;
}

static int signal_of(uint64_t order)
{
	return (int)(order & 0xff);
}

/* The recorder sends SIGSTOP itself, and just after it has given the order. */
static void obey_sigstop(const struct proxy *proxy)
{
	uint64_t order = atomic_load(&proxy->orders->stop);

	if (signal_of(order) == SIGSTOP)
		atomic_store(&proxy->orders->obeyed, number_of(order));
}

/* What sigqueue(3) carries: the stop that we have obeyed last, and the signal's
 * sender and code, of 22 and 8 bits. */
static void *pack(uint64_t number, const siginfo_t *info)
{
	uintptr_t value = (uintptr_t)number << 30;

	value |= (uintptr_t)info->si_pid << 8 | ((uintptr_t)info->si_code & 0xff);
	return (void *)value;
}

/*
 * A SIGCONT has come before we have obeyed: does the stop last? It does if only the
 * command was stopped, after SIGCONT. But a stop signal to the whole job that meets us
 * on our way out of the stop before, when we have not run yet, stops us without an
 * order; then SIGCONT ends the command's stop, too. The recorder can see which.
 */
static bool doubt(const struct proxy *proxy)
{
	uint64_t order = atomic_load(&proxy->orders->stop);

	if (!signal_of(order) || number_of(order) == atomic_load(&proxy->orders->obeyed))
		return false;
	atomic_store(&proxy->orders->obeyed, number_of(order));
	atomic_store(&proxy->orders->doubted, number_of(order));
	return true;
}

static void tell(const struct proxy *proxy, const siginfo_t *info)
{
	union sigval value;
	uint64_t number;
	bool doubts;

	obey_sigstop(proxy);
	number = atomic_load(&proxy->orders->obeyed);
	doubts = info->si_signo == SIGCONT && doubt(proxy);
	if (info->si_pid == proxy->recorder && !doubts)
		return;
	value.sival_ptr = pack(number, info);
	atomic_store(&proxy->orders->seen, number);
	sigqueue(proxy->recorder, info->si_signo, value);
}

/* Before a stop signal becomes pending, which takes SIGCONT back. */
static void tell_continue(const struct proxy *proxy)
{
	sigset_t set;
	siginfo_t info;

	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	if (sigtimedwait(&set, &info, &no_time) > 0)
		tell(proxy, &info);
}

static bool is_ordered(const struct proxy *proxy, uint64_t order)
{
	if (atomic_load(&proxy->orders->stop) != order)
		return false;
	atomic_store(&proxy->orders->obeyed, number_of(order));
	return true;
}

/* Only before it has left the process group. */
static bool recorder_is_stopped(const struct proxy *proxy, uint64_t order)
{
	int status;

	return waitpid(proxy->recorder, &status, WNOHANG | WUNTRACED) == proxy->recorder &&
	       WIFSTOPPED(status) && WSTOPSIG(status) == signal_of(order);
}

/* Lets the signals stop us. When we go on we may not run for a while, and the recorder
 * waits until we have closed again. */
static void open_to(const struct proxy *proxy, const sigset_t *set)
{
	atomic_store(&proxy->orders->open, 1);
	sigprocmask(SIG_UNBLOCK, set, NULL);
	sigprocmask(SIG_BLOCK, set, NULL);
	atomic_store(&proxy->orders->open, 0);
	syscall(SYS_futex, &proxy->orders->open, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/*
 * Stops by a signal that a terminal may send, so that our parent sees the same
 * as without us. Whether that is still wanted is asked when it is pending: from
 * then on SIGCONT takes it back (Linux kernel/signal.c, prepare_signal). In an
 * orphaned process group it has no effect, as on the command.
 */
static void stop(const struct proxy *proxy, uint64_t order,
	bool (*is_wanted)(const struct proxy *, uint64_t order))
{
	sigset_t set;
	siginfo_t rest;

	sigemptyset(&set);
	sigaddset(&set, signal_of(order));
	raise(signal_of(order));
	if (is_wanted(proxy, order)) {
		open_to(proxy, &set);
	} else if (sigtimedwait(&set, &rest, &no_time) > 0 && rest.si_pid != proxy->pid) {
		tell(proxy, &rest);
	}
}

static void obey(const struct proxy *proxy)
{
	uint64_t order = atomic_load(&proxy->orders->stop);

	obey_sigstop(proxy);
	if (!signal_of(order) || number_of(order) == atomic_load(&proxy->orders->obeyed))
		return;
	tell_continue(proxy);
	if (number_of(order) != atomic_load(&proxy->orders->obeyed))
		stop(proxy, order, is_ordered);
}

/* What the kernel has begun us without stays so. */
static void set_dumpable(const struct proxy *proxy, bool dumpable)
{
	if (proxy->dumpable)
		prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
}

/* --- The proxy ----------------------------------------------------------- */

/* Looks at a child. Returns whether it was the recorder and it has ended. */
static bool on_child(const struct proxy *proxy, int *status)
{
	siginfo_t info = {0};
	pid_t stranger;

	if (waitid(P_PID, (id_t)proxy->recorder, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) ==
			0 &&
		info.si_pid == proxy->recorder) {
		if (info.si_code != CLD_STOPPED)
			return waitpid(proxy->recorder, status, 0) == proxy->recorder;
		if (sigismember(&proxy->signals, info.si_status) == 1)
			stop(proxy, (uint64_t)info.si_status, recorder_is_stopped);
	}
	/* As process 1 of a pid namespace we get all orphans. */
	while ((stranger = waitpid(-1, status, WNOHANG)) > 0)
		if (stranger == proxy->recorder)
			return true;
	return false;
}

/* Returns the recorder's wait status. Signals of job control wait until the
 * recorder has left the process group: till then it stops by itself. So do those
 * to the log. */
static int attend(const struct proxy *proxy)
{
	sigset_t set, all = proxy->signals;
	siginfo_t info;
	size_t i;
	int status;

	sigaddset(&all, SIGCHLD);
	sigaddset(&all, POKE);
	set = all;
	for (i = 0; i < sizeof(job_control) / sizeof(job_control[0]); i++)
		sigdelset(&set, job_control[i]);
	for (i = 0; i < sizeof(to_log) / sizeof(to_log[0]); i++)
		sigdelset(&set, to_log[i]);
	for (;;) {
		if (sigwaitinfo(atomic_load(&proxy->orders->left) ? &all : &set, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD && info.si_signo != POKE)
			tell(proxy, &info);
		else if (info.si_signo == SIGCHLD && on_child(proxy, &status))
			return status;
		obey(proxy);
	}
}

/* Nothing but a fault or SIGKILL may end us before the recorder has. */
static int stand_in(struct proxy *proxy)
{
	static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};
	size_t i;
	int status;

	for (i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		signal(stops[i], SIG_DFL);
	rights_drop(claim_needs());
	stdfds_release();
	ready_drop();
	status = attend(proxy);
	set_dumpable(proxy, true); /* for leak checkers */
	return WIFSIGNALED(status) ? status_die_by(WTERMSIG(status)) : WEXITSTATUS(status);
}

/* --- The recorder -------------------------------------------------------- */

bool proxy_is_told(const struct proxy *proxy, const siginfo_t *info)
{
	return proxy->pid && info->si_code == SI_QUEUE && info->si_pid == proxy->pid;
}

/* What has come to us till now has come to the whole process group; but not what
 * the proxy has told of, which stays. One to the group came to us first
 * (procaudit_tracer_pass_signal). */
static void drop_signals_to_group(const struct proxy *proxy)
{
	sigset_t set = proxy->signals;
	siginfo_t info;

	while (sigtimedwait(&set, &info, &no_time) > 0) {
		sigdelset(&set, info.si_signo);
		if (proxy_is_told(proxy, &info))
			syscall(SYS_rt_sigqueueinfo, getpid(), info.si_signo, &info);
	}
}

void proxy_leave(const struct proxy *proxy)
{
	if (!proxy->pid)
		return;
	setsid();
	drop_signals_to_group(proxy);
	atomic_store(&proxy->orders->left, true);
	kill(proxy->pid, POKE);
}

/* SIGSTOP cannot be taken back by asking once more, but our SIGCONT comes later. */
void proxy_stop(const struct proxy *proxy, int signo)
{
	uint64_t number;

	if (!proxy->pid)
		return;
	number = number_of(atomic_load(&proxy->orders->stop)) + 1;
	atomic_store(&proxy->orders->stop, number << 8 | (unsigned)signo);
	kill(proxy->pid, signo == SIGSTOP ? SIGSTOP : POKE);
}

bool proxy_signal_is_stale(const struct proxy *proxy)
{
	return proxy->pid &&
	       atomic_load(&proxy->orders->seen) != number_of(atomic_load(&proxy->orders->stop));
}

bool proxy_goes_on_alone(const struct proxy *proxy)
{
	return proxy->pid && signal_of(atomic_load(&proxy->orders->stop)) &&
	       !proxy_signal_is_stale(proxy);
}

bool proxy_doubts(const struct proxy *proxy)
{
	uint64_t order;

	if (!proxy->pid)
		return false;
	order = atomic_load(&proxy->orders->stop);
	return signal_of(order) && number_of(order) == atomic_load(&proxy->orders->doubted);
}

/* The command must not go on before, since a signal that stops both would stop the
 * proxy first. Somebody may have stopped it for good, though. */
static void await_closed(const struct proxy *proxy)
{
	if (atomic_load(&proxy->orders->open))
		syscall(SYS_futex, &proxy->orders->open, FUTEX_WAIT, 1, &most, NULL, 0);
}

/* One that goes on already would lose what has come since. */
void proxy_continue(const struct proxy *proxy)
{
	bool goes_on = proxy_goes_on_alone(proxy) || proxy_doubts(proxy);

	if (!proxy->pid)
		return;
	atomic_fetch_and(&proxy->orders->stop, ~UINT64_C(0xff));
	if (!goes_on)
		kill(proxy->pid, SIGCONT);
	await_closed(proxy);
}

bool proxy_translate(const struct proxy *proxy, siginfo_t *info)
{
	uintptr_t value = (uintptr_t)info->si_value.sival_ptr;
	uintptr_t number;

	if (!proxy_is_told(proxy, info))
		return false;
	info->si_pid = (pid_t)(value >> 8 & 0x3fffff);
	info->si_code = (value & 0xff) == SI_KERNEL ? SI_KERNEL : (int8_t)(value & 0xff);
	number = (uintptr_t)number_of(atomic_load(&proxy->orders->stop));
	return value >> 30 == number << 30 >> 30;
}

/* --- Start --------------------------------------------------------------- */

/* Whether our child would be the init of a new pid namespace (unshare --pid
 * without --fork), which knows neither our pids nor, by /proc, its own. The
 * second file cannot be opened then (Linux kernel/pid_namespace.c,
 * pidns_for_children_get). */
static bool would_beget_init(void)
{
	struct stat ours, childrens;

	return stat("/proc/self/ns/pid", &ours) == 0 &&
	       (stat("/proc/self/ns/pid_for_children", &childrens) < 0 ||
		       ours.st_ino != childrens.st_ino);
}

/* All signals, in the kernel's own form, but those that end a faulty program,
 * by whomever they are sent. */
static uint64_t all_but_faults(void)
{
	static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
	uint64_t set = UINT64_MAX;
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		set &= ~(UINT64_C(1) << (faults[i] - 1));
	return set;
}

/* As fork(2). The recorder gets the signals as they are, and ends with us. Nobody
 * is to trace us from the moment that it has tracees. */
static pid_t fork_recorder(const struct proxy *proxy)
{
	struct sigaction chld_default = {.sa_handler = SIG_DFL}, chld;
	uint64_t all = all_but_faults(), mask;
	pid_t pid;

	/* libc's own function leaves out the signals that it uses itself. */
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(mask));
	sigaction(SIGCHLD, &chld_default, &chld);
	set_dumpable(proxy, false);
	pid = fork();
	if (pid > 0)
		return pid;
	set_dumpable(proxy, true);
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	sigaction(SIGCHLD, &chld, NULL);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return pid;
}

int proxy_run(const struct options *options, struct procaudit_seat *seat,
	int (*record)(const struct options *options, const struct proxy *proxy))
{
	struct proxy proxy = {.seat = seat};

	signals_to_tell(&proxy);
	if (!seat)
		heritage_note();
	if (seat || would_beget_init())
		return record(options, &proxy);
	proxy.orders = mmap(NULL, sizeof(*proxy.orders), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	proxy.pid = getpid();
	proxy.dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
	if (proxy.orders != MAP_FAILED)
		proxy.recorder = fork_recorder(&proxy);
	if (proxy.orders == MAP_FAILED || proxy.recorder < 0) {
		warn("cannot start tracing");
		return STATUS_FAILED;
	}
	if (proxy.recorder > 0)
		return stand_in(&proxy);
	/* Somebody may have killed the proxy already. */
	return getppid() == proxy.pid ? record(options, &proxy) : STATUS_FAILED;
}
