/* SPDX-License-Identifier: ISC */
#include "redact.h"

#include "identity.h"
#include "macro.h"
#include "mask.h"
#include "names.h"
#include "secrets.h"
#include "shapes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Memory kept for the next event; larger buffers are given back. */
#define KEEP ((size_t)64 * 1024)

/* Each has a buffer of its own: all of an event's are borrowed at once. */
enum field {
	FIELD_ARGV,
	FIELD_ARGV_ASKED,
	FIELD_ENV,
	FIELD_PATH,
	FIELD_DIRFD_PATH,
	FIELD_EXE,
	FIELD_CWD,
	FIELD_RESPONSE_FILES,
	FIELD_RESPONSE_CONTENTS,
	FIELD_STRING, /* procaudit_redact_string() */
	FIELDS
};

struct procaudit_redactor {
	struct names names;
	struct secrets secrets;
	struct identity identity;
	struct masker masker;
	bool recorded;
	struct spans spans;	      /* of the field at hand */
	struct buf fields[FIELDS];    /* what has masks in it */
	struct procaudit_event event; /* the last one, with masks */
};

PUBLIC int procaudit_redactor_new(
	struct procaudit_redactor **redactor, const struct procaudit_redact_options *options)
{
	struct procaudit_redactor *r = calloc(1, sizeof(*r));
	size_t i;

	if (!r)
		return -ENOMEM;
	for (i = 0; i < options->glob_count; i++)
		names_add(&r->names, options->globs[i]);
	if (r->names.globs.error) {
		procaudit_redactor_free(r);
		return -ENOMEM;
	}
	r->recorded = r->masker.keeps = options->recorded;
	r->identity.homes = options->homes;
	r->identity.hosts = options->hosts;
	r->identity.users = options->users;
	r->masker.keyed = options->key != NULL;
	if (options->key)
		hmac_init(&r->masker.hmac, options->key, options->key_size);
	*redactor = r;
	return 0;
}

PUBLIC void procaudit_redactor_free(struct procaudit_redactor *r)
{
	size_t i;

	if (!r)
		return;
	names_free(&r->names);
	secrets_free(&r->secrets);
	identity_free(&r->identity);
	spans_free(&r->spans);
	for (i = 0; i < FIELDS; i++)
		buf_free(&r->fields[i]);
	explicit_bzero(r, sizeof(*r));
	free(r);
}

/* --- Environments -------------------------------------------------------- */

/* The value of an entry whose name matches; NULL: it is none. */
static const char *secret_value(struct procaudit_redactor *r, const char *entry)
{
	const char *value = strchr(entry, '=');

	if (!value || !names_match(&r->names, entry, (size_t)(value - entry)))
		return NULL;
	return value + 1;
}

static int learn(struct procaudit_redactor *r, const char *entry)
{
	const char *value = secret_value(r, entry);
	int error = value ? secrets_learn(&r->secrets, value, strlen(value)) : 0;

	return error ? error : identity_learn(&r->identity, entry);
}

PUBLIC int procaudit_redactor_learn(struct procaudit_redactor *r, char *const env[])
{
	int error = 0;

	for (; *env && !error; env++)
		error = learn(r, *env);
	return error;
}

static int learn_all(struct procaudit_redactor *r, const struct procaudit_strings *env)
{
	const char *entry = env->data;
	int error = 0;

	if (!r->recorded)
		secrets_bound(&r->secrets);
	for (; entry && entry < env->data + env->size && !error; entry += strlen(entry) + 1)
		error = learn(r, entry);
	return error;
}

static void find_in_env(struct procaudit_redactor *r, const struct procaudit_strings *env)
{
	const char *entry = env->data, *end = entry + env->size, *value;

	for (; entry < end; entry += strlen(entry) + 1) {
		struct shapes alone = {0};
		size_t size = strlen(entry), start;

		value = secret_value(r, entry);
		if (value && *value) {
			spans_add(&r->spans, &(struct span){.start = (size_t)(value - env->data),
						     .end = (size_t)(entry + size - env->data)});
			continue;
		}
		value = strchr(entry, '=');
		start = value ? (size_t)(value + 1 - entry) : 0;
		shapes_find(&alone, &r->names, env->data, (size_t)(entry - env->data) + start,
			size - start, &r->spans);
	}
}

/* --- Everything else ----------------------------------------------------- */

static void find_in_argv(struct procaudit_redactor *r, const struct procaudit_strings *argv)
{
	const char *arg = argv->data, *end = arg + argv->size;
	struct shapes shapes = {0};

	for (; arg < end; arg += strlen(arg) + 1)
		shapes_find(&shapes, &r->names, argv->data, (size_t)(arg - argv->data), strlen(arg),
			&r->spans);
}

/* Of response files: words, in quotes where need be. */
static void find_in_contents(struct procaudit_redactor *r, const struct procaudit_strings *contents)
{
	const char *content = contents->data, *end = content + contents->size;

	for (; content < end; content += strlen(content) + 1) {
		struct shapes shapes = {.script = true};

		shapes_find(&shapes, &r->names, contents->data, (size_t)(content - contents->data),
			strlen(content), &r->spans);
	}
}

