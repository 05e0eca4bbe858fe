/* SPDX-License-Identifier: ISC */
#include "kinds.h"

#include <bsd/err.h>
#include <string.h>

static const char *const names[KINDS] = {
	[KIND_NEW_PROGRAM] = "new-program",
	[KIND_GONE_PROGRAM] = "gone-program",
	[KIND_NEW_COMMAND] = "new-command",
	[KIND_GONE_COMMAND] = "gone-command",
	[KIND_CHANGED_PROGRAM] = "changed-program",
	[KIND_CHANGED_FLAGS] = "changed-flags",
	[KIND_CHANGED_ENV] = "changed-env",
	[KIND_CHANGED_STATUS] = "changed-status",
	[KIND_CHANGED_COUNT] = "changed-count",
	[KIND_INCOMPLETE] = "incomplete",
};

const char *kind_name(enum kind kind)
{
	return names[kind];
}

static bool is_word(const char *word, size_t size, const char *name)
{
	return strlen(name) == size && memcmp(word, name, size) == 0;
}

static void parse_word(const char *word, size_t size, bool kinds[KINDS])
{
	bool any = is_word(word, size, "any"), found = any;
	unsigned kind;

	for (kind = 0; kind < KINDS; kind++) {
		if (!any && !is_word(word, size, names[kind]))
			continue;
		kinds[kind] = true;
		found = true;
	}
	if (!found)
		errx(STATUS_USAGE, "--fail-on: '%.*s' is no kind of difference (see procreport(1))",
			(int)size, word);
}

void kinds_parse(const struct list *fail_on, bool kinds[KINDS])
{
	const char *at;
	size_t i, size;

	memset(kinds, 0, KINDS * sizeof(*kinds));
	for (i = 0; i < fail_on->count; i++) {
		for (at = fail_on->items[i];; at += size + 1) {
			size = strcspn(at, ",");
			parse_word(at, size, kinds);
			if (!at[size])
				break;
		}
	}
}
