/* SPDX-License-Identifier: ISC */
/*
 * Does COUNT times what tracers get wrong, in an order that SEED chooses, and
 * prints what it has seen of it: the same each time, whoever watches. The
 * lines of daemons and sessions may come in any order.
 *
 *	hazards queued SEED COUNT	real-time signals with payload, taken by sigwaitinfo(2)
 *	hazards caught SEED COUNT	the same, by a handler that interrupts system calls
 *	hazards stops SEED COUNT	a child that is stopped and continued in every way
 *	hazards sessions SEED COUNT	session leaders that end before their session
 *	hazards daemons SEED COUNT	daemons that outlive all, each for a moment
 *	hazards spaces SEED COUNT	pid namespaces whose init ends before its children
 *	hazards endless SEED COUNT	forks, executes and makes threads in COUNT processes
 *					until somebody kills them all
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* So many different real-time signals. */
#define SIGNALS 5

extern char **environ;

static uint64_t seed;

/* splitmix64 */
static uint64_t random_below(uint64_t limit)
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % limit;
}

static pid_t fork_or_die(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	return pid;
}

static int status_of(pid_t pid, int flags)
{
	int status;
	pid_t waited;

	do
		waited = waitpid(pid, &status, flags);
	while (waited < 0 && errno == EINTR);
	if (waited < 0)
		err(1, "waitpid");
	return status;
}

static void run_true(void)
{
	char name[] = "true", *argv[] = {name, NULL};
	pid_t pid;

	errno = posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ);
	if (errno)
		err(1, "posix_spawn");
	if (status_of(pid, 0) != 0)
		errx(1, "true failed");
}

/* --- Signals with payload ------------------------------------------------ */

/* What came of each signal, in its order: within one signal it is kept. */
static struct {
	atomic_ulong count;
	uint32_t hash;
} got[SIGNALS];

static void take(const siginfo_t *info)
{
	int i = info->si_signo - SIGRTMIN;

	got[i].hash = got[i].hash * 31 + (uint32_t)info->si_value.sival_int;
	got[i].count++;
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	take(info);
}

static unsigned long all_got(void)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < SIGNALS; i++)
		sum += got[i].count;
	return sum;
}

static _Noreturn void send_signals(pid_t pid, unsigned long count)
{
	unsigned long i;

	for (i = 0; i < count; i++) {
		union sigval value = {.sival_int = (int)random_below(INT32_MAX)};
		int signo = SIGRTMIN + (int)random_below(SIGNALS);

		while (sigqueue(pid, signo, value) < 0)
			if (errno != EAGAIN) /* too many are pending */
				err(1, "sigqueue");
			else
				sched_yield();
	}
	_exit(0);
}

static void print_got(void)
{
	int i;

	for (i = 0; i < SIGNALS; i++)
		printf("signal %d: %lu, %08x\n", i, (unsigned long)got[i].count, got[i].hash);
}

static sigset_t payload_signals(void)
{
	sigset_t set;
	int i;

	sigemptyset(&set);
	for (i = 0; i < SIGNALS; i++)
		sigaddset(&set, SIGRTMIN + i);
	return set;
}

static void queued(unsigned long count)
{
	sigset_t set = payload_signals();
	pid_t parent = getpid(), pid;
	siginfo_t info;

	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = fork_or_die();
	if (pid == 0)
		send_signals(parent, count);
	while (all_got() < count)
		if (sigwaitinfo(&set, &info) > 0)
			take(&info);
	status_of(pid, 0);
	print_got();
}

static void caught(unsigned long count)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
	sigset_t set = payload_signals(), none;
	pid_t parent = getpid(), pid;
	int i;

	action.sa_mask = set;
	for (i = 0; i < SIGNALS; i++)
		sigaction(SIGRTMIN + i, &action, NULL);
	sigprocmask(SIG_BLOCK, &set, &none);
	pid = fork_or_die();
	if (pid == 0)
		send_signals(parent, count);
	while (all_got() < count)
		sigsuspend(&none);
	status_of(pid, 0);
	print_got();
}

/* --- Stops --------------------------------------------------------------- */

static _Noreturn void stop_again_and_again(unsigned long count)
{
	/* The signals of a terminal stop nobody whose group is orphaned. */
	setpgid(0, 0);
	while (count--)
		raise(random_below(2) ? SIGSTOP : SIGTSTP);
	_exit(5);
}

static void *wait_for_signals(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static _Noreturn void wait_to_be_stopped(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_for_signals, NULL) != 0)
		_exit(1);
	wait_for_signals(NULL);
	_exit(1);
}

static void print_stop(pid_t pid)
{
	int status = status_of(pid, WUNTRACED);

	if (WIFSTOPPED(status))
		printf("stopped by %d\n", WSTOPSIG(status));
	else
		printf("not stopped: 0x%x\n", (unsigned)status);
	kill(pid, SIGCONT);
}

