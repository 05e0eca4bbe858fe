/* SPDX-License-Identifier: ISC */
/* Test Anything Protocol: what a unit test says. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stddef.h>

/* One test: prints its line. Returns condition. */
__attribute__((format(printf, 2, 3))) bool ok(bool condition, const char *name, ...);

/* A test that cannot run here, and why. */
void skip(const char *name, const char *reason);

/* As ok(), and shows what differs. */
bool ok_int(long long got, long long expected, const char *name);
bool ok_str(const char *got, const char *expected, const char *name);
bool ok_bytes(const char *got, size_t got_size, const char *expected, size_t expected_size,
	const char *name);

/* A line for people, such as the input that a failing test had. */
__attribute__((format(printf, 1, 2))) void note(const char *format, ...);
void note_bytes(const char *label, const char *data, size_t size);

/* Prints the plan. To be returned by main. */
int tap_end(void);

#endif
