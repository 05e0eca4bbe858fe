/* SPDX-License-Identifier: ISC */
#include "calls.h"

#include "collect.h"
#include "explore.h"
#include "mem.h"
#include "privilege.h"
#include "proc.h"
#include "seccomp.h"
#include "spawn.h"

#include <errno.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of AUDIT_ARCH_X86_64, whatever we are. */
#define EXECVE 59

#define NS_PER_SEC INT64_C(1000000000)

const char *wrong;
bool given_up, letting_go;

void is_wrong(const char *why)
{
	say("WRONG: %s", why);
	if (!wrong)
		wrong = why;
	given_up = true;
}

static struct ktask *find_traced(pid_t tid)
{
	struct ktask *task = find_task(tid);

	return task && is_traced(task) ? task : NULL;
}

bool has_unanswered(void)
{
	unsigned i;

	for (i = 0; i < kernel.count; i++)
		if (kernel.tasks[i].state == STOPPED && kernel.tasks[i].seen)
			return true;
	return false;
}

/* A run that was given up makes no choices any more. */
static void race(void)
{
	if (!given_up)
		let_race();
}

static int fail(int error)
{
	errno = error;
	return -1;
}

/* The names are the linker's: --wrap in ld(1).
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
pid_t __wrap_wait4(pid_t tid, int *status, int options, struct rusage *rusage);
long __wrap_ptrace(enum __ptrace_request request, ...);
int __wrap_kill(pid_t pid, int signo);
long __wrap_syscall(long number, ...);
int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *limit);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts);
int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_sigaction(int signo, const struct sigaction *action, struct sigaction *old);
int __wrap_prctl(int option, ...);
bool __wrap_proc_is_ours(void);
int __wrap_proc_status(pid_t id, struct proc_status *status);
bool __wrap_proc_exists(pid_t id);
pid_t __wrap_proc_ppid(pid_t pid);
bool __wrap_proc_traces_any(pid_t pid);
bool __wrap_privilege_is_taken(void);
void __wrap_collect_stopped(
	struct collector *collector, pid_t pid, bool has_proc, struct procaudit_exec *exec);
void __wrap_collect_parse(struct collector *collector, struct procaudit_exec *exec);
void __wrap_collect_cwd(struct collector *collector, pid_t pid, struct procaudit_exec *exec);
int __wrap_mem_view_copy(struct mem_view *view, uint64_t address, void *data, size_t size);
int __wrap_mem_view_string(struct mem_view *view, uint64_t address, size_t max, struct buf *out);
int __wrap_spawn_fork(
	struct spawn *spawn, const struct spawn_options *options, const sigset_t *block);
int __wrap_spawn_seize(struct spawn *spawn, unsigned long options);
int __wrap_spawn_release(struct spawn *spawn);

/* --- Waiting ------------------------------------------------------------- */

static bool is_asked_for(const struct ktask *task, idtype_t type, id_t id)
{
	return is_traced(task) && (type == P_ALL || (id_t)task->tid == id);
}

/* Those that have something to report; whether there is anybody in *any. */
static unsigned list_reportable(
	idtype_t type, id_t id, int options, struct ktask **tasks, bool *any)
{
	unsigned i, count = 0;

	*any = false;
	for (i = 0; i < kernel.count; i++) {
		struct ktask *task = &kernel.tasks[i];

		if (!is_asked_for(task, type, id))
			continue;
		*any = true;
		if (is_reportable(task) && (task->state == STOPPED || options & WEXITED))
			tasks[count++] = task;
	}
	return count;
}

/* Of one thread it has succeeded, the others are no more. */
static void forget_calls(pid_t tgid)
{
	unsigned i;

	for (i = 0; i < kernel.count; i++)
		if (kernel.tasks[i].tgid == tgid)
			kernel.tasks[i].asks = false;
}

static void meet_fork(const struct ktask *child)
{
	if (child->state == GONE || child->state == CORPSE)
		kernel_met |= 1U << END_FIRST;
	else
		kernel_met |= 1U << (child->seen ? STOP_FIRST : EVENT_FIRST);
}

static bool is_fork(int stop)
{
	return stop >> 8 == PTRACE_EVENT_FORK || stop >> 8 == PTRACE_EVENT_VFORK ||
	       stop >> 8 == PTRACE_EVENT_CLONE;
}

