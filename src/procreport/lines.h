/* SPDX-License-Identifier: ISC */
/* Lines on their way to standard output: at first only the last of them matter. */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	bool held;    /* none is printed yet */
	size_t limit; /* so many of those that are held are kept */
	char **last;  /* owned; a ring, in which next is the oldest if it is full */
	size_t count, next, room;
};

/* Holds lines back until lines_release(); 0 keeps none. */
void lines_hold(struct lines *lines, size_t limit);

/* Takes whole lines. */
void lines_add(struct lines *lines, const char *text, size_t size);

/* Prints what was kept; from now on all is printed. */
void lines_release(struct lines *lines);

#endif
