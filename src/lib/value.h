/* SPDX-License-Identifier: ISC */
/* Values in a log, as text. */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* An integer of at most 16 digits, without a sign; -1 for anything else. */
int64_t value_integer(const char *digits, size_t size);

/* "2026-11-21T13:31:06.000000000Z"; false for anything else. */
bool value_time(struct timespec *time, const char *text, size_t size);

/* The same backwards, with four digits for years below 1000 as well. */
#define VALUE_TIME_SIZE 64
void value_print_time(char text[VALUE_TIME_SIZE], const struct timespec *time);

/* The errno value of a name; 4095, the kernel's largest, if nobody knows it. */
int value_error(const char *name, size_t size);

#endif
