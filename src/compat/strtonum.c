/* SPDX-License-Identifier: ISC */
#include <bsd/stdlib.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>

long long strtonum(const char *text, long long min, long long max, const char **error)
{
	int before = errno;
	long long number;
	char *end;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end) {
		*error = "invalid";
		errno = EINVAL;
	} else if (number < min || (number == LLONG_MIN && errno == ERANGE)) {
		*error = "too small";
		errno = ERANGE;
	} else if (number > max || (number == LLONG_MAX && errno == ERANGE)) {
		*error = "too large";
		errno = ERANGE;
	} else {
		*error = NULL;
		errno = before;
	}
	return *error ? 0 : number;
}
