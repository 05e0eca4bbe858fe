/* SPDX-License-Identifier: ISC */
/* Calls that fail when a test says so, by --wrap of ld(1). For one file of a test. */
#ifndef REFUSE_H
#define REFUSE_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The call of this name fails so often, once so many have passed. */
static struct {
	const char *call;
	int pass, fail, error;
} plan = {.call = ""};

static void refuse(const char *call, int pass, int fail, int error)
{
	plan.call = call;
	plan.pass = pass;
	plan.fail = fail;
	plan.error = error;
}

static bool fails(const char *call)
{
	if (strcmp(call, plan.call) != 0 || plan.pass-- > 0 || plan.fail == 0)
		return false;
	plan.fail--;
	errno = plan.error;
	return true;
}

/* The names are the linker's, and those that glibc has for files of 64-bit sizes. Around
 * each use: NOLINT for reserved identifiers. */
#define WRAP(type, failed, name, parameters, arguments)                                            \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		return fails(#name) ? (failed) : __real_##name arguments;                          \
	}

#endif
