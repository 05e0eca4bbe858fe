/* SPDX-License-Identifier: ISC */
#include "verify.h"

#include "plural.h"
#include "rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A header is not shorter: log shippers tell files apart by their first bytes. */
#define HEADER_MIN 1024

struct verify *verify_new(verify_found *found, verify_log_end *log_end, void *context)
{
	struct verify *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->found = found;
	v->log_end = log_end;
	v->context = context;
	return v;
}

static void forget_log(struct verify *v)
{
	roster_clear(&v->roster);
	roster_forget_environments(&v->roster);
}

void verify_free(struct verify *v)
{
	if (!v)
		return;
	forget_log(v);
	free(v);
}

/* --- Logs ----------------------------------------------------------------------- */

static bool is(const struct procaudit_string *string, const char *text)
{
	return string->data && strcmp(string->data, text) == 0;
}

static void end_log(struct verify *v)
{
	if (!v->in_log)
		return;
	if (!v->has_trailer)
		rules_report(v, FINDING_TRUNCATED,
			"the log ends here without a trailer, after %" PRIu64
			" record%s and %" PRId64 ".%03" PRId64 " s; %" PRIu64
			" process%s had not ended",
			v->log.records, plural_s(v->log.records), v->log.mono_us / 1000000,
			v->log.mono_us / 1000 % 1000, v->living, plural_es(v->living));
	v->log_end(v->context, &v->log);
	forget_log(v);
	v->in_log = false;
}

/* Whether this header begins a further part of the log that is open; each part
 * has the environments that it names. */
static bool begin_part(struct verify *v)
{
	const struct procaudit_record *r = v->record;

	if (!v->in_log || v->has_trailer || r->part < 2 || strcmp(r->log_id.data, v->log_id) != 0)
		return false;
	if (r->part > v->part + 1)
		rules_report(v, FINDING_TRUNCATED, "this is part %" PRId64 ", behind part %" PRId64,
			r->part, v->part);
	else if (r->part != v->part + 1)
		damaged(v, "this is part %" PRId64 ", behind part %" PRId64, r->part, v->part);
	v->part = r->part;
	roster_forget_environments(&v->roster);
	return true;
}

static void begin_log(struct verify *v)
{
	const struct procaudit_record *r = v->record;

	end_log(v);
	v->in_log = true;
	v->has_trailer = false;
	v->headless = v->partial = r->part != 1;
	v->log = (struct verify_log){.file = r->place.file};
	v->seq = v->headless ? r->seq : 0;
	v->living = 0;
	v->end.is = false;
	memset(v->counts, 0, sizeof(v->counts));
	memcpy(v->log_id, r->log_id.data, sizeof(v->log_id));
	v->part = r->part;
	v->attaches = is(&r->mode, "attach");
	v->let_go = 0;
	v->max_line = r->capture_max_line;
	v->with_threads = r->capture_threads == 1;
	v->env_full = is(&r->capture_env, "full");
	v->env_once = is(&r->capture_env, "once");
	v->env_none = is(&r->capture_env, "none");
	v->failed_none = is(&r->capture_failed, "none");
	v->failed_brief = is(&r->capture_failed, "brief");
	if (r->size < HEADER_MIN)
		damaged(v, "the header has %zu bytes, not %d", r->size, HEADER_MIN);
	if (v->headless)
		rules_report(v, FINDING_TRUNCATED,
			"this is part %" PRId64 ", and those before it are missing", r->part);
}

static void check_order(struct verify *v)
{
	const struct procaudit_record *r = v->record;

	/* A line that is damaged has been told. */
	if (r->seq != v->seq && !(v->damaged && r->seq > v->seq))
		damaged(v, "seq is %" PRId64 ", not %" PRId64, r->seq, v->seq);
	if (r->mono_us < v->log.mono_us)
		damaged(v, "mono_us goes back from %" PRId64 " to %" PRId64, v->log.mono_us,
			r->mono_us);
	v->seq = r->seq + 1;
	v->log.mono_us = r->mono_us;
	v->damaged = false;
}

/* Tells of a record that lacks parts, now that it is known what came instead: a gap
 * says that they were lost, and a header that the recorder was killed. */
static void tell_torn(struct verify *v, const struct procaudit_record *next)
{
	enum finding finding = FINDING_DAMAGED;
	struct procaudit_place place = v->place;

	if (!v->torn.is)
		return;
	if (next && next->kind == PROCAUDIT_RECORD_GAP && is(&next->reason, "write_error"))
		finding = FINDING_INCOMPLETE;
	else if (next && next->kind == PROCAUDIT_RECORD_HEADER)
		finding = FINDING_TRUNCATED;
	v->place = v->torn.place;
	rules_report(v, finding, "%s", v->torn.text);
	v->place = place;
	v->torn.is = false;
}

bool verify_record(struct verify *v, const struct procaudit_record *record)
{
	int64_t parts = record->parts > 0 ? record->parts : 0;

	tell_torn(v, record);
	v->record = record;
	v->place = record->place;
	if (record->kind == PROCAUDIT_RECORD_HEADER) {
		if (!begin_part(v))
			begin_log(v);
	} else if (!v->in_log) {
		damaged(v, "a record before the header");
	} else if (v->has_trailer) {
		damaged(v, "a record after the trailer");
	}
	if (v->in_log) {
		check_order(v);
		if (v->max_line > 0 && !parts && record->size > (uint64_t)v->max_line)
			damaged(v, "%zu bytes, and no line has more than %" PRId64, record->size,
				v->max_line);
		if (record->unknown)
			rules_report(v, FINDING_UNKNOWN, "%u key%s that this version does not know",
				record->unknown,
				record->unknown == 1 ? " or value" : "s or values");
		rules_apply(v);
		v->seq += parts;
		v->counts[record->kind]++;
		v->counts[PROCAUDIT_RECORD_PART] += parts;
		v->log.records += 1 + (uint64_t)parts;
		v->log.bytes += record->size;
	}
	return !v->no_memory;
}

void verify_problem(struct verify *v, int error, const struct procaudit_problem *problem)
{
	tell_torn(v, NULL);
	v->place = problem->place;
	/* What a recorder that was killed leaves behind. */
	if (problem->cut && error == -EBADMSG) {
		rules_report(v, FINDING_TRUNCATED, "%s", problem->text);
	} else if (problem->torn) {
		v->counts[problem->kind]++;
		v->counts[PROCAUDIT_RECORD_PART] += (int64_t)problem->lines - 1;
		v->torn.is = true;
		v->torn.place = problem->place;
		memcpy(v->torn.text, problem->text, sizeof(v->torn.text));
	} else {
		rules_report(v, FINDING_DAMAGED, "%s", problem->text);
	}
	v->log.bytes += problem->size;
	v->damaged = true;
}

void verify_end(struct verify *v)
{
	tell_torn(v, NULL);
	end_log(v);
}
