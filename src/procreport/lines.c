/* SPDX-License-Identifier: ISC */
#include "lines.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lines_hold(struct lines *lines, size_t limit)
{
	*lines = (struct lines){.held = true, .limit = limit};
}

/* The ring grows until it has its size. */
static void make_room(struct lines *l)
{
	size_t room = l->room ? 2 * l->room : 64;

	if (l->count < l->room || l->room == l->limit)
		return;
	l->room = room < l->limit ? room : l->limit;
	l->last = reallocarray(l->last, l->room, sizeof(*l->last));
	if (!l->last)
		errc(STATUS_FAILED, ENOMEM, "cannot keep %zu lines", l->limit);
	l->next = l->count;
}

static void keep(struct lines *l, const char *line, size_t size)
{
	make_room(l);
	if (l->count == l->limit)
		free(l->last[l->next]);
	else
		l->count++;
	l->last[l->next] = strndup(line, size);
	if (!l->last[l->next])
		errc(STATUS_FAILED, ENOMEM, "cannot keep %zu lines", l->limit);
	l->next = (l->next + 1) % l->limit;
}

void lines_add(struct lines *l, const char *text, size_t size)
{
	const char *end = text + size, *next;

	if (!l->held) {
		fwrite(text, 1, size, stdout);
		return;
	}
	for (; l->limit && text < end; text = next) {
		next = (const char *)memchr(text, '\n', (size_t)(end - text)) + 1;
		keep(l, text, (size_t)(next - text));
	}
}

void lines_release(struct lines *l)
{
	size_t i, first = l->count == l->limit ? l->next : 0;

	for (i = 0; i < l->count; i++) {
		char *line = l->last[(first + i) % l->count];

		fputs(line, stdout);
		free(line);
	}
	free(l->last);
	*l = (struct lines){.held = false};
}
