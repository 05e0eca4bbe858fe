/* SPDX-License-Identifier: ISC */
/*
 * Finished parts become .zst, by a thread of low priority: the tracer, which is
 * the first thread, never waits for it, and there is no other process that could
 * be taken for one of the command's.
 *
 * At each moment there is the part as it was, or the whole .zst on the disk, or
 * both: a crash loses nothing, and who comes next goes on.
 */
#ifndef COMPRESS_H
#define COMPRESS_H

#include "parts.h"

#include <pthread.h>
#include <stdatomic.h>

struct compressor {
	const struct parts *parts; /* borrowed; NULL: nothing is compressed */
	pthread_t thread;	   /* valid if running */
	bool running;
	pthread_mutex_t mutex; /* for what follows */
	pthread_cond_t more;   /* last has changed, or stop */
	unsigned next;	       /* the number to look at next */
	unsigned first, last;  /* as of parts; those in front of first are being removed */
	_Atomic bool stop;
	_Atomic int error; /* -errno of a part that has stayed as it was; 0: none */
};

/* Whether it was built in. */
bool compress_is_known(void);

/* For the finished parts that there are, and those to come. */
void compress_init(struct compressor *compressor, const struct parts *parts);

/* There is one more finished part; those in front of first are to be removed, by
 * the caller, when this has returned. */
void compress_more(struct compressor *compressor, unsigned first, unsigned last);

/* Ends the thread, and does what it has left. */
void compress_finish(struct compressor *compressor);

#endif
