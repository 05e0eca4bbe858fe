/* SPDX-License-Identifier: ISC */
/*
 * What all processes that ran at a time have used at most, together: known for none
 * before its end. It takes 32 bytes a process.
 */
#ifndef PEAKS_H
#define PEAKS_H

#include <stddef.h>
#include <stdint.h>

struct peak {
	int64_t us, kb;
};

struct peaks {
	struct peak *begins, *ends; /* each in the order of time */
	size_t begin_count, end_count, next_begin, next_end;
	int64_t sum_kb;
};

/* A process begins; returns its place. Does not return without memory. */
size_t peaks_begin(struct peaks *peaks, int64_t us);

/* It ends, having used so much. */
void peaks_end(struct peaks *peaks, size_t place, int64_t us, int64_t kb);

/* The next time at which the sum is another, and that sum; 0: there is none. To be
 * asked when all have ended. */
int peaks_next(struct peaks *peaks, struct peak *sum);

void peaks_free(struct peaks *peaks);

#endif
