/* SPDX-License-Identifier: ISC */
/* Gathers what an exec event says, from a task at its PTRACE_EVENT_EXEC stop. */
#ifndef COLLECT_H
#define COLLECT_H

#include "buf.h"

#include <procaudit/event.h>

#include <limits.h>

/* Room that is used again for each exec. Zeroed at first. */
struct collector {
	struct buf memory;    /* the new stack, or /proc/PID/cmdline */
	uint64_t sp;	      /* the stack's lowest address; 0: unknown */
	uint32_t audit_arch;  /* valid if sp is */
	int error;	      /* what cut reading the stack short, an errno; 0: nothing */
	bool is_cmdline;      /* memory holds argv alone */
	bool takes_privilege; /* programs may lose privileges by us: see privilege.h */
	bool no_new_privs;    /* the tracees have that from us */
	char exe[PATH_MAX];
	char cwd[PATH_MAX];
	char dirfd[PATH_MAX];
};

/* While the task is stopped: copies everything that can change once it runs.
 * has_proc says whether /proc may be used. Points exec into the collector. */
void collect_stopped(
	struct collector *collector, pid_t pid, bool has_proc, struct procaudit_exec *exec);

/* Only the working directory. */
void collect_cwd(struct collector *collector, pid_t tid, struct procaudit_exec *exec);

/* Of a process that was not seen to exec, by one of its threads: what it is now.
 * Points program into the collector. */
void collect_process(struct collector *collector, pid_t tid, struct procaudit_exec *program);

/* When it runs again: takes the copy apart. */
void collect_parse(struct collector *collector, struct procaudit_exec *exec);

void collect_free(struct collector *collector);

#endif
