/* SPDX-License-Identifier: ISC */
/*
 * Shows what a signal does to each system call that waits.
 *
 *	interrupts SITUATION [CALL...]
 *
 * A process waits in the call; once it is seen to sleep there, the situation
 * happens to it; once that is over, the call gets what it waits for. Prints how
 * each call ended, which depends on the kernel alone and not on time.
 */
#include "calls.h"
#include "channels.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- What is seen of the process that waits ------------------------------ */

struct look {
	char state;
	bool traced;
	unsigned long long pending, sleeps;
};

static struct look look_at(pid_t tid)
{
	struct look look = {0};
	unsigned long long number;
	char name[64], line[256];
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/status", tid);
	file = fopen(name, "re");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "State: %c", &look.state);
		if (sscanf(line, "TracerPid: %llu", &number) == 1)
			look.traced = number != 0;
		if (sscanf(line, "SigPnd: %llx", &number) == 1 ||
			sscanf(line, "ShdPnd: %llx", &number) == 1)
			look.pending |= number;
		sscanf(line, "voluntary_ctxt_switches: %llu", &look.sleeps);
	}
	if (file)
		fclose(file);
	return look;
}

static void take_breath(void)
{
	struct timespec moment = {0, 200000};

	nanosleep(&moment, NULL);
}

/* Waits until the call sleeps; how often it has slept so far. */
static unsigned long long await_sleep(void)
{
	struct look look = {0};

	while (!shared->ended && (shared->tid == 0 || look.state != 'S')) {
		take_breath();
		if (shared->tid)
			look = look_at(shared->tid);
	}
	return look.sleeps;
}

/* Waits until what was sent has arrived, and the call sleeps again or has ended.
 * Under a tracer that is a sleep for the stop and another one. */
static void await_arrival(unsigned long long sleeps)
{
	struct look look;

	do {
		take_breath();
		look = look_at(shared->tid);
	} while (!shared->ended &&
		 (look.state != 'S' || look.pending || (look.traced && look.sleeps < sleeps + 2)));
}

/* --- Situations ---------------------------------------------------------- */

static pid_t waiting;

static void signal_waiting(int signo)
{
	unsigned long long sleeps = await_sleep();

	check(kill(waiting, signo), "kill");
	await_arrival(sleeps);
}

static void end_child(void)
{
	unsigned long long sleeps = await_sleep();

	close(children[1]);
	await_arrival(sleeps);
}

static void send_winch(void)
{
	signal_waiting(SIGWINCH);
}

static void send_urg(void)
{
	signal_waiting(SIGURG);
}

static void send_cont(void)
{
	signal_waiting(SIGCONT);
}

static void send_usr1(void)
{
	signal_waiting(SIGUSR1);
}

static void send_usr1_to_thread(void)
{
	unsigned long long sleeps = await_sleep();

	check(tgkill(waiting, shared->tid, SIGUSR1), "tgkill");
	await_arrival(sleeps);
}

static void send_tstp(void)
{
	signal_waiting(SIGTSTP);
}

static void send_realtime(void)
{
	signal_waiting(SIGRTMIN);
}

static void send_many(void)
{
	int i;

	for (i = 0; i < 5; i++) {
		signal_waiting(SIGWINCH);
		signal_waiting(SIGUSR1);
		signal_waiting(SIGCONT);
	}
	end_child();
}

/* The second one is caught. */
static void send_two(void)
{
	unsigned long long sleeps = await_sleep();

	check(kill(waiting, SIGUSR1), "kill");
	check(kill(waiting, SIGTERM), "kill");
	await_arrival(sleeps);
}

/* Stops the process, sends it signals that it ignores, and continues it. */
static void stop(int before)
{
	unsigned long long sleeps = await_sleep();
	int status;

	if (before)
		check(kill(waiting, before), "kill");
	check(kill(waiting, SIGSTOP), "kill");
	check(waitpid(waiting, &status, WUNTRACED), "waitpid");
	if (!WIFSTOPPED(status))
		errx(1, "not stopped: %x", (unsigned)status);
	check(kill(waiting, SIGURG), "kill");
	check(kill(waiting, SIGWINCH), "kill");
	check(kill(waiting, SIGCONT), "kill");
	await_arrival(sleeps);
}

static void stop_and_continue(void)
{
	stop(0);
}

static void ignored_then_stop(void)
{
	stop(SIGUSR1);
}

/* Says on descriptor 3 that the call sleeps, and waits until nobody traces it. */
static void be_let_go(void)
{
	struct look look;

	await_sleep();
	check(write(3, "\n", 1), "descriptor 3");
	do {
		take_breath();
		look = look_at(shared->tid);
	} while (!shared->ended && (look.traced || look.state != 'S'));
}

static void ignore_usr1(void)
{
	signal(SIGUSR1, SIG_IGN);
}

/* What is caught ends every call: none may end by its time before that. */
static void catch_signal(int signo, int flags)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

	sigaction(signo, &action, NULL);
	shared->nap = hour;
}

static void catch_usr1(void)
{
	catch_signal(SIGUSR1, 0);
}

static void catch_usr1_and_restart(void)
{
	catch_signal(SIGUSR1, SA_RESTART);
}

