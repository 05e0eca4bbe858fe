/* SPDX-License-Identifier: ISC */
/*
 * Starts the command: a child that waits on a pipe until it is traced.
 *
 * Nothing of the caller's state is changed before the fork, so that the
 * command gets what the caller was given.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct spawn {
	pid_t pid;
	int release_fd; /* one byte lets the child go on to exec */
	int report_fd;	/* the errno of a failed exec comes here */
};

/* Forks. With filter the command gets the filter of seccomp.h. In the parent blocks the signals and
 * gives SIGCHLD its default disposition. Returns 0 or -errno. */
int spawn_fork(struct spawn *spawn, char *const argv[], const sigset_t *block, bool filter);

/* Seizes the child with these PTRACE_O_ options and proves that ptrace works:
 * one stop, one PTRACE_GET_SYSCALL_INFO. Returns 0 or -errno. */
int spawn_seize(const struct spawn *spawn, unsigned long options);

/* Lets the child exec. Returns 0 or -errno. */
int spawn_release(struct spawn *spawn);

/* The errno that the child's exec failed with; 0 if it did not. To be asked
 * when the child has ended, otherwise it may wait. *by_filter: the filter could
 * not be set. */
int spawn_exec_error(struct spawn *spawn, bool *by_filter);

/* Ends the child, which has not been released. */
void spawn_abort(struct spawn *spawn);

/* Closes the descriptors. */
void spawn_close(struct spawn *spawn);

#endif
