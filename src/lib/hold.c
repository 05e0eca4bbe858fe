/* SPDX-License-Identifier: ISC */
#include "hold.h"

#include "proc.h"
#include "stop.h"
#include "wakeup.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* How long the looks at tasks that have not stopped are apart, at most. */
#define NAP_NS 1000000

/* Who sleeps without letting himself be interrupted is waited for so many naps. */
#define DEEP_NAPS 3

/* And nobody for longer than that. */
#define LONGEST_NS (2 * NS_PER_SEC)

/* The task goes on, to stop once more: any stop is taken for the one that was
 * ordered (kernel/signal.c, ptrace_stop). */
static void pass(struct procaudit_tracer *t, struct task *task, int signo)
{
	wakeup_undo(t, task->tid, task, signo);
	ptrace(PTRACE_INTERRUPT, task->tid, 0, 0);
	ptrace(PTRACE_CONT, task->tid, 0, signo);
}

/* To be seized again. */
static void lose_leader(struct procaudit_tracer *t, struct task *task)
{
	t->attach.lost = true;
	task->zombie = task->started = true;
	task->held = 0;
}

/* What a joining task does now is from before our time: it is not recorded. The
 * other threads of one that has ended or executed are found to be no more, each
 * by itself. Returns whether there was something. */
static bool serve_task(struct procaudit_tracer *t, struct task *task)
{
	int status, found = wait_take(task->tid, &status);

	if (found == 0)
		return false;
	switch (found < 0 ? STOP_ENDED : stop_classify(status)) {
	case STOP_ENDED:
		if (found > 0)
			wait4(task->tid, NULL, __WALL, NULL);
		t->attach.slipped |=
			found > 0 && !task->held && task_is_leader(task) && !proc_exists(task->tid);
		/* A thread that nobody traces yet may have become the leader. */
		if (found > 0 || !task_is_leader(task))
			task_remove(&t->table, task);
		else
			lose_leader(t, task);
		break;
	case STOP_TRAP:
	case STOP_GROUP:
		task->held = status;
		break;
	case STOP_SIGNAL:
		pass(t, task, WSTOPSIG(status));
		break;
	case STOP_FORK:
	case STOP_VFORK:
	case STOP_CLONE:
	case STOP_EXEC:
	case STOP_SECCOMP:
	case STOP_SYSCALL:
	case STOP_OTHER_EVENT:
		pass(t, task, 0);
		break;
	}
	return true;
}

bool hold_serve(struct procaudit_tracer *t)
{
	struct task *task, *next;
	bool any = false;

	HASH_ITER (hh, t->table.tasks, task, next) {
		if (task->joining && !task->zombie)
			any |= serve_task(t, task);
	}
	return any;
}

/* A parent in vfork(2), a driver: it stops when that is over. */
static bool sleeps_deeply(const struct task *task)
{
	struct proc_stat stat;

	return proc_stat(task->tid, &stat) == 0 && stat.state == 'D';
}

/* The tasks that are yet to stop; *deep of them sleep deeply. */
static size_t count_unheld(const struct procaudit_tracer *t, size_t *deep)
{
	const struct task *task;
	size_t count = 0;

	*deep = 0;
	for (task = t->table.tasks; task; task = task->hh.next) {
		if (!task->joining || task->held || task->zombie)
			continue;
		count++;
		*deep += sleeps_deeply(task);
	}
	return count;
}

void hold_nap(void)
{
	static const struct timespec limit = {0, NAP_NS};
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigtimedwait(&chld, NULL, &limit);
}

void hold_all(struct procaudit_tracer *t)
{
	int64_t limit = boot_now() + LONGEST_NS;
	size_t unheld, deep;
	int naps = 0;

	for (;;) {
		while (hold_serve(t))
			naps = 0;
		unheld = count_unheld(t, &deep);
		if (unheld == 0 || (deep == unheld && naps >= DEEP_NAPS) || boot_now() >= limit)
			return;
		hold_nap();
		naps++;
	}
}