static void ignore_usr1_catch_term(void)
{
	signal(SIGUSR1, SIG_IGN);
	catch_signal(SIGTERM, 0);
}

static void ignore_tstp(void)
{
	signal(SIGTSTP, SIG_IGN);
}

static void ignore_realtime(void)
{
	signal(SIGRTMIN, SIG_IGN);
}

enum waiter { FIRST_THREAD, OTHER_THREAD, ONLY_THREAD /* that takes signals */ };

static const struct situation {
	const char *name;
	void (*prepare)(void); /* by the process that waits; or NULL */
	void (*happen)(void);
	enum waiter waiter;
} situations[] = {
	{"nothing", NULL, NULL, FIRST_THREAD},
	{"child", NULL, end_child, FIRST_THREAD},
	{"winch", NULL, send_winch, FIRST_THREAD},
	{"urg", NULL, send_urg, FIRST_THREAD},
	{"cont", NULL, send_cont, FIRST_THREAD},
	{"ignored", ignore_usr1, send_usr1, FIRST_THREAD},
	{"ignored-stop", ignore_tstp, send_tstp, FIRST_THREAD},
	{"ignored-realtime", ignore_realtime, send_realtime, FIRST_THREAD},
	{"many", ignore_usr1, send_many, FIRST_THREAD},
	{"caught", catch_usr1, send_usr1, FIRST_THREAD},
	{"restarted", catch_usr1_and_restart, send_usr1, FIRST_THREAD},
	{"behind", ignore_usr1_catch_term, send_two, FIRST_THREAD},
	{"stop", NULL, stop_and_continue, FIRST_THREAD},
	{"before-stop", ignore_usr1, ignored_then_stop, FIRST_THREAD},
	{"let-go", NULL, be_let_go, FIRST_THREAD},
	{"thread", ignore_usr1, send_usr1_to_thread, OTHER_THREAD},
	{"thread-cont", NULL, send_cont, OTHER_THREAD},
	{"only-thread", ignore_usr1, send_usr1, ONLY_THREAD},
};

/* --- The two processes --------------------------------------------------- */

static void *wait_in(void *data)
{
	const struct call *const *call = data;

	shared->tid = gettid();
	errno = 0;
	shared->result = (*call)->wait();
	shared->error = errno;
	shared->ended = true;
	return NULL;
}

/* blocked: the first thread has blocked the signals before anybody can send one,
 * the other has not. */
static void wait_in_thread(const struct call *call, bool blocked)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	if (blocked)
		pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_attr_init(&attributes);
	pthread_attr_setsigmask_np(&attributes, &before);
	if (pthread_create(&thread, &attributes, wait_in, &call))
		errx(1, "pthread_create");
	pthread_join(thread, NULL);
}

static void be_waiting(const struct call *call, const struct situation *situation)
{
	char nothing;

	close(children[1]);
	if (fork() == 0) {
		check(read(children[0], &nothing, 1), "read");
		_exit(0);
	}
	if (situation->prepare)
		situation->prepare();
	if (call->begin)
		call->begin();
	if (situation->waiter != FIRST_THREAD)
		wait_in_thread(call, situation->waiter == ONLY_THREAD);
	else
		wait_in(&call);
	if (awaited > 0)
		kill(awaited, SIGKILL);
	while (wait(NULL) > 0)
		;
	_exit(0);
}

static void run(const struct call *call, const struct situation *situation)
{
	int first = fcntl(0, F_DUPFD, 0), last;

	close(first);
	memset(shared, 0, sizeof(*shared));
	shared->nap = (struct timespec){0, 100000000};
	fd[0] = fd[1] = -1;
	check(pipe(children), "pipe");
	call->open();
	waiting = (pid_t)check(fork(), "fork");
	if (waiting == 0)
		be_waiting(call, situation);
	await_sleep();
	if (situation->happen)
		situation->happen();
	if (!shared->ended)
		call->satisfy();
	close(children[1]);
	check(waitpid(waiting, NULL, 0), "waitpid");
	if (call->close)
		call->close();
	if (shared->result < 0)
		printf("%s: %s: %s\n", situation->name, call->name, strerrorname_np(shared->error));
	else
		printf("%s: %s: %ld\n", situation->name, call->name, shared->result);
	fflush(stdout);
	last = fcntl(0, F_DUPFD, first);
	close_range((unsigned)first, (unsigned)last + 16, 0);
}

static bool is_named(const char *name, char *const *names)
{
	if (!*names)
		return true;
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

static void run_named(
	const struct call *call, char *const *names, const struct situation *situation)
{
	for (; call->name; call++)
		if (is_named(call->name, names))
			run(call, situation);
}

int main(int argc, char *argv[])
{
	const struct situation *situation = NULL;
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(situations) / sizeof(*situations); i++)
		if (strcmp(situations[i].name, argv[1]) == 0)
			situation = &situations[i];
	if (!situation)
		errx(2, "usage: interrupts SITUATION [CALL...]");
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	sigprocmask(SIG_BLOCK, &usr2, NULL);
	run_named(calls_failing, argv + 2, situation);
	run_named(calls_restarted, argv + 2, situation);
	return 0;
}
