/* SPDX-License-Identifier: ISC */
/*
 * The tracer: runs a command, or attaches to processes that run already, follows
 * every process below, yields events.
 *
 * A tracer belongs to the thread that started it (ptrace(2): attachment is per
 * thread); there is one per process, since it waits for every child there is.
 * Functions that return int return 0 or a positive value for success and
 * -errno for failure; none prints or exits.
 */
#ifndef PROCAUDIT_TRACER_H
#define PROCAUDIT_TRACER_H

#include <procaudit/event.h>

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

struct procaudit_tracer;
struct procaudit_seat;

/* Somebody else as whom the command runs. Takes CAP_SETUID and CAP_SETGID. With
 * CAP_SYS_PTRACE set-user-ID programs keep their effect for it. */
struct procaudit_user {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* the supplementary ones, all of them */
	size_t group_count;
};

struct procaudit_tracer_options {
	/* Other than NONE it sets a seccomp filter that the command and its
	 * descendants never lose: without a tracer all their execs would fail with
	 * ENOSYS. So it implies kill_on_exit, and letting go means killing. Without
	 * CAP_SYS_ADMIN it sets no_new_privs, too. */
	enum procaudit_failed failed;

	bool threads;		 /* yield PROCAUDIT_THREAD and PROCAUDIT_THREAD_EXIT, too */
	bool kill_on_exit;	 /* tracees are killed when the tracer's process ends */
	bool response_files;	 /* read those that programs are given; see struct procaudit_exec */
	const sigset_t *signals; /* end procaudit_tracer_next() with -EINTR; NULL: none. Copied. */
	bool stops;		 /* so do stops and continuations of the command */
	const struct procaudit_user *user; /* NULL: the caller. Needed until the start only. */

	/* Where the command is; NULL: in a child. procaudit_tracer_start() takes what
	 * is open in it, whether or not it succeeds. */
	struct procaudit_seat *seat;

	/* For procaudit_tracer_attach(): a process that is left alone though it comes
	 * from the others, as the tracer's own is; 0: none. */
	pid_t spare;
};

/*
 * As fork(2), but the child is nobody's: it has a session of its own, which it does
 * not lead and which has no terminal, and its parent is whoever gets orphans. The
 * caller gets no signal of it and has nothing to wait for. Returns its id; in it 0;
 * or -errno, of which -ENOTSUP: it would be in a new pid namespace, or an orphan of
 * the caller, which is process 1. For a process with one thread.
 */
pid_t procaudit_fork_detached(void);

/* What may keep the command from being executed. */
enum procaudit_step {
	PROCAUDIT_STEP_EXEC,   /* its exec */
	PROCAUDIT_STEP_FILTER, /* with options.failed: setting the seccomp filter */
	PROCAUDIT_STEP_USER,   /* with options.user: becoming that user */
};

/* A process that is to become the command. */
struct procaudit_seat {
	pid_t pid;
	int release_fd;		  /* lets it go on; -1: closed */
	int report_fd;		  /* tells how that went; -1: closed */
	int error;		  /* errno value; valid in it when the command was not executed */
	enum procaudit_step step; /* where that was */
};

/*
 * Leaves the place of the calling process to the command argv: its id, its parent,
 * its process group, its terminal. Returns 0 in another process, that of
 * procaudit_fork_detached(), which has to call procaudit_tracer_start() with the
 * same argv and options and options.seat = seat. For that the calling process
 * waits, and becomes the command; in it this returns only if that is not to be:
 *	1		the command could not be executed: seat->error, seat->step
 *	-ECANCELED	the other process has given up
 *	any other	there is none: procaudit_fork_detached(), pipe(2)
 * options: all that the command is started with; seat is not looked at.
 */
int procaudit_seat_leave(struct procaudit_seat *seat, char *const argv[],
	const struct procaudit_tracer_options *options);

/*
 * Starts argv[0], looked up in PATH as execvp(3) does, and traces it.
 * The command gets exactly what the caller has: descriptors, environment,
 * signal mask and dispositions, process group. It is not released before
 * ptrace is proved to work.
 *
 * In the calling thread SIGCHLD and options->signals are blocked, and SIGCHLD
 * gets its default disposition, from here until procaudit_tracer_free().
 * Other threads must block SIGCHLD. Nor can the calling process be traced or
 * dump core meanwhile (PR_SET_DUMPABLE in prctl(2)).
 *
 * options: NULL for all defaults. *tracer is owned by the caller and unset on
 * failure; then nothing has run. Errors:
 *	-EPERM	ptrace is refused; procaudit_obstacle() tells why
 *	-ENOSYS	the kernel has no PTRACE_GET_SYSCALL_INFO (Linux < 5.3)
 *	any other of pipe(2), fork(2), ptrace(2)
 */
int procaudit_tracer_start(struct procaudit_tracer **tracer, char *const argv[],
	const struct procaudit_tracer_options *options);

