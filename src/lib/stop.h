/* SPDX-License-Identifier: ISC */
/* What a wait status of a seized task says, and what must follow. */
#ifndef STOP_H
#define STOP_H

enum stop {
	/* The task has ended. It is a zombie until it is waited for. */
	STOP_ENDED,
	/* PTRACE_EVENT_STOP with SIGTRAP: a new task's first stop, the answer to
	 * PTRACE_INTERRUPT, or the end of a group-stop. Restart without a signal. */
	STOP_TRAP,
	/* PTRACE_EVENT_STOP with another signal: group-stop. PTRACE_LISTEN, so
	 * that it stays stopped and SIGCONT is seen. */
	STOP_GROUP,
	/* The task has made another one, whose id is the event message. Restart
	 * without a signal. */
	STOP_FORK,
	STOP_VFORK,
	STOP_CLONE,
	/* execve has succeeded; all other threads are gone, the task has the
	 * leader's id, and its former one is the event message. Restart without
	 * a signal. */
	STOP_EXEC,
	/* A seccomp filter's stop, before the system call. If it is ours, note what
	 * is asked for and restart to the call's end; else restart. */
	STOP_SECCOMP,
	/* The end of a system call that was waited for. Restart. */
	STOP_SYSCALL,
	/* An event that was not asked for. Restart without a signal. */
	STOP_OTHER_EVENT,
	/* A signal on its way to the task. Restart with exactly that signal. */
	STOP_SIGNAL,
};

/* status is as from waitpid(2). */
enum stop stop_classify(int status);

#endif
