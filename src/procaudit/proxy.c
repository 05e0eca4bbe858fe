/* SPDX-License-Identifier: ISC */
#include "proxy.h"

#include "status.h"
#include "stdfds.h"

#include <bsd/err.h>
#include <errno.h>
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

static const struct timespec no_time;

/* --- The proxy ----------------------------------------------------------- */

/* Signals that end us are the command's business, but those that we were told to
 * ignore stay ignored; and all of job control is. */
static void signals_to_tell(sigset_t *set)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	struct sigaction action;
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(set, ending[i]);
	for (i = 0; i < sizeof(job_control) / sizeof(job_control[0]); i++)
		sigaddset(set, job_control[i]);
}

/* A signal's sender and code in what sigqueue(3) carries: 22 and 8 bits. */
static void tell(const struct proxy *proxy, const siginfo_t *info)
{
	union sigval value = {
		.sival_int = (int)((unsigned)info->si_pid << 8 | ((unsigned)info->si_code & 0xff))};

	if (info->si_signo == SIGCONT)
		atomic_store(&proxy->orders->continued, atomic_load(&proxy->orders->stops));
	sigqueue(proxy->recorder, info->si_signo, value);
}

static bool recorder_wants_stop(const struct proxy *proxy, int signo)
{
	return atomic_compare_exchange_strong(&proxy->orders->stop, &signo, 0);
}

/* Only before it has left the process group. */
static bool recorder_is_stopped(const struct proxy *proxy, int signo)
{
	int status;

	return waitpid(proxy->recorder, &status, WNOHANG | WUNTRACED) == proxy->recorder &&
	       WIFSTOPPED(status) && WSTOPSIG(status) == signo;
}

/*
 * Stops by a signal that a terminal may send, so that our parent sees the same
 * as without us. Whether that is still wanted is asked when it is pending: from
 * then on SIGCONT takes it back (Linux kernel/signal.c, prepare_signal). In an
 * orphaned process group it has no effect, as on the command.
 */
static void stop(
	const struct proxy *proxy, int signo, bool (*wanted)(const struct proxy *, int signo))
{
	sigset_t set;
	siginfo_t rest;

	sigemptyset(&set);
	sigaddset(&set, signo);
	raise(signo);
	if (wanted(proxy, signo)) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		sigprocmask(SIG_BLOCK, &set, NULL);
		/* Ordered while we were stopped, by the terminal perhaps. */
		atomic_store(&proxy->orders->stop, 0);
	}
	sigtimedwait(&set, &rest, &no_time);
}

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
			stop(proxy, info.si_status, recorder_is_stopped);
	}
	/* As process 1 of a pid namespace we get all orphans. */
	while ((stranger = waitpid(-1, status, WNOHANG)) > 0)
		if (stranger == proxy->recorder)
			return true;
	return false;
}

static void on_orders(const struct proxy *proxy)
{
	int signo = atomic_load(&proxy->orders->stop);

	if (signo)
		stop(proxy, signo, recorder_wants_stop);
}

/* Returns the recorder's wait status. Signals of job control wait until the
 * recorder has left the process group: till then it stops by itself. */
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
	for (;;) {
		if (sigwaitinfo(atomic_load(&proxy->orders->left) ? &all : &set, &info) < 0)
			continue;
		if (info.si_signo == SIGCHLD) {
			if (on_child(proxy, &status))
				return status;
		} else if (info.si_signo == POKE) {
			on_orders(proxy);
		} else if (info.si_pid != proxy->recorder) {
			tell(proxy, &info);
		}
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
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	stdfds_release();
	status = attend(proxy);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* for leak checkers */
	return WIFSIGNALED(status) ? status_die_by(WTERMSIG(status)) : WEXITSTATUS(status);
}

/* --- The recorder -------------------------------------------------------- */

static bool is_told(const struct proxy *proxy, const siginfo_t *info)
{
	return info->si_code == SI_QUEUE && info->si_pid == proxy->pid;
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
		if (is_told(proxy, &info))
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

/* SIGSTOP needs no order: it cannot be taken back, but our SIGCONT comes later. */
void proxy_stop(const struct proxy *proxy, int signo)
{
	if (!proxy->pid)
		return;
	atomic_fetch_add(&proxy->orders->stops, 1);
	if (signo != SIGSTOP)
		atomic_store(&proxy->orders->stop, signo);
	kill(proxy->pid, signo == SIGSTOP ? SIGSTOP : POKE);
}

void proxy_continue(const struct proxy *proxy)
{
	if (!proxy->pid)
		return;
	atomic_store(&proxy->orders->stop, 0);
	kill(proxy->pid, SIGCONT);
}

/* Whether the proxy is stopped by whatever has come after that SIGCONT. */
static bool is_stopped(pid_t pid)
{
	char path[32], line[100], state = '\0';
	const char *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fgets(line, sizeof(line), file)) {
		end = strrchr(line, ')');
		if (end && end[1])
			state = end[2];
	}
	fclose(file);
	return state == 'T';
}

bool proxy_continue_is_stale(const struct proxy *proxy, bool ordered)
{
	if (!proxy->pid)
		return false;
	if (ordered && atomic_load(&proxy->orders->continued) != atomic_load(&proxy->orders->stops))
		return true;
	return is_stopped(proxy->pid);
}

void proxy_translate(const struct proxy *proxy, siginfo_t *info)
{
	unsigned value = (unsigned)info->si_value.sival_int;

	if (!proxy->pid || !is_told(proxy, info))
		return;
	info->si_pid = (pid_t)(value >> 8);
	info->si_code = (value & 0xff) == SI_KERNEL ? SI_KERNEL : (int8_t)(value & 0xff);
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

/* As fork(2). The recorder gets the signals as they are, and ends with us. */
static pid_t fork_recorder(void)
{
	struct sigaction chld_default = {.sa_handler = SIG_DFL}, chld;
	uint64_t all = all_but_faults(), mask;
	pid_t pid;

	/* libc's own function leaves out the signals that it uses itself. */
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(mask));
	sigaction(SIGCHLD, &chld_default, &chld);
	pid = fork();
	if (pid > 0)
		return pid;
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	sigaction(SIGCHLD, &chld, NULL);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return pid;
}

int proxy_run(const struct options *options,
	int (*record)(const struct options *options, const struct proxy *proxy))
{
	struct proxy proxy = {0};

	signals_to_tell(&proxy.signals);
	if (would_beget_init())
		return record(options, &proxy);
	proxy.orders = mmap(NULL, sizeof(*proxy.orders), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	proxy.pid = getpid();
	if (proxy.orders != MAP_FAILED)
		proxy.recorder = fork_recorder();
	if (proxy.orders == MAP_FAILED || proxy.recorder < 0) {
		warn("cannot start tracing");
		return STATUS_FAILED;
	}
	if (proxy.recorder > 0)
		return stand_in(&proxy);
	/* Somebody may have killed the proxy already. */
	return getppid() == proxy.pid ? record(options, &proxy) : STATUS_FAILED;
}
