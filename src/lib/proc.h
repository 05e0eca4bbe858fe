/* SPDX-License-Identifier: ISC */
/* What /proc and pidfd say of a task (proc(5), pidfd_open(2)). */
#ifndef PROC_H
#define PROC_H

#include "buf.h"

#include <procaudit/event.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct proc_status {
	char state; /* such as 'R', 'Z' */
	pid_t tgid;
	pid_t ppid;		  /* 0: outside our pid namespace */
	pid_t tracer;		  /* 0: none */
	pid_t ns_pid;		  /* in the innermost pid namespace, a thread id for a thread */
	uint64_t pending;	  /* signals pending for the task or its process, bit n-1 for n */
	uint64_t blocked, caught; /* signals, likewise */
	uint64_t ignored;	  /* by SIG_IGN */
	uint64_t sleeps;	  /* voluntary context switches of the task */
	uid_t uid, euid;	  /* as our user namespace has them */
	gid_t gid, egid;
	uint64_t cap_permitted, cap_bounding; /* bit n for capability n */
	bool no_new_privs;
};

/* What /proc/ID/stat says, cheaper than the above. */
struct proc_stat {
	char state;
	pid_t ppid;
	unsigned flags;	      /* PF_… of linux/sched.h */
	uint64_t start_ticks; /* CLOCK_BOOTTIME, in ticks of sysconf(_SC_CLK_TCK) */
};

/* In these flags since Linux 2.6 and 5.12. */
#define PROC_KERNEL_THREAD 0x00200000 /* PF_KTHREAD */
#define PROC_IO_WORKER	   0x00000010 /* PF_IO_WORKER */

/* Whether /proc shows the pid namespace that we live in. Where it does not,
 * its numbers name other processes and nothing below may be used. */
bool proc_is_ours(void);

/* /proc/ID/status. Returns 0 or -errno; -ENOENT or -ESRCH if it is gone. */
int proc_status(pid_t id, struct proc_status *status);

/* /proc/ID/stat. Returns 0 or -errno. */
int proc_stat(pid_t id, struct proc_stat *stat);

/* Whether there is a task with this id, whoever's it is. */
bool proc_exists(pid_t id);

/* The parent of a process, in our pid namespace; 0 if it is outside or cannot
 * be learnt. */
pid_t proc_ppid(pid_t pid);

/* A link of /proc/ID such as "cwd", into buffer of size bytes. */
void proc_link(pid_t id, const char *name, char *buffer, size_t size, struct procaudit_string *out);

/* The file behind /proc/ID/exe: its device, inode, mode and owners. Waits for nobody. */
bool proc_exe_stat(pid_t id, struct stat *st);

/* Appends a file of /proc/ID such as "status". Returns 0 or -errno. */
int proc_file(pid_t id, const char *name, struct buf *out);

/* /proc/ID/cmdline, which everybody may read. Returns 0 or -errno. */
int proc_cmdline(pid_t id, struct buf *out);

/* Appends /proc/ID/environ. Returns 0 or -errno. */
int proc_environ(pid_t id, struct buf *out);

/* Calls visit for each number among the names in a directory, such as /proc, until
 * that returns false. Returns 0 or -errno of opendir(3). */
int proc_each(const char *directory, bool (*visit)(void *context, pid_t id), void *context);

/* Whether any task on this machine is traced by the process pid. */
bool proc_traces_any(pid_t pid);

#endif
