/* SPDX-License-Identifier: ISC */
/* What the tracer knows: shared by its files, tracer.c, dispatch.c and
 * newborn.c. */
#ifndef STATE_H
#define STATE_H

#include "asked.h"
#include "census.h"
#include "collect.h"
#include "queue.h"
#include "response.h"
#include "spawn.h"
#include "task.h"
#include "wait.h"

#include <procaudit/tracer.h>

#define NS_PER_SEC INT64_C(1000000000)

/* A signal that the command received. */
struct noted {
	siginfo_t info; /* valid if when is not 0 */
	int64_t when;	/* CLOCK_BOOTTIME, ns */
};

/* The group-stop of the command. */
struct group_stop {
	int signo;	 /* what has stopped all of its threads; 0: they are not stopped */
	int next;	 /* what has stopped one of them */
	int passed_on;	 /* such a signal that we have sent, until that stop has ended */
	int shown;	 /* the last such signal that the command has shown us */
	bool untold;	 /* signo is news */
	bool end_untold; /* the end of another one is, which comes first */
	pid_t held;	 /* the thread that goes on when that has been told; 0: none */
};

/* Attaching to what runs already: attach.c. */
struct attach {
	unsigned long flags;  /* PTRACE_O_… */
	pid_t spare;	      /* not attached to, as ourselves; 0: none */
	struct queue gaps;    /* events to be handed out behind those */
	struct buf joined;    /* pid_t: processes whose attach event is to come */
	size_t told;	      /* so many of them are done with */
	size_t named;	      /* the first so many were asked for */
	struct buf refused;   /* pid_t: what cannot be traced, as has been told */
	struct census before; /* as it was when it was looked at last */
	int64_t looked_ns;    /* CLOCK_BOOTTIME: then all were seized; 0: not attached */
	bool slipped;	      /* a task that was seized has ended before it stopped */
	bool lost;	      /* a leader is another thread than the one that was seized */
	unsigned tries;	      /* so often something was tried that failed in an odd way */
	bool again;	      /* one that was not held has stopped: it may have forked meanwhile */
};

struct procaudit_tracer {
	struct task_table table;
	struct queue queue;
	struct collector collector;
	struct response response; /* with response_files */
	struct asked_table asked; /* with failed: calls whose outcome is open */
	struct spawn root;
	struct waiter waiter;
	struct process *root_process; /* NULL once it has ended or was let go */
	struct timespec real;	      /* the time of what is being handled */
	int64_t now;
	sigset_t saved;		     /* the caller's mask */
	struct sigaction saved_chld; /* the caller's disposition of SIGCHLD */
	bool hidden;		     /* the caller could be traced before */
	struct noted noted[32];	     /* by signal number */
	struct group_stop stop;
	struct attach attach;
	enum procaudit_failed failed;
	bool killing;	/* told to kill; with failed also to let go */
	unsigned burst; /* wait statuses so far */
	bool threads;
	bool stops; /* told of as asked for by the options */
	bool has_proc;
	bool response_files;
	bool ended;
	bool detaching;
	enum procaudit_detach_reason detach_reason; /* valid if detaching */
	int64_t detach_end;			    /* valid if detaching */
	size_t vanished;			    /* tasks to be reported as a gap */
};

int64_t timespec_ns(const struct timespec *ts);

/* CLOCK_BOOTTIME, ns. */
int64_t boot_now(void);

/* Takes the time for the events to come. */
void stamp(struct procaudit_tracer *t);

/* An event of this process, caused by its thread tid; of nobody if process is
 * NULL. */
struct procaudit_event event_of(const struct procaudit_tracer *t, enum procaudit_event_kind kind,
	const struct process *process, pid_t tid);

/* Hands out a gap event of the task's process. */
void add_process_gap(struct procaudit_tracer *t, const struct task *task,
	enum procaudit_gap_reason reason, pid_t child_pid);

#endif
