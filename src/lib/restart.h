/* SPDX-License-Identifier: ISC */
/* The only restart of a stopped task. */
#ifndef RESTART_H
#define RESTART_H

#include "state.h"

#include <sys/ptrace.h>

/* What ptrace(2) takes; numbers in musl. */
#ifdef __GLIBC__
typedef enum __ptrace_request ptrace_request;
#else
typedef int ptrace_request;
#endif

/*
 * Answers a stop: request is PTRACE_CONT, PTRACE_LISTEN or PTRACE_SYSCALL; the
 * tracer being told to let go, the task is detached or killed instead. task may
 * be NULL and is invalid afterwards. One that was killed meanwhile cannot be
 * restarted, and its end follows.
 */
void restart(struct procaudit_tracer *t, pid_t tid, struct task *task, ptrace_request request,
	int signo);

/* The task is traced no longer: hands out the detach event of a leader and
 * removes the entry. */
void let_go(struct procaudit_tracer *t, struct task *task, enum procaudit_detach_reason reason);

#endif
