/* SPDX-License-Identifier: ISC */
#include <bsd/err.h>
#include <errno.h>
#include <stdarg.h>

void errc(int status, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	errno = code;
	verr(status, format, args);
}

void warnc(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	errno = code;
	vwarn(format, args);
	va_end(args);
}
