/* SPDX-License-Identifier: ISC */
#include "output.h"

#include <procaudit/text.h>

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* Room for what a string becomes; borrowed until the next call. */
static char *room_for(size_t size)
{
	static char *room;
	static size_t cap;

	if (size > cap) {
		free(room);
		cap = size < 65536 ? 65536 : size;
		room = malloc(cap);
		if (!room)
			errc(STATUS_FAILED, ENOMEM, "cannot print a string");
	}
	return room;
}

void output_quoted(FILE *out, const char *data, size_t size)
{
	char *text = room_for(PROCAUDIT_QUOTE_ROOM(size));

	fwrite(text, 1, procaudit_quote(text, data, size), out);
}

const char *output_shown(const char *data, size_t size, size_t *shown_size)
{
	char *text = room_for(PROCAUDIT_QUOTE_ROOM(size));

	*shown_size = procaudit_quote(text, data, size);
	if (*shown_size > 2 && memcmp(text, "$'", 2) == 0)
		return text;
	*shown_size = size;
	return data;
}

bool output_json(FILE *out, const char *data, size_t size)
{
	char *text = room_for(PROCAUDIT_JSON_ROOM(size));
	bool exact;

	fwrite(text, 1, procaudit_json(text, data, size, &exact), out);
	return exact;
}

bool output_is_exact(const char *data, size_t size)
{
	bool exact;

	procaudit_json(room_for(PROCAUDIT_JSON_ROOM(size)), data, size, &exact);
	return exact;
}

void output_base64(FILE *out, const char *data, size_t size)
{
	char *text = room_for(PROCAUDIT_BASE64_ROOM(size));

	fwrite(text, 1, procaudit_base64(text, data, size), out);
}

unsigned output_columns(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) != 1)
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

/* The length of the first character, and its columns. */
static size_t first_character(const char *text, size_t size, unsigned *columns)
{
	mbstate_t state = {0};
	wchar_t character;
	size_t length = mbrtowc(&character, text, size, &state);
	int width;

	*columns = 1;
	if (length == 0 || length > size)
		return 1;
	width = wcwidth(character);
	*columns = width > 0 ? (unsigned)width : 0;
	return length;
}

unsigned output_width(const char *text, size_t size)
{
	unsigned columns = 0, width;
	size_t at = 0;

	while (at < size) {
		at += first_character(text + at, size - at, &width);
		columns += width;
	}
	return columns;
}

void output_cut(const char *text, size_t size, unsigned columns)
{
	size_t at = 0, fits = 0; /* fits: with an ellipsis behind it */
	unsigned used = 0, width;

	if (columns == 0) {
		fwrite(text, 1, size, stdout);
		return;
	}
	while (at < size) {
		size_t length = first_character(text + at, size - at, &width);

		if (used + width > columns)
			break;
		used += width;
		at += length;
		if (used < columns)
			fits = at;
	}
	fwrite(text, 1, at < size ? fits : size, stdout);
	if (at < size)
		fputs("\xe2\x80\xa6", stdout);
}

void output_cut_front(const char *text, size_t size, unsigned columns)
{
	unsigned left = columns ? output_width(text, size) : 0, width;
	size_t at = 0;

	if (left > columns) {
		fputs("\xe2\x80\xa6", stdout);
		for (; left >= columns; left -= width)
			at += first_character(text + at, size - at, &width);
	}
	fwrite(text + at, 1, size - at, stdout);
}

void output_seconds(int64_t us, int width)
{
	if (us < 0)
		printf("%*s", width, "-");
	else
		printf("%*.3f", width, (double)us / 1e6);
}

void output_time(int64_t ns, bool utc)
{
	time_t seconds = (time_t)(ns / 1000000000);
	char text[64] = "?";
	struct tm tm;

	if (utc ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s.%03d", text, (int)(ns / 1000000 % 1000));
}

void output_log_time(char text[OUTPUT_TIME_SIZE], const struct timespec *time)
{
	struct tm tm;

	gmtime_r(&time->tv_sec, &tm);
	snprintf(text, OUTPUT_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, time->tv_nsec);
}

void output_place(FILE *out, const struct procaudit_place *place)
{
	output_quoted(out, place->file, strlen(place->file));
	if (place->line)
		fprintf(out, ":%" PRIu64, place->line);
}

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

bool output_has_color(const struct options *options)
{
	switch (options->color) {
	case COLOR_ALWAYS:
		return true;
	case COLOR_NEVER:
		return false;
	case COLOR_AUTO:
		break;
	}
	return isatty(STDOUT_FILENO) == 1 && is_set("TERM") && !is_set("NO_COLOR");
}

int output_end(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	warn("cannot write to standard output");
	return STATUS_FAILED;
}
