/* SPDX-License-Identifier: ISC */
/* What ends a program ends one call here: see WITH_END. */
#ifndef ENDING_H
#define ENDING_H

#include <setjmp.h>
#include <stdbool.h>

/* Where exit() and its likes go while is_running. */
extern jmp_buf ending;
extern bool is_running;

/* The status of the last end. */
extern int ended_by;

#endif
