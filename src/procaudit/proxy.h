/* SPDX-License-Identifier: ISC */
/*
 * Two processes: the proxy, which stands where the command would stand without
 * procaudit, and the recorder, its child, which does the work.
 *
 * The proxy is what our parent waits for. It stops, goes on and ends as the
 * command does, so that a shell's job control works. A tracer that is stopped
 * cannot answer its tracees, though: all that the command has left running
 * would hang until `fg`, and a command that somebody continues by its own pid
 * would, too. Therefore the recorder is a process of its own, in a session of
 * its own, out of reach of the terminal and of signals to process groups. That
 * other session also keeps the command's process group as orphaned as it would
 * be (setpgid(2)): the parent of a member counts only in the same session.
 *
 * The proxy tells the recorder of signals that it got, and ends when that ends;
 * the recorder makes it stop and go on.
 */
#ifndef PROXY_H
#define PROXY_H

#include "options.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Memory that both have. Each stop of the command has a number, from 1 on. */
struct proxy_orders {
	_Atomic uint64_t stop;	 /* the last one's number << 8 | the signal, or 0 when it is over */
	_Atomic uint64_t obeyed; /* the number of the one that the proxy has stopped for last */
	_Atomic uint64_t seen;	 /* what that was when it told of a signal last */
	_Atomic uint64_t doubted; /* the number of the last one that SIGCONT has overtaken */
	_Atomic uint32_t open;	  /* 1: a signal can stop the proxy without an order; a futex */
	_Atomic bool left;	  /* the recorder has left the process group */
};

struct proxy {
	sigset_t signals;	     /* what the recorder is told of */
	pid_t recorder;		     /* valid in the proxy */
	pid_t pid;		     /* of the proxy; 0: there is none */
	bool dumpable;		     /* it was started so (prctl(2)); valid if there is one */
	struct procaudit_seat *seat; /* in place of that: where the command itself is; or NULL */
	struct proxy_orders *orders; /* valid if there is one */
};

/* Becomes the two processes, unless the command has a seat of its own, and the recorder does what
 * record says, whose result is its exit status. Returns that in the recorder, and in the proxy when
 * the recorder has ended; or does not, if it died by a signal. */
int proxy_run(const struct options *options, struct procaudit_seat *seat,
	int (*record)(const struct options *options, const struct proxy *proxy));

/* In the recorder: leaves the process group and the session. To be called when
 * its signals are blocked and the command has been forked. */
void proxy_leave(const struct proxy *proxy);

/* In the recorder: the command has been stopped by this signal. */
void proxy_stop(const struct proxy *proxy, int signo);

/* In the recorder: the command goes on, or has ended. */
void proxy_continue(const struct proxy *proxy);

/* In the recorder: whether the signal that the proxy told of last came before it
 * had stopped for the last stop: a SIGCONT is none of that then. */
bool proxy_signal_is_stale(const struct proxy *proxy);

/* In the recorder: whether the proxy has gone on since it stopped with the
 * command, which is stopped still. */
bool proxy_goes_on_alone(const struct proxy *proxy);

/* In the recorder: whether the proxy went on before it had stopped for the last stop,
 * and has to be told once more should that last. */
bool proxy_doubts(const struct proxy *proxy);

/* In the recorder: whether the proxy tells of this signal, which it has got itself. */
bool proxy_is_told(const struct proxy *proxy, const siginfo_t *info);

/* In the recorder: what the proxy told of becomes what the proxy got; any other
 * signal is left as it is. Returns whether the proxy had stopped for the last stop
 * before it got it; others may have come since, which proxy_goes_on_alone() knows. */
bool proxy_translate(const struct proxy *proxy, siginfo_t *info);

#endif
