/* SPDX-License-Identifier: ISC */
/* Execs and processes in words. */
#ifndef WORDS_H
#define WORDS_H

#include "model.h"

#include <stdbool.h>

/* The command line, quoted, in at most so many columns; 0: all of it. */
void words_command(const struct exec *exec, unsigned columns);

/* The same of one that failed: the path that was asked for, and the arguments. */
void words_failure(const struct exec *exec, unsigned columns);

/* The command line of a log, likewise. */
void words_strings(const struct text *strings, unsigned columns);

/* Words, each ended by a NUL byte, quoted and joined by blanks. Borrowed until the
 * next call of any of these. */
const char *words_joined(const char *data, size_t size);

/* A name, quoted, likewise. */
void words_name(const struct text *name, unsigned columns);

/* A path, whose end tells more than its beginning: this is cut off, unless it is quoted. */
void words_path(const struct text *path, unsigned columns);

/* What a process runs: its last program, or, if it only forked, what its creator ran
 * then. NULL if nobody knows. */
const struct exec *words_program(const struct process *process);

/* "12.2", the second program of process 12; "12" if it has one only; with the
 * number of the log in front if there are several. A failure: "@345", its seq.
 * Borrowed until the call after the next. */
const char *words_id(const struct model *model, const struct exec *exec);
const char *words_process_id(const struct model *model, const struct process *process);

/* "exit 3", "SIGKILL", "core SIGSEGV", "let go", "no end"; "" for exit 0. Borrowed
 * until the next call. */
const char *words_end(const struct process *process);

#endif