/* Replaces *data by what the spans leave of it, in the field's buffer. */
static int mask(struct procaudit_redactor *r, enum field field, const char **data, size_t *size)
{
	struct buf *out = &r->fields[field];

	secrets_find(&r->secrets, *data, *size, &r->spans);
	if (field == FIELD_ENV)
		identity_find_in_env(&r->identity,
			&(struct procaudit_strings){.data = *data, .size = *size}, &r->spans);
	else
		identity_find(&r->identity, *data, *size, &r->spans);
	if (r->spans.list.error)
		return -ENOMEM;
	if (spans_count(&r->spans) == 0)
		return 0;
	out->error = 0;
	buf_truncate(out, 0);
	buf_trim(out, KEEP);
	mask_apply(&r->masker, &r->spans, *data, *size, out);
	*data = out->data;
	*size = out->size;
	return out->error;
}

static int redact_string(
	struct procaudit_redactor *r, enum field field, struct procaudit_string *string)
{
	if (!string->data)
		return 0;
	spans_clear(&r->spans);
	return mask(r, field, &string->data, &string->size);
}

typedef void finder(struct procaudit_redactor *r, const struct procaudit_strings *strings);

static int redact_strings(struct procaudit_redactor *r, enum field field, finder *find,
	struct procaudit_strings *strings)
{
	if (!strings->data)
		return 0;
	spans_clear(&r->spans);
	find(r, strings);
	return mask(r, field, &strings->data, &strings->size);
}

static int redact_responses(struct procaudit_redactor *r, struct procaudit_exec *exec)
{
	int error = redact_strings(r, FIELD_RESPONSE_FILES, find_in_argv, &exec->response_files);

	if (!error)
		error = redact_strings(
			r, FIELD_RESPONSE_CONTENTS, find_in_contents, &exec->response_contents);
	return error;
}

static int redact_exec(struct procaudit_redactor *r, struct procaudit_exec *exec)
{
	int error = learn_all(r, &exec->env);

	if (!error)
		error = redact_strings(r, FIELD_ARGV, find_in_argv, &exec->argv);
	if (!error)
		error = redact_strings(r, FIELD_ARGV_ASKED, find_in_argv, &exec->argv_asked);
	if (!error)
		error = redact_responses(r, exec);
	if (!error)
		error = redact_strings(r, FIELD_ENV, find_in_env, &exec->env);
	if (!error)
		error = redact_string(r, FIELD_PATH, &exec->path);
	if (!error)
		error = redact_string(r, FIELD_DIRFD_PATH, &exec->dirfd_path);
	if (!error)
		error = redact_string(r, FIELD_EXE, &exec->exe);
	if (!error)
		error = redact_string(r, FIELD_CWD, &exec->cwd);
	return error;
}

/* Learns what is masked for its shape. */
static int study(
	struct procaudit_redactor *r, finder *find, const struct procaudit_strings *strings)
{
	const struct span *spans;
	size_t i;
	int error;

	if (!strings->data)
		return 0;
	spans_clear(&r->spans);
	find(r, strings);
	error = r->spans.list.error;
	spans = (const struct span *)(const void *)r->spans.list.data;
	for (i = 0; i < spans_count(&r->spans) && !error; i++)
		error = secrets_learn(
			&r->secrets, strings->data + spans[i].start, spans[i].end - spans[i].start);
	return error ? error : identity_learn_text(&r->identity, strings->data, strings->size);
}

static int study_path(struct procaudit_redactor *r, const struct procaudit_string *path)
{
	return path->data ? identity_learn_path(&r->identity, path->data, path->size) : 0;
}

PUBLIC int procaudit_redactor_study(
	struct procaudit_redactor *r, const struct procaudit_event *event)
{
	const struct procaudit_exec *exec =
		event->kind == PROCAUDIT_EXEC ? &event->exec : &event->attach.program;
	int error;

	if (event->kind != PROCAUDIT_EXEC && event->kind != PROCAUDIT_ATTACH)
		return 0;
	error = learn_all(r, &exec->env);
	if (!error)
		error = study(r, find_in_env, &exec->env);
	if (!error)
		error = study(r, find_in_argv, &exec->argv);
	if (!error)
		error = study(r, find_in_argv, &exec->argv_asked);
	if (!error)
		error = study(r, find_in_argv, &exec->response_files);
	if (!error)
		error = study(r, find_in_contents, &exec->response_contents);
	if (!error)
		error = study_path(r, &exec->path);
	if (!error)
		error = study_path(r, &exec->dirfd_path);
	if (!error)
		error = study_path(r, &exec->exe);
	if (!error)
		error = study_path(r, &exec->cwd);
	return error;
}

PUBLIC int procaudit_redact(struct procaudit_redactor *r, const struct procaudit_event *event,
	const struct procaudit_event **redacted)
{
	int error;

	if (event->kind != PROCAUDIT_EXEC && event->kind != PROCAUDIT_ATTACH) {
		*redacted = event;
		return 0;
	}
	r->event = *event;
	error = redact_exec(
		r, event->kind == PROCAUDIT_EXEC ? &r->event.exec : &r->event.attach.program);
	if (!error)
		*redacted = &r->event;
	return error;
}

PUBLIC int procaudit_redact_string(struct procaudit_redactor *r, struct procaudit_string *string)
{
	return redact_string(r, FIELD_STRING, string);
}

int redact_argv(struct procaudit_redactor *r, struct procaudit_strings *argv)
{
	return redact_strings(r, FIELD_ARGV, find_in_argv, argv);
}

PUBLIC struct procaudit_strings procaudit_redactor_globs(const struct procaudit_redactor *r)
{
	const struct buf *globs = &r->names.globs;

	return (struct procaudit_strings){.data = globs->data, .size = globs->size};
}

bool redact_is_keyed(const struct procaudit_redactor *r)
{
	return r->masker.keyed;
}
