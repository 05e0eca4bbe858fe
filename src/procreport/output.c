/* SPDX-License-Identifier: ISC */
#include "output.h"

#include <procaudit/text.h>

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

void output_json(FILE *out, const char *data, size_t size)
{
	char *text = room_for(PROCAUDIT_JSON_ROOM(size));
	bool exact;

	fwrite(text, 1, procaudit_json(text, data, size, &exact), out);
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