static void report(struct ktask *task, siginfo_t *info, int options)
{
	info->si_pid = task->tid;
	info->si_code = task->state == STOPPED ? CLD_TRAPPED : CLD_EXITED;
	info->si_status = task->state == STOPPED ? task->stop : 0;
	if (task->state != STOPPED)
		return;
	task->seen = true;
	if (options & WNOWAIT)
		return;
	if (!(task->stop >> 8) &&
		task->stop != SYSCALL_STOP) /* and would be lost if the tracer were killed now */
		is_wrong("it takes the stop of a signal on its way");
	task->taken = true;
	if (is_fork(task->stop))
		meet_fork(&kernel.tasks[task->message - FIRST_TID]);
	task->fails += task->stop == SYSCALL_STOP;
	if (task->stop >> 8 == PTRACE_EVENT_EXEC)
		forget_calls(task->tgid);
	task->execs += task->stop >> 8 == PTRACE_EVENT_EXEC;
	say("tracer takes the stop 0x%x of %d", (unsigned)task->stop, task->tid);
}

static void sleep_on(void)
{
	struct ktask *tasks[MOST_TASKS];
	bool any;

	if (has_unanswered())
		is_wrong("it sleeps and has not answered a stop");
	say("tracer sleeps");
	while (list_reportable(P_ALL, 0, WEXITED, tasks, &any) == 0 && any && !given_up)
		if (!is_new(1))
			given_up = true;
		else if (let_pass(false, false) == PASS_NEVER)
			is_wrong("it sleeps for ever");
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	struct ktask *tasks[MOST_TASKS];
	unsigned count;
	bool any;

	if (type == P_PID) {
		race();
	} else if (!(options & WNOHANG)) {
		sleep_on();
		return 0;
	} else {
		given_up = given_up || !let_happen();
	}
	count = list_reportable(type, id, options, tasks, &any);
	if (!any || given_up)
		return fail(ECHILD);
	info->si_pid = 0;
	if (count)
		report(tasks[choose(count)], info, options);
	return 0;
}

int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *limit)
{
	struct ktask *tasks[MOST_TASKS];
	enum pass pass = PASS_MOVED;
	bool any;

	(void)set;
	if (limit && limit->tv_sec == 0 && limit->tv_nsec == 0)
		return fail(EAGAIN);
	if (has_unanswered())
		is_wrong("it sleeps and has not answered a stop");
	say("tracer sleeps for a time");
	while (list_reportable(P_ALL, 0, WEXITED, tasks, &any) == 0 && pass == PASS_MOVED &&
		!given_up)
		pass = is_new(2) ? let_pass(limit != NULL, limit && limit->tv_sec > 0) : PASS_KNOWN;
	if (pass == PASS_NEVER)
		is_wrong("it sleeps for ever");
	given_up |= pass == PASS_KNOWN;
	if (pass != PASS_TIMEOUT) {
		info->si_signo = SIGCHLD;
		info->si_code = CLD_TRAPPED;
		info->si_pid = FIRST_TID;
		return SIGCHLD;
	}
	kernel_now += limit->tv_sec * NS_PER_SEC + limit->tv_nsec;
	say("it is later");
	return fail(EAGAIN);
}

pid_t __wrap_wait4(pid_t tid, int *status, int options, struct rusage *rusage)
{
	struct ktask *task = find_traced(tid);

	(void)options;
	if (rusage)
		memset(rusage, 0, sizeof(*rusage));
	if (!task)
		return fail(ECHILD);
	if (task->state != ZOMBIE || !is_reportable(task)) {
		is_wrong("it waits for the end of a task that has not ended");
		return fail(ECHILD);
	}
	say("tracer waits for the end of %d", tid);
	if (status)
		*status = task->status;
	bury(task);
	return tid;
}

/* --- ptrace -------------------------------------------------------------- */

/* Until the stop is taken (kernel/ptrace.c). */
static bool looks_like_a_spurious_pid(const struct ktask *task)
{
	return task->stop >> 8 == PTRACE_EVENT_EXEC && !task->taken &&
	       (pid_t)task->message != task->tid;
}

