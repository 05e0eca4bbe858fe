/* SPDX-License-Identifier: ISC */
/* The filter behind --failed: stops at every execve and execveat. */
#ifndef SECCOMP_H
#define SECCOMP_H

/* What our stops carry as event message, to be told from those of a filter
 * that the tracee has set itself. */
#define SECCOMP_TRACE_EXEC   0x7061 /* execve, execveat */
#define SECCOMP_TRACE_FILTER 0x7062 /* a filter is about to be set */

/*
 * Makes the calling thread, and all that comes of it, stop for its tracer
 * (PTRACE_O_TRACESECCOMP) at each execve and execveat of every ABI that has a
 * row in abi.h, and where it sets a filter of its own, which may hide those;
 * everything else is allowed. Without CAP_SYS_ADMIN it sets
 * no_new_privs, too. Returns 0 or -errno of seccomp(2). Does not allocate.
 */
int seccomp_trace_execs(void);

#endif
