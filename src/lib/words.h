/* SPDX-License-Identifier: ISC */
/* The words of a response file, as GCC and clang divide it. */
#ifndef WORDS_H
#define WORDS_H

#include "buf.h"

/*
 * The first word from *at on, without its quotes, into word, which a NUL byte ends; *at
 * moves behind it. False: there is none. What quotes or a backslash leave open ends with
 * the text (GCC libiberty/argv.c, buildargv; LLVM TokenizeGNUCommandLine).
 */
bool words_next(const char **at, const char *end, struct buf *word);

#endif
