/* SPDX-License-Identifier: ISC */
/* What a task asked execve or execveat for, kept until the call's outcome. */
#ifndef ASKED_H
#define ASKED_H

#include "buf.h"
#include "mem.h"

#include <procaudit/event.h>

#include <limits.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct asked {
	pid_t tid;	     /* who calls; key */
	pid_t pid;	     /* its thread group */
	const char *syscall; /* static: "execve", "execveat" */
	const char *arch;    /* static: the caller's */
	int dirfd;	     /* AT_FDCWD: none */
	struct buf memory;   /* path, argv, env one behind the other */
	size_t path_size, argv_size, env_size;
	size_t argv_count, env_count;
	int path_error, argv_error, env_error;
	char *dirfd_path; /* owned; NULL: no dirfd, or unknown */
	size_t dirfd_path_size;
	UT_hash_handle hh;
	struct asked *next; /* in a list of unused or spent ones */
};

/* The calls whose outcome is open, and entries to be used again. Zeroed at
 * first. */
struct asked_table {
	struct asked *open;  /* uthash */
	struct asked *spent; /* events that are handed out borrow from these */
	struct asked *unused;
	unsigned unused_count;
	uint64_t lost; /* calls that found no memory */
	struct mem_view view;
};

/*
 * Adds what a task at a PTRACE_EVENT_SECCOMP stop asks for. Returns false if
 * that is no exec that could run something (another filter's stop,
 * AT_EXECVE_CHECK), or without memory.
 */
bool asked_read(struct asked_table *table, pid_t pid, pid_t tid, bool with_env, bool has_proc);

/* Takes the call of tid out of the open ones; it stays valid until
 * asked_recycle(). NULL: none. */
struct asked *asked_take(struct asked_table *table, pid_t tid);

/* The same for any call of the thread group pid. */
struct asked *asked_take_any(struct asked_table *table, pid_t pid);

/* What was taken is not needed any more. */
void asked_recycle(struct asked_table *table);

void asked_table_free(struct asked_table *table);

/* Borrowed from asked. */
struct procaudit_string asked_path(const struct asked *asked);
struct procaudit_strings asked_argv(const struct asked *asked);
struct procaudit_strings asked_env(const struct asked *asked); /* absent without with_env */
struct procaudit_string asked_dirfd_path(const struct asked *asked);

#endif
