/* SPDX-License-Identifier: ISC */
/* What happens around execve and execveat. Each of these answers the stop. */
#ifndef EXEC_H
#define EXEC_H

#include "state.h"

/* PTRACE_EVENT_EXEC of the process pid. */
void on_exec(struct procaudit_tracer *t, pid_t pid);

/* A seccomp filter's stop. If it is ours, the task is about to call execve or
 * execveat, or to set a filter of its own. task may be NULL. */
void on_seccomp(struct procaudit_tracer *t, pid_t tid, struct task *task);

/* The end of a system call that was waited for: an exec that has failed, or a
 * filter that is set. task may be NULL. */
void on_syscall_end(struct procaudit_tracer *t, pid_t tid, struct task *task);

/* The process has been killed in the middle of an exec. */
void on_exec_killed(struct procaudit_tracer *t, const struct process *process);

#endif
