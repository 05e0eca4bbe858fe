/* SPDX-License-Identifier: ISC */
#include "wait.h"

#include "macro.h"
#include "stop.h"

#include <errno.h>
#include <setjmp.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define NS_PER_SEC INT64_C(1000000000)

/* From so many tasks on a walk costs more than asking the recent ones. */
#define MANY 100

/* A task that asking missed is found after so much time or so many others. */
#define WALK_NS	   INT64_C(500000)
#define WALK_AFTER 64

void wait_init(struct waiter *waiter, const sigset_t *signals)
{
	*waiter = (struct waiter){.signals = *signals, .wake = *signals};
	sigaddset(&waiter->wake, SIGCHLD);
}

/* options besides WNOHANG. Sets *tid and *status if something was found. */
static int look(idtype_t type, id_t id, int options, pid_t *tid, int *status)
{
	siginfo_t info = {0};

	if (waitid(type, id, &info, options | WNOHANG | __WALL) < 0)
		return -errno;
	if (info.si_pid == 0)
		return 0;
	*tid = info.si_pid;
	/* As wait(2) would put it; musl has no W_STOPCODE. */
	*status = info.si_code == CLD_TRAPPED ? info.si_status << 8 | 0x7f : 0;
	return 1;
}

int wait_peek(pid_t task, int *status)
{
	pid_t tid;

	return look(P_PID, (id_t)task, WEXITED | WNOWAIT, &tid, status);
}

/* Whether what was found has to be taken, as wait_find says. */
static bool is_to_be_taken(int status)
{
	return status && stop_classify(status) != STOP_SIGNAL;
}

int wait_take(pid_t task, int *status)
{
	int found = wait_peek(task, status);
	pid_t tid;

	if (found > 0 && is_to_be_taken(*status))
		found = look(P_PID, (id_t)task, WSTOPPED, &tid, status);
	return found;
}

void wait_expect(struct waiter *waiter, pid_t tid)
{
	size_t i;

	if (waiter->recent[0] == tid)
		return;
	for (i = 1; i < ARRAY_SIZE(waiter->recent) - 1; i++)
		if (waiter->recent[i] == tid)
			break;
	memmove(waiter->recent + 1, waiter->recent, i * sizeof(tid));
	waiter->recent[0] = tid;
}

static int ask(const struct waiter *waiter, pid_t *tid, int *status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(waiter->recent) && waiter->recent[i]; i++) {
		*tid = waiter->recent[i];
		if (wait_take(*tid, status) > 0)
			return 1;
	}
	return 0;
}

/* A walk over all tasks, again if what it found has been killed meanwhile. */
static int walk(pid_t *tid, int *status)
{
	int found;

	do
		found = look(P_ALL, 0, WEXITED | WNOWAIT, tid, status);
	while (found > 0 && is_to_be_taken(*status) &&
		look(P_PID, (id_t)*tid, WSTOPPED, tid, status) <= 0);
	return found;
}

int wait_find(struct waiter *waiter, size_t living, pid_t *tid, int *status)
{
	int found;

	waiter->few = living < MANY;
	if (!waiter->few && !waiter->walk && waiter->asked < WALK_AFTER) {
		found = ask(waiter, tid, status);
		waiter->asked += found > 0;
		waiter->sure = false;
	} else {
		found = walk(tid, status);
		waiter->asked = 0;
		waiter->walk = found > 0; /* where one was missed there may be more */
		waiter->sure = found == 0;
	}
	if (found > 0)
		wait_expect(waiter, *tid);
	return found;
}

/* --- Sleeping ------------------------------------------------------------ */

/* SIGCHLD, and what the end of a child with an exit signal of its own sends us
 * (clone(2)), only wake. */
static bool is_from_child(const siginfo_t *info)
{
	return info->si_signo == SIGCHLD ||
	       (info->si_code >= CLD_EXITED && info->si_code <= CLD_CONTINUED);
}

/* The way out of the one waitid that blocks, and whose it is. */
static sigjmp_buf way_out;
static struct waiter *sleeper;

/* Comes only while block_in_wait has unblocked our signals; after the jump they
 * are blocked again, as they are during this. */
static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	sleeper->signal = *info;
	siglongjmp(way_out, 1);
}

void wait_catch(struct waiter *waiter)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO, .sa_mask = waiter->wake};
	int signo;

	action.sa_sigaction = on_signal;
	for (signo = 1; signo < NSIG; signo++)
		if (sigismember(&waiter->signals, signo) == 1)
			sigaction(signo, &action, &waiter->before[signo]);
}

/* What the caller has changed since then stays: one that is no longer wanted and
 * still comes must not end him. */
void wait_release(const struct waiter *waiter)
{
	struct sigaction now;
	int signo;

	for (signo = 1; signo < NSIG; signo++)
		if (sigismember(&waiter->signals, signo) == 1 &&
			sigaction(signo, NULL, &now) == 0 && now.sa_sigaction == on_signal)
			sigaction(signo, &waiter->before[signo], NULL);
}

/*
 * A tracee that stops wakes whom it finds in waitid so that the scheduler may
 * run him in its place (kernel/exit.c, __wake_up_parent), which a signal does
 * not. Without WSTOPPED, which tracees do not need (wait_task_stopped): a child
 * that is stopped and is no tracee would keep us awake. A signal that comes too
 * early for an EINTR jumps; since the wait takes nothing, nothing is lost.
 */
static int block_in_wait(struct waiter *waiter)
{
	siginfo_t info;

	sleeper = waiter;
	if (sigsetjmp(way_out, 0))
		return is_from_child(&waiter->signal) ? 0 : -EINTR;
	sigprocmask(SIG_UNBLOCK, &waiter->signals, NULL);
	waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | __WALL);
	sigprocmask(SIG_BLOCK, &waiter->signals, NULL);
	return 0;
}

int wait_sleep(struct waiter *waiter, int64_t ns)
{
	bool nap = !waiter->sure && ns > WALK_NS;
	int64_t most = nap ? WALK_NS : ns;
	struct timespec limit = {most / NS_PER_SEC, most % NS_PER_SEC};
	siginfo_t info;

	if (ns == 0) {
		waiter->asked++; /* who only polls finds what asking has missed, too */
		return -EAGAIN;
	}
	if (ns == INT64_MAX && waiter->sure && waiter->few)
		return block_in_wait(waiter);
	if (sigtimedwait(&waiter->wake, &info, most == INT64_MAX ? NULL : &limit) < 0) {
		if (errno != EAGAIN)
			return 0;
		waiter->walk = true;
		return nap ? 0 : -EAGAIN;
	}
	if (!is_from_child(&info)) {
		waiter->signal = info;
		return -EINTR;
	}
	if (info.si_code > 0)
		wait_expect(waiter, info.si_pid);
	else
		waiter->walk = true; /* sent by somebody: it may have hidden another */
	return 0;
}

int wait_poll(struct waiter *waiter)
{
	struct timespec none = {0, 0};
	siginfo_t info;

	if (sigtimedwait(&waiter->signals, &info, &none) <= 0 || is_from_child(&info))
		return 0;
	waiter->signal = info;
	return -EINTR;
}