/* What a stop demands: architecture.md, stop.h. */
static void check_answer(const struct ktask *task, enum __ptrace_request request, int signo)
{
	int event = task->stop >> 8,
	    expected = event || task->stop == SYSCALL_STOP ? 0 : task->stop;
	enum __ptrace_request answer = PTRACE_CONT;

	if (event == PTRACE_EVENT_STOP && (task->stop & 0xff) != SIGTRAP)
		answer = PTRACE_LISTEN;
	if (event == PTRACE_EVENT_SECCOMP)
		answer = PTRACE_SYSCALL;
	if (letting_go)
		answer = PTRACE_DETACH;
	if (request != answer)
		is_wrong("it answers a stop in another way than that stop demands");
	if (signo != expected)
		is_wrong("it restarts a task with another signal than the one on its way");
}

static long answer(pid_t tid, enum __ptrace_request request, int signo)
{
	struct ktask *task = find_traced(tid);

	if (!task || task->state == DYING || task->state == ZOMBIE)
		return fail(ESRCH);
	if (task->state != STOPPED) {
		is_wrong("it restarts a task that is not stopped");
		return fail(ESRCH);
	}
	if (looks_like_a_spurious_pid(task))
		return fail(ESRCH);
	if (!task->seen)
		is_wrong("it restarts a task at a stop that it has not seen");
	say("tracer answers the stop 0x%x of %d by %s, signal %d", (unsigned)task->stop, tid,
		request == PTRACE_CONT	    ? "CONT"
		: request == PTRACE_LISTEN  ? "LISTEN"
		: request == PTRACE_SYSCALL ? "SYSCALL"
					    : "DETACH",
		signo);
	check_answer(task, request, signo);
	if (signo == SIGSTOP)
		begin_group_stop(task->tgid);
	if (request == PTRACE_SYSCALL)
		call(task);
	else if (request == PTRACE_LISTEN)
		listen_on(task);
	else if (request == PTRACE_DETACH)
		task->state = OUTSIDE;
	else
		go_on(task);
	return 0;
}

static long get_siginfo(const struct ktask *task, siginfo_t *info)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = task->stop & 0xff;
	info->si_pid = task->tid;
	if (task->stop >> 8)
		return 0;
	info->si_code = SI_USER;
	info->si_pid = INIT;
	if (task->stop == SIGCHLD) {
		info->si_code = CLD_EXITED;
		info->si_pid = task->sender;
	}
	return 0;
}

/* execve with NULL for everything, which cannot be read; and it finds no file. */
static long get_syscall_info(struct ktask *task, struct __ptrace_syscall_info *info)
{
	*info = (struct __ptrace_syscall_info){.arch = AUDIT_ARCH_X86_64};
	if (task->stop >> 8 == PTRACE_EVENT_SECCOMP) {
		task->asks = true;
		info->op = PTRACE_SYSCALL_INFO_SECCOMP;
		info->seccomp.nr = EXECVE;
		info->seccomp.ret_data = SECCOMP_TRACE_EXEC;
	} else if (task->stop == SYSCALL_STOP) {
		info->op = PTRACE_SYSCALL_INFO_EXIT;
		info->exit.rval = -ENOENT;
		info->exit.is_error = 1;
	}
	return sizeof(*info);
}

static long look_at(pid_t tid, enum __ptrace_request request, void *data)
{
	struct ktask *task;

	if (request == PTRACE_GETSIGINFO || request == PTRACE_GETEVENTMSG ||
		request == PTRACE_GET_SYSCALL_INFO)
		race();
	task = find_traced(tid);
	if (!task || task->state != STOPPED || looks_like_a_spurious_pid(task))
		return fail(ESRCH);
	if (request == PTRACE_GETSIGINFO)
		return get_siginfo(task, data);
	if (request == PTRACE_GET_SYSCALL_INFO)
		return get_syscall_info(task, data);
	if (request == PTRACE_GETEVENTMSG)
		*(unsigned long *)data = task->message;
	return 0;
}

long __wrap_ptrace(enum __ptrace_request request, ...)
{
	struct ktask *task;
	va_list arguments;
	pid_t tid;
	void *data;

	va_start(arguments, request);
	tid = va_arg(arguments, pid_t);
	va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);
	if (given_up)
		return fail(ESRCH);
	if (request == PTRACE_CONT || request == PTRACE_LISTEN || request == PTRACE_SYSCALL ||
		request == PTRACE_DETACH) {
		race();
		return answer(tid, request, (int)(intptr_t)data);
	}
	if (request != PTRACE_INTERRUPT)
		return look_at(tid, request, data);
	race();
	task = find_traced(tid);
	if (!task || task->state == ZOMBIE || task->state == DYING)
		return fail(ESRCH);
	interrupt(task);
	return 0;
}

