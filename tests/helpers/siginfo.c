/* SPDX-License-Identifier: ISC */
/*
 * Receives signals and prints what came with each of them. Process ids are
 * printed as "self", "child" or a number.
 *
 *	siginfo sent	all of 1 to 64 from a child, by kill, tgkill and sigqueue
 *	siginfo queued	QUEUED real-time signals with a value, queued while blocked
 *	siginfo timers	timer_create(2) and setitimer(2)
 *	siginfo faults	SIGSEGV, SIGBUS, SIGFPE, SIGILL, and a filter's SIGSYS
 *	siginfo traps	int3, and single steps by the trap flag
 *	siginfo io	F_SETSIG on a pipe
 *	siginfo child	ends, stops and continuations of a child
 *	siginfo deaths	how children end that send themselves each of 1 to 64
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUEUED 2000

/* As the kernel has them: libc keeps signals 32 and 33 for itself. */
struct kernel_sigaction {
	void (*handler)(int signo, siginfo_t *info, void *context);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long long mask;
};

static volatile sig_atomic_t got;
static siginfo_t last;
static siginfo_t all[QUEUED];
static pid_t child;
static sigjmp_buf back;
static volatile char *volatile nowhere = (char *)16;

static void take(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	last = *info;
	if (got < QUEUED)
		all[got] = *info;
	got++;
}

static void take_fault(int signo, siginfo_t *info, void *context)
{
	take(signo, info, context);
	siglongjmp(back, 1);
}

/* libc's own restorer, whatever it is here. */
static void catch (int signo, void (*handler)(int signo, siginfo_t *info, void *context))
{
	struct sigaction probe = {.sa_sigaction = take, .sa_flags = SA_SIGINFO};
	static struct kernel_sigaction action;

	if (!action.handler) {
		sigaction(SIGUSR1, &probe, NULL);
		if (syscall(SYS_rt_sigaction, SIGUSR1, NULL, &action, sizeof(action.mask)) < 0)
			err(1, "rt_sigaction");
		action.mask = UINT64_MAX;
	}
	action.handler = handler;
	if (syscall(SYS_rt_sigaction, signo, &action, NULL, sizeof(action.mask)) < 0)
		err(1, "rt_sigaction %d", signo);
}

static void mask(int how, unsigned long long set)
{
	if (syscall(SYS_rt_sigprocmask, how, &set, NULL, sizeof(set)) < 0)
		err(1, "rt_sigprocmask");
}

/* Waits for the next signal; all are blocked elsewhere. */
static void wait_signal(void)
{
	unsigned long long none = 0;
	int before = got;

	while (got == before)
		syscall(SYS_rt_sigsuspend, &none, sizeof(none));
}

static const char *name(pid_t pid)
{
	static char number[16];

	if (pid == getpid())
		return "self";
	if (pid == child)
		return "child";
	snprintf(number, sizeof(number), "%d", pid);
	return number;
}

static void print_sender(const siginfo_t *info)
{
	printf("%d code %d errno %d pid %s uid %u value %d\n", info->si_signo, info->si_code,
		info->si_errno, name(info->si_pid), info->si_uid, info->si_value.sival_int);
}

static bool is_sendable(int signo)
{
	return signo != SIGKILL && signo != SIGSTOP;
}

static void send_queued(pid_t pid, int signo, int value)
{
	siginfo_t info = {.si_signo = signo, .si_code = SI_QUEUE};

	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_int = value;
	if (syscall(SYS_rt_sigqueueinfo, pid, signo, &info) < 0)
		err(1, "rt_sigqueueinfo %d", signo);
}

static void send_one(pid_t pid, int signo, int way)
{
	if (way == 2)
		send_queued(pid, signo, 1000 + signo);
	else if (way == 1 && syscall(SYS_tgkill, pid, pid, signo) < 0)
		err(1, "tgkill %d", signo);
	else if (way == 0 && kill(pid, signo) < 0)
		err(1, "kill %d", signo);
}

