/* SPDX-License-Identifier: ISC */
/*
 * Bytes as text, for programs that show what a log holds. The bytes are any:
 * names and arguments are what somebody else chose.
 *
 * Each function writes to out, which has room for as many bytes as the macro
 * before it says, and returns how many it wrote. There is no NUL byte at the end.
 */
#ifndef PROCAUDIT_TEXT_H
#define PROCAUDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A word that a shell reads as exactly these bytes: plain where that is safe,
 * 'quoted', or $'with escapes' (POSIX 2024; bash, zsh, ksh, busybox) where there
 * are bytes that a terminal must not see. UTF-8, printable.
 */
#define PROCAUDIT_QUOTE_ROOM(size) (4 * (size) + 16)
size_t procaudit_quote(char *out, const char *data, size_t size);

/* A JSON string with its quotation marks, as in procaudit-log(5). *exact says
 * whether it holds the bytes; else U+FFFD stands for what is not UTF-8. */
#define PROCAUDIT_JSON_ROOM(size) (6 * (size) + 32)
size_t procaudit_json(char *out, const char *data, size_t size, bool *exact);

/* The bytes in base64, as a JSON string. */
#define PROCAUDIT_BASE64_ROOM(size) (4 * ((size) / 3) + 16)
size_t procaudit_base64(char *out, const char *data, size_t size);

#ifdef __cplusplus
}
#endif
#endif
