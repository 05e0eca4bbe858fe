/* SPDX-License-Identifier: ISC */
/*
 * Shows that a system call with a timeout ends by it, while another process sends
 * signals that are ignored, faster than the timeout.
 *
 *	timeouts	prints for each call how it ended
 *	timeouts loop	a loop around one call that mostly ends by an event: prints
 *			whether a call has ended before its time
 */
#include <err.h>
#include <errno.h>
#include <linux/aio_abi.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS  1000000L
#define NS_PER_SEC INT64_C(1000000000)

/* Of the calls; the signals come five times as often. */
#define TIMEOUT_MS 200

#define ROUNDS 50

#define SIGSET_SIZE 8 /* of the kernel's */

static struct timespec timeout = {0, TIMEOUT_MS *NS_PER_MS};
static int queue, ends[2];

static void pause_sending(void)
{
	struct timespec time = {0, TIMEOUT_MS * NS_PER_MS / 10};

	nanosleep(&time, NULL);
}

static long call_epoll_wait(void)
{
	struct epoll_event event;

	return syscall(SYS_epoll_wait, queue, &event, 1, TIMEOUT_MS);
}

static long call_epoll_pwait(void)
{
	struct epoll_event event;

	return syscall(SYS_epoll_pwait, queue, &event, 1, TIMEOUT_MS, NULL, SIGSET_SIZE);
}

static long call_epoll_pwait2(void)
{
	struct epoll_event event;

	return syscall(SYS_epoll_pwait2, queue, &event, 1, &timeout, NULL, SIGSET_SIZE);
}

static long call_sigtimedwait(void)
{
	uint64_t set = UINT64_C(1) << (SIGUSR2 - 1);

	return syscall(SYS_rt_sigtimedwait, &set, NULL, &timeout, SIGSET_SIZE);
}

static long call_semtimedop(void)
{
	struct sembuf down = {0, -1, 0};
	int semaphore = semget(IPC_PRIVATE, 1, 0600), error;
	long result;

	if (semaphore < 0)
		err(1, "semget");
	result = syscall(SYS_semtimedop, semaphore, &down, 1, &timeout);
	error = errno;
	semctl(semaphore, 0, IPC_RMID);
	errno = error;
	return result;
}

static long call_io_getevents(void)
{
	aio_context_t context = 0;
	struct io_event event;

	if (syscall(SYS_io_setup, 1, &context) < 0)
		err(1, "io_setup");
	return syscall(SYS_io_getevents, context, 1, 1, &event, &timeout);
}

static const struct {
	const char *name;
	long (*call)(void);
} calls[] = {
	{"epoll_wait", call_epoll_wait},
	{"epoll_pwait", call_epoll_pwait},
	{"epoll_pwait2", call_epoll_pwait2},
	{"rt_sigtimedwait", call_sigtimedwait},
	{"semtimedop", call_semtimedop},
	{"io_getevents", call_io_getevents},
};

/* A child that sends signals until it is killed; with events, something to read
 * after each. */
static pid_t begin_sending(bool with_events)
{
	pid_t parent = getpid(), child = fork();

	if (child < 0)
		err(1, "fork");
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent) {
		kill(parent, SIGWINCH);
		pause_sending();
		if (with_events && write(ends[1], "", 1) < 0)
			err(1, "write");
		pause_sending();
	}
	_exit(0);
}

static void end_sending(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NS_PER_SEC + time.tv_nsec;
}

/* Each call has its time for itself. */
static void loop(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	unsigned round, early = 0;
	char byte;

	if (epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event) < 0)
		err(1, "epoll_ctl");
	for (round = 0; round < ROUNDS; round++) {
		int64_t start = now();
		long result = call_epoll_wait();

		if (result == 0 && now() - start < TIMEOUT_MS * NS_PER_MS)
			early++;
		if (result > 0 && read(ends[0], &byte, 1) < 0)
			err(1, "read");
	}
	printf("%u of %d calls ended too early\n", early, ROUNDS);
}

static void run(void)
{
	size_t i;
	long result;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		result = calls[i].call();
		printf("%s: %ld %s\n", calls[i].name, result, result < 0 ? strerror(errno) : "");
	}
}

int main(int argc, char *argv[])
{
	bool with_events = argc > 1 && strcmp(argv[1], "loop") == 0;
	pid_t child;

	queue = epoll_create1(EPOLL_CLOEXEC);
	if (queue < 0 || pipe(ends) < 0)
		err(1, "cannot begin");
	child = begin_sending(with_events);
	if (with_events)
		loop();
	else
		run();
	end_sending(child);
	return 0;
}
