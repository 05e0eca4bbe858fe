/* SPDX-License-Identifier: ISC */
#include "tracecontext.h"

#include "variable.h"

#include <stdlib.h>
#include <string.h>

/* Upper case is not allowed. */
#define HEX "0123456789abcdef"

/* A field of so many digits, behind which is what ends it. */
static bool take(const char **at, char *field, size_t digits, const char *ends)
{
	if (strspn(*at, HEX) != digits || !strchr(ends, (*at)[digits]))
		return false;
	memcpy(field, *at, digits);
	field[digits] = '\0';
	*at += digits;
	if (**at == '-')
		++*at;
	return true;
}

static bool is_zero(const char *field)
{
	return field[strspn(field, "0")] == '\0';
}

/* version "-" trace-id "-" parent-id "-" trace-flags; of versions to come more may
 * follow, and ff is none. */
static bool parse(struct tracecontext *context, const char *text)
{
	char version[3], flags[3];

	if (!take(&text, version, 2, "-") || strcmp(version, "ff") == 0)
		return false;
	if (!take(&text, context->trace_id, 32, "-") || is_zero(context->trace_id))
		return false;
	if (!take(&text, context->parent_id, 16, "-") || is_zero(context->parent_id))
		return false;
	/* strchr() finds the end of its string, too. */
	if (!take(&text, flags, 2, strcmp(version, "00") == 0 ? "" : "-"))
		return false;
	context->flags = (unsigned)strtoul(flags, NULL, 16);
	return true;
}

/* It goes from one to the next as it is: printable ASCII, 512 characters at most. */
static bool is_state(const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++)
		if (i == 512 || text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

bool tracecontext_in(struct tracecontext *context, const struct procaudit_strings *env)
{
	const char *parent = variable_in(env, "TRACEPARENT");
	const char *state = variable_in(env, "TRACESTATE");
	struct tracecontext found = {0};

	if (!parent || !parse(&found, parent))
		return false;
	if (state && is_state(state))
		memcpy(found.state, state, strlen(state) + 1);
	*context = found;
	return true;
}