/* One at a time: the child sends the next one when told to by a byte. */
static void sent(void)
{
	pid_t parent = getpid();
	int go[2], signo, way;

	if (pipe2(go, O_CLOEXEC) < 0)
		err(1, "pipe");
	for (signo = 1; signo <= 64; signo++)
		if (is_sendable(signo))
			catch (signo, take);
	child = fork();
	if (child < 0)
		err(1, "fork");
	for (way = 0; way < 3; way++) {
		for (signo = 1; signo <= 64; signo++) {
			char byte = 0;

			if (!is_sendable(signo))
				continue;
			if (child == 0 && read(go[0], &byte, 1) == 1) {
				send_one(parent, signo, way);
			} else if (child > 0 && write(go[1], &byte, 1) == 1) {
				wait_signal();
				print_sender(&last);
			}
		}
	}
	if (child == 0)
		_exit(read(go[0], &signo, 1) != 1);
	if (write(go[1], "", 1) != 1)
		err(1, "write");
	wait_signal(); /* SIGCHLD */
	waitpid(child, NULL, 0);
	printf("%d signals\n", got);
}

/* The kernel hands them out by number, and those of one number in order. */
static void queued(void)
{
	static const int signals[] = {64, 34, 50, 33, 35};
	pid_t parent = getpid();
	int i;

	for (i = 0; i < 5; i++)
		catch (signals[i], take);
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		for (i = 0; i < QUEUED; i++)
			send_queued(parent, signals[i % 5], i);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	while (got < QUEUED)
		wait_signal();
	for (i = 0; i < QUEUED; i++)
		print_sender(&all[i]);
}

static void timer(const char *what, int notify)
{
	struct sigevent event = {.sigev_notify = notify, .sigev_signo = SIGRTMIN};
	struct itimerspec soon = {.it_value = {0, 1}};
	timer_t id;

	event.sigev_value.sival_int = 77;
	event._sigev_un._tid = getpid();
	if (timer_create(CLOCK_MONOTONIC, &event, &id) < 0 || timer_settime(id, 0, &soon, NULL) < 0)
		err(1, "timer");
	wait_signal();
	printf("%s: %d code %d overrun %d value %d\n", what, last.si_signo, last.si_code,
		last.si_overrun, last.si_value.sival_int);
	timer_delete(id);
}

static void interval(int which)
{
	struct itimerval soon = {.it_value = {0, 1}};
	int before = got;

	if (setitimer((__itimer_which_t)which, &soon, NULL) < 0)
		err(1, "setitimer");
	mask(SIG_UNBLOCK, UINT64_MAX);
	while (got == before) /* two of them run only while we do */
		;
	mask(SIG_BLOCK, UINT64_MAX);
	printf("itimer %d: ", which);
	print_sender(&last);
}

static void timers(void)
{
	static const int signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
	int which;

	catch (SIGRTMIN, take);
	timer("process", SIGEV_SIGNAL);
	timer("thread", SIGEV_THREAD_ID);
	for (which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		catch (signals[which], take);
		interval(which);
	}
}

/* Prints the address relative to where. */
static void print_fault(const char *what, const void *where)
{
	printf("%s: %d code %d address %+td\n", what, last.si_signo, last.si_code,
		(char *)last.si_addr - (const char *)where);
}

static void fault_memory(void)
{
	char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *beyond;
	int fd = memfd_create("short", MFD_CLOEXEC);

	beyond = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (!sigsetjmp(back, 1))
		*nowhere = 1;
	print_fault("null", NULL);
	if (!sigsetjmp(back, 1))
		page[4097] = 1;
	print_fault("read-only", page);
	if (!sigsetjmp(back, 1))
		(void)*(volatile char *)(beyond + 3);
	print_fault("beyond the end", beyond);
}

static void filter_getppid(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP | 5),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		err(1, "seccomp");
}

static void faults(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	volatile int zero = 0;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		catch (signals[i], take_fault);
	mask(SIG_UNBLOCK, UINT64_MAX);
	fault_memory();
#ifdef __x86_64__
	if (!sigsetjmp(back, 1))
		printf("%d\n", 1 / zero);
	printf("division: %d code %d\n", last.si_signo, last.si_code);
#else
	(void)zero;
#endif
	if (!sigsetjmp(back, 1))
		__builtin_trap();
	printf("no instruction: %d code %d\n", last.si_signo, last.si_code);
	catch (SIGSYS, take);
	filter_getppid();
	syscall(SYS_getppid);
	printf("filter: %d code %d errno %d call %d arch %x\n", last.si_signo, last.si_code,
		last.si_errno, last.si_syscall == SYS_getppid, last.si_arch);
}

