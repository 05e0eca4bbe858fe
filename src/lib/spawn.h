/* SPDX-License-Identifier: ISC */
/*
 * Starts the command: a child that waits on a pipe until it is traced.
 *
 * Nothing of the caller's state is changed before the fork, so that the
 * command gets what the caller was given.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <procaudit/tracer.h>

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* What the child becomes. All borrowed. */
struct spawn_options {
	char *const *argv;		   /* the command, looked up in PATH */
	const struct procaudit_user *user; /* NULL: who we are */
	bool filter;			   /* under the filter of seccomp.h */
};

struct spawn {
	pid_t pid;
	bool is_child;	/* of ours; otherwise it was our parent's parent: see seat.h */
	int stopped_by; /* the signal of a group-stop while ptrace was proved; 0: none */
	int release_fd; /* one byte lets the child go on to exec */
	int report_fd;	/* why the child could not become the command comes here */
};

/*
 * Becomes the command, which is traced already. Returns only if that fails: the
 * errno and the step, of which report_fd has been told, too.
 */
int spawn_become(const struct spawn_options *options, int report_fd, enum procaudit_step *step);

/* Waits until the command may begin: 0. -ECANCELED: it is not going to. */
int spawn_await(int released);

/* Forks. In the parent blocks the signals and gives SIGCHLD its default
 * disposition. Returns 0 or -errno. */
int spawn_fork(struct spawn *spawn, const struct spawn_options *options, const sigset_t *block);

/* In place of that: the command is to be what waits in the seat, which is taken over. */
void spawn_take(struct spawn *spawn, struct procaudit_seat *seat, const sigset_t *block);

/* Who waits in the seat is not going to be the command. */
void spawn_refuse(struct procaudit_seat *seat);

/* Seizes the child with these PTRACE_O_ options and proves that ptrace works:
 * one stop, one PTRACE_GET_SYSCALL_INFO. Returns 0 or -errno. */
int spawn_seize(struct spawn *spawn, unsigned long options);

/* Lets the child exec. Returns 0 or -errno. */
int spawn_release(struct spawn *spawn);

/* The errno that kept the child from becoming the command, and at which step;
 * 0 if nothing did. To be asked when the child has ended, otherwise it may
 * wait. */
int spawn_exec_error(struct spawn *spawn, enum procaudit_step *step);

/* Ends the child, which has not been released. What waits in a seat ends by itself. */
void spawn_abort(struct spawn *spawn);

/* Closes the descriptors. */
void spawn_close(struct spawn *spawn);

#endif
