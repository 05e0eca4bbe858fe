/* SPDX-License-Identifier: ISC */
/* Signals between those outside and the command: what comes to us is handed on,
 * and its stops are shown. */
#ifndef RELAY_H
#define RELAY_H

#include "proxy.h"

#include <procaudit/tracer.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* A signal that ends, and how it came. */
struct arrival {
	int signo;
	int code;
	pid_t sender;
	bool told;    /* by the proxy, which has got it */
	int64_t when; /* CLOCK_BOOTTIME; 0: none */
};

/* Begins with the proxy and the tracer only. */
struct relay {
	const struct proxy *proxy;
	struct procaudit_tracer *tracer;
	bool has_ended;	  /* the command has */
	bool stop_passed; /* the last of job control that was handed on is a stop */
	bool continued;	  /* the command has got a SIGCONT since its stop */
	unsigned passed;  /* signals that end, handed on to the command */
	struct arrival last;
};

/* Takes what came to us, or what the tracer says of the command's stops. Returns
 * whether it was meant for ourselves: to let go of everything. */
bool relay_signal(struct relay *relay, const siginfo_t *got);

/* The command has ended. */
void relay_end(struct relay *relay);

#endif