static void stops(unsigned long count)
{
	static const int signals[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
	pid_t active, passive;
	unsigned long i;

	active = fork_or_die();
	if (active == 0)
		stop_again_and_again(count);
	passive = fork_or_die();
	if (passive == 0)
		wait_to_be_stopped();
	setpgid(passive, passive);
	for (i = 0; i < count; i++) {
		print_stop(active);
		kill(passive, signals[random_below(4)]);
		print_stop(passive);
		/* The active one may have stopped again before we can ask. */
		printf("continued: %d\n", WIFCONTINUED(status_of(passive, WCONTINUED)));
	}
	printf("end: %d\n", status_of(active, 0));
	kill(passive, SIGKILL);
	printf("end: %d\n", status_of(passive, 0));
}

/* --- Sessions and daemons ------------------------------------------------ */

/* Leaves a member behind, who tells when its leader has gone. */
static _Noreturn void lead_session(unsigned long number)
{
	pid_t leader;

	setsid();
	leader = getpid();
	if (fork_or_die() > 0)
		_exit((int)(number % 100));
	while (getppid() == leader)
		sched_yield();
	run_true();
	printf("member %lu: session kept: %d\n", number, getsid(0) == leader);
	fflush(stdout);
	kill(0, number % 2 ? SIGTERM : SIGHUP);
	_exit(1);
}

static void sessions(unsigned long count)
{
	unsigned long i;
	pid_t pid;

	for (i = 0; i < count; i++) {
		pid = fork_or_die();
		if (pid == 0)
			lead_session(i);
		printf("leader %lu: %d\n", i, status_of(pid, 0));
	}
}

static _Noreturn void be_daemon(unsigned long number, useconds_t moment)
{
	setsid();
	if (fork_or_die() > 0)
		_exit(0);
	usleep(moment);
	run_true();
	printf("daemon %lu\n", number);
	fflush(stdout);
	_exit(9);
}

static void daemons(unsigned long count)
{
	unsigned long i;
	pid_t pid;

	for (i = 0; i < count; i++) {
		useconds_t moment = (useconds_t)random_below(30000);

		pid = fork_or_die();
		if (pid == 0)
			be_daemon(i, moment);
		if (status_of(pid, 0) != 0)
			errx(1, "a daemon was not born");
	}
}

/* --- Namespaces ---------------------------------------------------------- */

static _Noreturn void be_init(int children)
{
	bool nested = random_below(3) == 0;
	pid_t pid;

	if (getpid() != 1)
		_exit(1);
	while (children--)
		if (fork_or_die() == 0)
			wait_for_signals(NULL);
	if (nested && unshare(CLONE_NEWPID) < 0)
		_exit(2);
	pid = fork_or_die();
	if (pid == 0 && nested && fork_or_die() == 0)
		wait_for_signals(NULL);
	if (pid == 0)
		_exit(3);
	_exit(WEXITSTATUS(status_of(pid, 0)) + nested);
}

static void spaces(unsigned long count)
{
	while (count--) {
		int children = (int)random_below(5);
		pid_t pid;

		seed += count;
		pid = fork_or_die();
		if (pid == 0) {
			if (unshare(CLONE_NEWPID) < 0)
				err(1, "unshare");
			pid = fork_or_die();
			if (pid == 0)
				be_init(children);
			_exit(WEXITSTATUS(status_of(pid, 0)));
		}
		printf("init: %d\n", status_of(pid, 0));
	}
}

/* --- Without end --------------------------------------------------------- */

static void *return_at_once(void *unused)
{
	return unused;
}

static _Noreturn void go_on(void)
{
	pthread_t thread;
	pid_t pid;

	for (;;) {
		switch (random_below(4)) {
		case 0:
			run_true();
			break;
		case 1:
			if (pthread_create(&thread, NULL, return_at_once, NULL) == 0)
				pthread_join(thread, NULL);
			break;
		default:
			pid = fork_or_die();
			if (pid == 0)
				_exit(0);
			status_of(pid, 0);
		}
	}
}

static void endless(unsigned long count)
{
	while (--count) {
		seed += count;
		if (fork_or_die() == 0)
			go_on();
	}
	go_on();
}

/* ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(unsigned long count);
} kinds[] = {
	{"queued", queued},
	{"caught", caught},
	{"stops", stops},
	{"sessions", sessions},
	{"daemons", daemons},
	{"spaces", spaces},
	{"endless", endless},
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 4)
		errx(1, "usage: hazards KIND SEED COUNT");
	seed = strtoull(argv[2], NULL, 10);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, argv[1]) == 0)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		errx(1, "no kind %s", argv[1]);
	kinds[i].run(strtoul(argv[3], NULL, 10));
	return 0;
}
