/* SPDX-License-Identifier: ISC */
/* Every task is found, however the caller waits. */
#include "tap.h"
#include "wait.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* More than are walked over at each look (wait.c, MANY). */
#define CHILDREN 150

/* More than looks without a walk, for each child (wait.c, WALK_AFTER). */
#define POLLS (CHILDREN * 100)

/* Makes children, and returns when all of them have ended. */
static void make_zombies(void)
{
	pid_t pids[CHILDREN];
	siginfo_t info;
	size_t i;

	for (i = 0; i < CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			exit(1);
		if (pids[i] == 0)
			_exit(0);
	}
	for (i = 0; i < CHILDREN; i++)
		waitid(P_PID, (id_t)pids[i], &info, WEXITED | WNOWAIT);
}

/* Reaps them; returns how many, and the last answer in *answer. */
static unsigned reap(struct waiter *waiter, int *answer)
{
	unsigned found = 0, polls;
	int status;
	pid_t tid;

	for (polls = 0; polls < POLLS; polls++) {
		*answer = wait_find(waiter, CHILDREN, &tid, &status);
		if (*answer < 0)
			break;
		if (*answer == 0 && wait_sleep(waiter, 0) != -EAGAIN)
			break;
		if (*answer > 0 && wait4(tid, NULL, 0, NULL) == tid)
			found++;
	}
	return found;
}

/* A child that is stopped, and no tracee. */
static pid_t make_stopped(void)
{
	pid_t pid = fork();
	siginfo_t info;

	if (pid < 0)
		exit(1);
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT);
	return pid;
}

/* A child that lives on for a moment. */
static pid_t make_short(void)
{
	pid_t pid = fork();

	if (pid < 0)
		exit(1);
	if (pid == 0) {
		usleep(100000);
		_exit(0);
	}
	return pid;
}

static void test_stranger(struct waiter *waiter)
{
	pid_t stopped = make_stopped(), ends = make_short(), tid = 0;
	int status;

	ok_int(wait_find(waiter, 1, &tid, &status), 0, "a stopped child of the caller is nothing");
	ok_int(wait_sleep(waiter, INT64_MAX), 0, "nor does it end a sleep");
	ok_int(wait_find(waiter, 1, &tid, &status), 1, "which lasts until there is something");
	ok_int(tid, ends, "of another child");
	kill(stopped, SIGKILL);
	wait4(ends, NULL, 0, NULL);
	wait4(stopped, NULL, 0, NULL);
}

/* What wakes one who sleeps, and what is told of it. */
static void test_signals(void)
{
	static const int64_t second = 1000000000, moment = 1000;
	static const struct timespec none = {0, 0};
	struct waiter waiter;
	sigset_t usr1, chld;

	/* Of children that there were, as another one would be merged with it. */
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	while (sigtimedwait(&chld, NULL, &none) > 0)
		;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	wait_init(&waiter, &usr1);
	ok_int(wait_poll(&waiter), 0, "no signal is nothing");
	kill(getpid(), SIGUSR1);
	ok_int(wait_poll(&waiter), -EINTR, "one that is asked for is told");
	ok_int(waiter.signal.si_signo, SIGUSR1, "which it is");
	kill(getpid(), SIGUSR1);
	ok_int(wait_sleep(&waiter, 60 * second), -EINTR, "it ends a sleep as well");
	ok_int(waiter.signal.si_pid, getpid(), "and who has sent it is known");
	waiter.walk = false;
	kill(getpid(), SIGCHLD);
	ok_int(wait_sleep(&waiter, 60 * second), 0, "SIGCHLD from anybody is a reason to look");
	ok(waiter.walk, "at all, as it may have hidden another");
	waiter.walk = false;
	waiter.sure = true;
	ok_int(wait_sleep(&waiter, moment), -EAGAIN, "after its time a sleep is over");
	ok(waiter.walk, "and all are looked at");
	waiter.sure = false;
	ok_int(wait_sleep(&waiter, 60 * second), 0, "who may have missed somebody naps");
	waiter.sure = true;
	ok_int(wait_sleep(&waiter, 0), -EAGAIN, "who has no time does not sleep");
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
}

int main(void)
{
	struct waiter waiter;
	sigset_t none, child;
	int answer = 0;

	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	wait_init(&waiter, &none);
	make_zombies();
	ok_int(reap(&waiter, &answer), CHILDREN, "who only polls finds every one of many tasks");
	ok_int(answer, -ECHILD, "and then that there are none");
	test_stranger(&waiter);
	test_signals();
	return tap_end();
}
