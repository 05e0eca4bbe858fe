/* SPDX-License-Identifier: ISC */
/* Quoting for shells. */
#ifndef SHELL_H
#define SHELL_H

#include "buf.h"

/*
 * Appends a word that a shell reads as exactly these bytes: plain where that
 * is safe, 'quoted', or $'with escapes' (POSIX 2024; bash, zsh, ksh, busybox)
 * where there are bytes that a terminal must not see.
 */
void shell_quote(struct buf *buf, const char *data, size_t size);

#endif
