/* SPDX-License-Identifier: ISC */
/*
 * As much of Linux as a tracer sees: tasks that run, fork, execute, stop, are
 * killed, whenever that may be. Where and how they do it is chosen by choose().
 * The rules are those of kernel/fork.c, kernel/exit.c, kernel/ptrace.c,
 * kernel/signal.c and fs/exec.c.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MOST_TASKS 4

/* The command's id; the others follow. */
#define FIRST_TID 101

/* A process that nobody traces: it gets orphans. */
#define INIT 1

enum state {
	FREE,	   /* not made yet */
	RUNNING,   /* in user mode, or in a call */
	TRAPPING,  /* on its way to the stop `stop`, unless it is killed */
	STOPPED,   /* in that stop */
	LISTENING, /* in a group-stop, answered by PTRACE_LISTEN */
	VFORKING,  /* until its child lets go of its memory */
	CALLING,   /* in execve, behind the stop that its filter makes */
	EXECING,   /* until the other threads are gone */
	DYING,	   /* killed, and not dead yet */
	ZOMBIE,	   /* ends when its tracer has waited for it */
	CORPSE,	   /* its parent has not waited for it; we have */
	OUTSIDE,   /* alive and not traced */
	GONE,
};

/* What may happen besides, and is counted. */
enum event { FORK, VFORK, CLONE, EXEC, EXIT, SIGNAL, STOP, CONTINUE, KILL, EVENTS };

struct ktask {
	enum state state;
	pid_t tid, tgid;
	pid_t parent;	       /* process that made it; 0: we did */
	pid_t creator;	       /* the thread of it */
	enum event made_by;    /* FORK, VFORK, CLONE */
	int stop;	       /* TRAPPING, STOPPED: signal and event << 8 */
	unsigned long message; /* PTRACE_GETEVENTMSG */
	pid_t sender;	       /* of a SIGCHLD */
	bool seen;	       /* that it has stopped; */
	bool taken;	       /* and the stop is reported no more */
	bool interrupted;      /* is to stop before it runs */
	bool notify;	       /* its group-stop is over: PTRACE_LISTEN makes it stop again */
	bool rests;	       /* it has not run since it was LISTENING */
	bool waits;	       /* is VFORKING when it runs on */
	bool holds;	       /* the memory of the process that made it by vfork */
	bool asks;	       /* the tracer has seen its call, and no outcome yet */
	bool told;	       /* its parent has got a SIGCHLD */
	int status;	       /* how it has ended */
	/* Of the process, in its leader. */
	bool group_stopped;
	bool continued; /* a SIGCONT is to be shown */
	/* What the tracer is to have recorded. */
	unsigned execs; /* exec stops that it has taken */
	unsigned fails; /* ends of calls that failed, likewise */
	/* What it has recorded. */
	uint64_t proc;
	unsigned forks, exits, detaches, told_execs, told_fails, threads, thread_exits;
};

struct kernel {
	struct ktask tasks[MOST_TASKS];
	unsigned count;	      /* of them not FREE */
	unsigned events_left; /* until all come to their ends */
	unsigned races_left;  /* times that something may happen between two calls of ours */
	bool closing;	      /* all come to their ends */
};

extern struct kernel kernel;

/* ns; goes on only while we sleep. */
extern int64_t kernel_now;

/* What is to have happened somewhere, for the rest to mean anything; behind the states
 * in which somebody was killed. */
enum {
	EVENT_FIRST = GONE + 1, /* the event of a fork, then the child's stop */
	STOP_FIRST,
	END_FIRST, /* even the child's end */
	THREAD_EXEC,
	THREAD_EXEC_DEATH, /* on its way to that stop, or in it */
};
extern unsigned kernel_met; /* by bit */

/* Which enum event may happen, by bit; how many tasks there may be. */
extern unsigned kernel_events, kernel_tasks;

/* Programs have our filter: execve stops, and shows how it ends when it fails. */
extern bool kernel_filters;

/* Of PTRACE_O_TRACESYSGOOD. */
#define SYSCALL_STOP (SIGTRAP | 0x80)

/* A line of what happens is printed, if this is set. */
extern bool kernel_verbose;
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* The command, and nothing else. */
void kernel_reset(unsigned events, unsigned races);

/* By id: an entry that is neither FREE nor GONE, or NULL. */
struct ktask *find_task(pid_t tid);

/* Whether there is a task with this id, traced or not, dead or not. */
bool task_exists(pid_t tid);

bool is_traced(const struct ktask *task);

/* Whether waitid() would tell of it. */
bool is_reportable(const struct ktask *task);

/* The parent, or INIT. */
pid_t parent_of(const struct ktask *task);

/* As many things happen as may. False: what then is has been before. */
bool let_happen(void);

/* Whether the state is a new one, of the tracer, too, which waits (0), sleeps (1),
 * or sleeps for a time (2). */
extern bool (*is_new)(unsigned where);

/* Something happens between two calls of ours; or not. */
void let_race(void);

/* While we sleep something happens, unless that is over. What has begun is done
 * before a long time has passed. */
enum pass { PASS_MOVED, PASS_TIMEOUT, PASS_NEVER, PASS_KNOWN };
enum pass let_pass(bool has_timeout, bool is_long);

/* The task, which is stopped, goes on. */
void go_on(struct ktask *task);

/* It goes into the call that its filter has stopped it at. */
void call(struct ktask *task);

void listen_on(struct ktask *task);
void interrupt(struct ktask *task);
void kill_process(pid_t tgid);
void begin_group_stop(pid_t tgid);

/* Its tracer has waited for it. */
void bury(struct ktask *task);

#endif
