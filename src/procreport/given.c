/* SPDX-License-Identifier: ISC */
#include "given.h"

#include <string.h>

static void copy(struct given *given, const struct procaudit_record *r)
{
	given->strings.size = 0;
	bytes_add(&given->strings, r->env.data, r->env.size);
	given->env = r->env;
	given->env.data = given->strings.data;
	given->listed = r->kind == PROCAUDIT_RECORD_ENV ? r->env_id : 0;
}

/* A command is what the first part of a log begins with; what was attached to has
 * been something before. */
static void begin(struct given *given, const struct procaudit_record *r)
{
	if (r->part != 1 && strcmp(given->log_id, r->log_id.data) == 0)
		return;
	memcpy(given->log_id, r->log_id.data, sizeof(given->log_id));
	given->known = false;
	given->listed = 0;
	given->awaited = r->part == 1 && r->mode.data && strcmp(r->mode.data, "run") == 0;
}

static bool learn(struct given *given, const struct procaudit_record *r)
{
	/* It comes right before the first that has it. */
	if (r->kind == PROCAUDIT_RECORD_ENV)
		copy(given, r);
	if (r->kind != PROCAUDIT_RECORD_EXEC || r->proc != 1)
		return false;
	if (r->env.data)
		copy(given, r);
	else if (r->env_id < 1 || r->env_id != given->listed)
		/* One that failed may have none. */
		return false;
	given->awaited = false;
	given->known = true;
	return true;
}

bool given_record(struct given *given, const struct procaudit_record *record)
{
	if (record->kind == PROCAUDIT_RECORD_HEADER)
		begin(given, record);
	return given->awaited && learn(given, record);
}

void given_free(struct given *given)
{
	bytes_free(&given->strings);
}
