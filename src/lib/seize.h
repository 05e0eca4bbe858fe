/* SPDX-License-Identifier: ISC */
/* Becoming the tracer of one task that runs already. */
#ifndef SEIZE_H
#define SEIZE_H

#include <procaudit/event.h>

#include <signal.h>

/* Why a task cannot be traced. */
struct refusal {
	enum procaudit_gap_reason reason; /* PROCAUDIT_GAP_ATTACH_… */
	int error;			  /* errno value; 0: the reason says it */
	pid_t tracer;			  /* with ATTACH_TRACED: who traces it; 0: unknown */
};

enum seized {
	SEIZED,	       /* it is our tracee and has been told to stop */
	SEIZED_OURS,   /* it was our tracee before: its creator is one */
	SEIZED_GONE,   /* it has ended */
	SEIZED_BUSY,   /* a tracee has something to report that may be in the way: serve it,
			  then try again */
	SEIZED_SPARE,  /* it belongs to the kernel and does the work of a thread of its process */
	SEIZED_NOT,    /* see the refusal */
	SEIZED_UNSURE, /* internal: to be tried again */
};

/* Around all calls of seize(): catches SIGCHLD, which is blocked. One that comes
 * meanwhile may be lost. */
void seize_begin(struct sigaction *saved);
void seize_end(const struct sigaction *saved);

/* Seizes a task with these PTRACE_O_ options. */
enum seized seize(pid_t tid, unsigned long options, struct refusal *refusal);

#endif