static void traps(void)
{
	catch (SIGTRAP, take);
	mask(SIG_UNBLOCK, UINT64_MAX);
#ifdef __x86_64__
	__asm__ volatile("int3");
	printf("int3: %d code %d\n", last.si_signo, last.si_code);
	/* Past the red zone; the trap flag until the second popfq has run. */
	__asm__ volatile("sub $128, %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"
			 "nop\n\tnop\n\tnop\n\tpushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq\n\t"
			 "add $128, %%rsp" ::
				 : "memory", "cc");
	printf("steps: %d code %d count %d\n", last.si_signo, last.si_code, got - 1);
#endif
}

static void io(void)
{
	int end[2];

	if (pipe2(end, O_CLOEXEC) < 0)
		err(1, "pipe");
	catch (SIGIO, take);
	catch (SIGRTMIN + 3, take);
	fcntl(end[0], F_SETOWN, getpid());
	fcntl(end[0], F_SETFL, O_ASYNC);
	if (write(end[1], "", 1) != 1)
		err(1, "write");
	wait_signal();
	printf("io: %d code %d\n", last.si_signo, last.si_code);
	fcntl(end[0], F_SETSIG, SIGRTMIN + 3);
	if (write(end[1], "", 1) != 1)
		err(1, "write");
	wait_signal();
	printf("io: %d code %d band %lx fd %d\n", last.si_signo, last.si_code, last.si_band,
		last.si_fd == end[0]);
}

static void print_child(void)
{
	printf("child: %d code %d pid %s uid %u status %d\n", last.si_signo, last.si_code,
		name(last.si_pid), last.si_uid, last.si_status);
}

static void await_child(int wanted)
{
	siginfo_t info;

	wait_signal();
	print_child();
	if (waitid(P_PID, (id_t)child, &info, wanted) < 0)
		err(1, "waitid");
	printf("wait: code %d status %d\n", info.si_code, info.si_status);
}

static void child_tells(void)
{
	int signo;

	catch (SIGCHLD, take);
	child = fork();
	if (child == 0) {
		while (clock() < CLOCKS_PER_SEC / 10)
			;
		_exit(77);
	}
	wait_signal();
	print_child();
	/* Counted by the ticks that found it running (do_notify_parent(), kernel/signal.c):
	   on a busy machine that may be far below what it used. */
	printf("cpu time: %d\n", last.si_utime + last.si_stime > 0);
	waitpid(child, NULL, 0);
	child = fork();
	if (child == 0) {
		mask(SIG_UNBLOCK, UINT64_MAX);
		for (;;)
			pause();
	}
	for (signo = SIGSTOP; signo <= SIGTSTP; signo++) {
		if (signo == SIGTSTP) /* orphaned groups have none */
			continue;
		kill(child, signo);
		await_child(WSTOPPED);
		kill(child, SIGCONT);
		await_child(WCONTINUED);
	}
	kill(child, SIGTERM);
	await_child(WEXITED);
}

/* Stops by themselves are left out: whether they work is up to the group. */
static void deaths(void)
{
	struct rlimit none = {0, 0};
	int signo, status;

	setrlimit(RLIMIT_CORE, &none);
	for (signo = 1; signo <= 64; signo++) {
		if (signo >= SIGSTOP && signo <= SIGTTOU)
			continue;
		child = fork();
		if (child == 0) {
			mask(SIG_UNBLOCK, UINT64_MAX);
			syscall(SYS_tgkill, getpid(), getpid(), signo);
			_exit(1);
		}
		waitpid(child, &status, 0);
		printf("%d %x\n", signo, (unsigned)status);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} modes[] = {{"sent", sent}, {"queued", queued}, {"timers", timers}, {"faults", faults},
		{"traps", traps}, {"io", io}, {"child", child_tells}, {"deaths", deaths}};
	size_t i;

	mask(SIG_BLOCK, UINT64_MAX);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (argc == 2 && strcmp(argv[1], modes[i].name) == 0) {
			modes[i].run();
			return 0;
		}
	}
	errx(1, "usage: siginfo sent|queued|timers|faults|traps|io|child|deaths");
}