/* --- Other calls --------------------------------------------------------- */

int __wrap_kill(pid_t pid, int signo)
{
	race();
	if (!task_exists(pid))
		return fail(ESRCH);
	if (signo == SIGKILL)
		kill_process(find_task(pid)->tgid);
	return 0;
}

long __wrap_syscall(long number, ...)
{
	va_list arguments;
	pid_t tgid, tid;

	if (number != SYS_tgkill)
		return fail(ENOSYS);
	va_start(arguments, number);
	tgid = va_arg(arguments, pid_t);
	tid = va_arg(arguments, pid_t);
	va_end(arguments);
	race();
	return task_exists(tid) && find_task(tid)->tgid == tgid ? 0 : fail(ESRCH);
}

int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	if (id < 0) /* a process's */
		return fail(EINVAL);
	*ts = (struct timespec){kernel_now / NS_PER_SEC, kernel_now % NS_PER_SEC};
	return 0;
}

int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	(void)how;
	(void)set;
	if (old)
		sigemptyset(old);
	return 0;
}

int __wrap_sigaction(int signo, const struct sigaction *action, struct sigaction *old)
{
	(void)signo;
	(void)action;
	if (old)
		memset(old, 0, sizeof(*old));
	return 0;
}

int __wrap_prctl(int option, ...)
{
	(void)option;
	return 0;
}

/* --- /proc --------------------------------------------------------------- */

bool __wrap_proc_is_ours(void)
{
	return true;
}

int __wrap_proc_status(pid_t id, struct proc_status *status)
{
	const struct ktask *task;

	race();
	task = find_task(id);
	if (!task || !task_exists(id))
		return -ENOENT;
	*status = (struct proc_status){
		.state = 'S',
		.tgid = task->tgid,
		.ppid = parent_of(task),
		.tracer = is_traced(task) ? getpid() : 0,
		.ns_pid = task->tid,
	};
	if (kernel.tasks[task->tgid - FIRST_TID].continued)
		status->pending = UINT64_C(1) << (SIGCONT - 1);
	if (task->state == STOPPED || task->state == LISTENING)
		status->state = 't';
	else if (task->state == ZOMBIE || task->state == CORPSE)
		status->state = 'Z';
	return 0;
}

bool __wrap_proc_exists(pid_t id)
{
	race();
	return task_exists(id);
}

pid_t __wrap_proc_ppid(pid_t pid)
{
	race();
	return task_exists(pid) ? parent_of(find_task(pid)) : 0;
}

bool __wrap_proc_traces_any(pid_t pid)
{
	unsigned i;

	(void)pid;
	for (i = 0; i < kernel.count && !given_up; i++)
		if (is_traced(&kernel.tasks[i]))
			return true;
	return false;
}

/* --- What is of no account here ------------------------------------------ */

bool __wrap_privilege_is_taken(void)
{
	return false;
}

void __wrap_collect_stopped(
	struct collector *collector, pid_t pid, bool has_proc, struct procaudit_exec *exec)
{
	(void)collector;
	(void)pid;
	(void)has_proc;
	(void)exec;
}

void __wrap_collect_cwd(struct collector *collector, pid_t pid, struct procaudit_exec *exec)
{
	(void)collector;
	(void)pid;
	(void)exec;
}

int __wrap_mem_view_copy(struct mem_view *view, uint64_t address, void *data, size_t size)
{
	(void)view;
	(void)address;
	(void)data;
	(void)size;
	return -EFAULT;
}

int __wrap_mem_view_string(struct mem_view *view, uint64_t address, size_t max, struct buf *out)
{
	(void)view;
	(void)address;
	(void)max;
	(void)out;
	return -EFAULT;
}

void __wrap_collect_parse(struct collector *collector, struct procaudit_exec *exec)
{
	(void)collector;
	(void)exec;
}

int __wrap_spawn_fork(
	struct spawn *spawn, const struct spawn_options *options, const sigset_t *block)
{
	(void)options;
	(void)block;
	spawn->pid = FIRST_TID;
	spawn->is_child = true;
	return 0;
}

int __wrap_spawn_seize(struct spawn *spawn, unsigned long options)
{
	(void)spawn;
	(void)options;
	return 0;
}

int __wrap_spawn_release(struct spawn *spawn)
{
	(void)spawn;
	return 0;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
