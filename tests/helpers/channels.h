/* SPDX-License-Identifier: ISC */
/* What the calls of interrupts wait at, and what both of its processes know. */
#ifndef CHANNELS_H
#define CHANNELS_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

/* Long enough for any machine: nothing here may end by it. */
#define HOUR 3600

/* Between the process that waits and the one that looks on. */
struct shared {
	_Atomic pid_t tid;  /* of the thread that waits; 0: not yet */
	_Atomic bool ended; /* the call has */
	_Atomic unsigned word;
	struct timespec nap; /* of the calls that end by their time alone */
	long result;
	int error;
};
extern struct shared *shared;

extern int fd[2];	/* the call waits at the first one */
extern int queue;	/* epoll, inotify, message queue … */
extern int children[2]; /* who holds the first end sees the end of the second */
extern char byte;
extern char memory[65536];
extern struct iovec one; /* byte */
extern struct timespec hour;
extern sigset_t usr2;

/* Returns result; ends the process if it is negative. */
long check(long result, const char *what);

/* One way to open a channel, and one to give it what a call waits for. */
void open_pipe(void);
void open_socket(void); /* with timeouts */
void feed(void);
void open_full_socket(void);
void drain(void);
void open_listener(void);
void join(void);
void signal_usr2(void);

/* A byte, from whatever the channel is. */
long call_read(void);

#endif
