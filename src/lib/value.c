/* SPDX-License-Identifier: ISC */
#include "value.h"

#include <procaudit/event.h>

#include <stdio.h>
#include <string.h>

int64_t value_integer(const char *digits, size_t size)
{
	int64_t value = 0;
	size_t i;

	if (size > 16)
		return -1;
	for (i = 0; i < size; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -1;
		value = value * 10 + (digits[i] - '0');
	}
	return value;
}

static int digits_value(const char *at, int count)
{
	int value = 0;

	while (count-- > 0) {
		if (*at < '0' || *at > '9')
			return -1;
		value = value * 10 + (*at++ - '0');
	}
	return value;
}

bool value_time(struct timespec *time, const char *text, size_t size)
{
	static const char form[] = "0000-00-00T00:00:00.000000000Z";
	struct tm tm;
	size_t i;

	if (size != sizeof(form) - 1)
		return false;
	for (i = 0; i < size; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	tm = (struct tm){
		.tm_year = digits_value(text, 4) - 1900,
		.tm_mon = digits_value(text + 5, 2) - 1,
		.tm_mday = digits_value(text + 8, 2),
		.tm_hour = digits_value(text + 11, 2),
		.tm_min = digits_value(text + 14, 2),
		.tm_sec = digits_value(text + 17, 2),
	};
	if (tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
		tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	time->tv_sec = timegm(&tm);
	time->tv_nsec = digits_value(text + 20, 9);
	return true;
}

void value_print_time(char text[VALUE_TIME_SIZE], const struct timespec *time)
{
	struct tm tm;

	gmtime_r(&time->tv_sec, &tm);
	snprintf(text, VALUE_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, time->tv_nsec);
}

int value_error(const char *name, size_t size)
{
	char buffer[16];
	int error;

	for (error = 1; error < 4095; error++) {
		const char *known = procaudit_errno_name(error, buffer);

		if (strlen(known) == size && memcmp(known, name, size) == 0)
			return error;
	}
	return error;
}
