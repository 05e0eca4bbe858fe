/* SPDX-License-Identifier: ISC */
/*
 * The trace that a command is to be a part of: TRACEPARENT and TRACESTATE in its
 * environment, as OpenTelemetry's "Environment Variables as Context Propagation
 * Carriers" has them; their values are those of W3C Trace Context.
 */
#ifndef TRACECONTEXT_H
#define TRACECONTEXT_H

#include <procaudit/event.h>

struct tracecontext {
	char trace_id[33];  /* 32 hexadecimal digits, not all 0 */
	char parent_id[17]; /* 16 of them; "": nobody began it */
	unsigned flags;	    /* 8 bits: 1 is sampled */
	char state[513];    /* "": none */
};

/* False if there is none, or one that W3C has ignored; *context is unchanged then. */
bool tracecontext_in(struct tracecontext *context, const struct procaudit_strings *env);

#endif
