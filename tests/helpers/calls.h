/* SPDX-License-Identifier: ISC */
/* The system calls that interrupts waits in. */
#ifndef CALLS_H
#define CALLS_H

#include <sys/types.h>

struct call {
	const char *name;
	void (*open)(void);  /* before there are two processes */
	void (*begin)(void); /* by the one that waits; or NULL */
	long (*wait)(void);
	void (*satisfy)(void); /* by the other one */
	void (*close)(void);   /* or NULL */
};

/* Those that fail with EINTR, and those that the kernel begins again; each list
 * ends with a NULL name. */
extern const struct call calls_failing[];
extern const struct call calls_restarted[];

/* A child that a call waits for; 0: none. */
extern pid_t awaited;

/* A handler that does nothing. */
void on_signal(int signo);

#endif
