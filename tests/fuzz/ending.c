/* SPDX-License-Identifier: ISC */
#include "ending.h"

#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

jmp_buf ending;
bool is_running;
int ended_by;

/* The names are the linker's: --wrap in ld(1).
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
_Noreturn void __real_exit(int status);
_Noreturn void __wrap_exit(int status);
_Noreturn void __wrap_err(int status, const char *format, ...);
_Noreturn void __wrap_errx(int status, const char *format, ...);
_Noreturn void __wrap_errc(int status, int error, const char *format, ...);

_Noreturn void __wrap_exit(int status)
{
	if (is_running) {
		ended_by = status;
		longjmp(ending, 1);
	}
	__real_exit(status);
}

/* The message is made, so that what it shows is looked at. */
static _Noreturn void end_with(int status, const char *format, va_list arguments)
{
	char message[512];

	require(vsnprintf(message, sizeof(message), format, arguments) > 0);
	require(status != 0);
	__wrap_exit(status);
}

_Noreturn void __wrap_err(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	end_with(status, format, arguments);
}

_Noreturn void __wrap_errx(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	end_with(status, format, arguments);
}

_Noreturn void __wrap_errc(int status, int error, const char *format, ...)
{
	va_list arguments;

	(void)error;
	va_start(arguments, format);
	end_with(status, format, arguments);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