/*
 * Attaches to processes that run already, and to all that come from them: all
 * threads, all descendants that live, none missed that is forked meanwhile.
 * pids: of processes, or of threads of theirs. What is found stands still for
 * some milliseconds, so that nothing changes while it is looked at; a process
 * that is stopped stays so.
 *
 * procaudit_tracer_next() yields a PROCAUDIT_GAP for each that cannot be traced
 * and a PROCAUDIT_ATTACH for each that is (with options.threads followed by its
 * threads), all of them before anything else; if none is, it then returns 0.
 * Nothing is left behind in the processes: no filter, and they live on when the
 * tracer's process ends.
 *
 * options: failed, kill_on_exit, stops, user and seat must not be set. Signals
 * and PR_SET_DUMPABLE as for procaudit_tracer_start(). *tracer is unset on failure. Errors:
 *	-EINVAL	such options, or no pids
 *	-ENOENT	/proc does not show our pid namespace
 *	-ENOMEM
 */
int procaudit_tracer_attach(struct procaudit_tracer **tracer, const pid_t *pids, size_t count,
	const struct procaudit_tracer_options *options);

/*
 * The next event, waiting for it as long as timeout says: NULL for ever, zero
 * not at all. Returns
 *	1	*event is set, borrowed until the next call
 *	0	the end: no tracee is left
 *	-EAGAIN	nothing happened within the timeout
 *	-EINTR	a signal of options->signals came; see procaudit_tracer_signal()
 * The task that an event is about already runs on when this returns.
 */
int procaudit_tracer_next(struct procaudit_tracer *tracer, const struct procaudit_event **event,
	const struct timespec *timeout);

/* The signal behind the last -EINTR. Borrowed from the tracer. For options.stops
 * it is what the command's parent gets if nobody traces it: SIGCHLD with si_pid,
 * si_code CLD_STOPPED or CLD_CONTINUED, and si_status. */
const siginfo_t *procaudit_tracer_signal(const struct procaudit_tracer *tracer);

/*
 * With options.stops: the signal that has stopped the command, as procaudit_tracer_signal()
 * has told; 0 if it goes on, or will as soon as it is served, because it got SIGCONT.
 */
int procaudit_tracer_stopped(const struct procaudit_tracer *tracer);

/*
 * Sends a signal that the tracer's process received to the command, unless
 * the sender gave it to the command as well (a terminal, a process group).
 * SIGCONT is sent only if the command is stopped.
 * Returns 1 if it was sent, 0 if not, -ESRCH if the command has ended.
 */
int procaudit_tracer_pass_signal(struct procaudit_tracer *tracer, const siginfo_t *signal);

/*
 * From now on each task is let go at its next stop, in a state as if it had
 * never been traced: procaudit_tracer_next() yields PROCAUDIT_DETACH for each
 * process and ends within two seconds. Tasks that cannot stop until then are
 * let go by the kernel when the tracer's process ends. With options.failed
 * they are killed instead, and procaudit_tracer_next() yields their ends.
 */
void procaudit_tracer_detach(struct procaudit_tracer *tracer, enum procaudit_detach_reason reason);

/* From now on each task is killed, by SIGKILL; procaudit_tracer_next() yields
 * the ends. Nothing happens if they are being let go. */
void procaudit_tracer_kill(struct procaudit_tracer *tracer);

/* The errno that kept the command from being executed, and at which step; 0 if
 * it was, or if that is not known yet: it is known when the command's exit has
 * been seen. */
int procaudit_tracer_exec_error(struct procaudit_tracer *tracer, enum procaudit_step *step);

/* Whether procaudit_tracer_attach() has found more than was told of yet: the next
 * events are of that. */
bool procaudit_tracer_is_attaching(const struct procaudit_tracer *tracer);

/* The ids of processes being traced, at most max of them, in no order.
 * Returns how many there are in all. */
size_t procaudit_tracer_pids(const struct procaudit_tracer *tracer, pid_t *pids, size_t max);

/* Whether /proc shows our pid namespace. Where it does not (unshare --pid
 * without a new /proc), exe, cwd and the like carry an error. */
bool procaudit_has_proc(void);

/* Whether a command that is started with options.failed runs under
 * no_new_privs (prctl(2)). */
bool procaudit_means_no_new_privs(void);

/* Frees the tracer and restores what procaudit_tracer_start() or
 * procaudit_tracer_attach() changed. Tracees that are left run on
 * untraced when the process ends. NULL is allowed. */
void procaudit_tracer_free(struct procaudit_tracer *tracer);

/* Why ptrace may be refused to this process. */
struct procaudit_obstacle {
	pid_t tracer_pid; /* this process is itself traced by it; 0: it is not */
	int ptrace_scope; /* kernel.yama.ptrace_scope; -1: no Yama */
	bool seccomp;	  /* a seccomp filter is active (containers) */
};
void procaudit_obstacle(struct procaudit_obstacle *obstacle);

#ifdef __cplusplus
}
#endif
#endif
