/* SPDX-License-Identifier: ISC */
/*
 * The table of tracees: one entry per thread, found by its id.
 *
 * A task is learnt of in any order: from its creator's fork event, from its
 * own first stop, or from its exit. It is `announced` once its fork (or
 * thread) event has been handed out, which comes before anything else of it.
 */
#ifndef TASK_H
#define TASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* A thread group. Owned by its tasks together; gone with the last. */
struct process {
	uint64_t id;	     /* process number */
	uint64_t parent;     /* the creator's number; 0: unknown or none */
	pid_t pid;	     /* thread group id */
	pid_t ns_pid;	     /* own id in its own pid namespace; 0: unknown */
	unsigned depth;	     /* 0: the command */
	unsigned images;     /* successful execs so far */
	unsigned tasks;	     /* entries of the table that point here */
	unsigned stopped;    /* those of them that are in a group-stop */
	int64_t start_ns;    /* CLOCK_BOOTTIME when first seen; -1: not seen alive */
	bool let_go;	     /* its detach event has been handed out; threads may be left */
	bool attached;	     /* its attach event has been handed out */
	bool has_old_signal; /* when it was attached to, SIGCHLD was pending */
};

struct task {
	pid_t tid;		 /* key */
	struct process *process; /* NULL: a thread whose group is not known yet */
	int64_t seen_ns;	 /* CLOCK_BOOTTIME when first seen */
	bool started;		 /* its first stop has been seen */
	bool announced;		 /* its fork or thread event has been handed out */
	bool event_seen;	 /* its creator's ptrace event has come */
	bool sets_filter;	 /* it is in a call that sets a seccomp filter */
	uint64_t group_stop;	 /* its sleeps (proc.h) at the last stop of a group-stop */
	int64_t first_again;	 /* CLOCK_MONOTONIC, ns; valid in a call that wakeup.c has marked */
	bool stopped;		 /* it is in a group-stop; never if process is NULL */
	bool joining;		 /* seized while it ran: its attach event is to come */
	bool unheld;		 /* so seized, and it has not stopped since */
	bool zombie;		 /* a leader that had ended before it could be seized */
	int held;		 /* of a joining one: the stop that waits for its answer, as from
				    waitpid(2); 0: none */
	bool dead;		 /* a tombstone: it has ended, its creator's event may yet come */
	struct task *prev, *next; /* in the list of those not yet announced */
	UT_hash_handle hh;
};

struct task_table {
	struct task *tasks;	  /* uthash */
	struct task *unannounced; /* utlist, oldest first */
	size_t living;		  /* entries that are not tombstones */
	size_t homeless;	  /* those of them whose process is not known */
	unsigned char *known;	  /* a bit for each id that was in the table; owned */
	size_t known_size;	  /* bytes */
	uint64_t last_id;	  /* last process number given */
};

struct task *task_find(struct task_table *table, pid_t tid);

/* Whether this id was ever that of a task of the table. */
bool task_was_known(const struct task_table *table, pid_t tid);

/* The process with this thread group id, if it lives; NULL if not. */
struct process *task_process(struct task_table *table, pid_t pid);

static inline bool task_is_leader(const struct task *task)
{
	return task->process && task->process->pid == task->tid;
}

/* A new entry that is not announced. NULL: no memory. */
struct task *task_add(struct task_table *table, pid_t tid, int64_t now);

/* From now on this id counts as one that was in the table. */
void task_remember(struct task_table *table, pid_t tid);

/* Makes task the leader of a new process. False: no memory. */
bool task_lead(struct task_table *table, struct task *task);

/* Makes task a further thread of process. */
void task_join(struct task_table *table, struct task *task, struct process *process);

void task_announced(struct task_table *table, struct task *task);

/* Notes whether it is in a group-stop. */
void task_set_stopped(struct task *task, bool stopped);

/* Turns the entry into a tombstone. Its process goes with the last task. */
void task_bury(struct task_table *table, struct task *task);

/* Removes the entry. */
void task_remove(struct task_table *table, struct task *task);

/* Removes every thread of process but its leader; returns how many. */
size_t task_remove_threads(struct task_table *table, const struct process *process);

void task_table_free(struct task_table *table);

#endif
