/* SPDX-License-Identifier: ISC */
/*
 * The redactor: keeps secrets out of a log. An encoder that has one passes all
 * that it writes through it; see struct procaudit_encode_options.
 *
 * Secrets are the values of environment variables whose names match a pattern,
 * wherever they occur: once a program has been executed with one, the value is
 * masked in what any other is executed with, as it stands and in base64. And
 * what looks like one: see procaudit(1), Secrets.
 *
 * Functions that return int return 0 or -errno.
 */
#ifndef PROCAUDIT_REDACT_H
#define PROCAUDIT_REDACT_H

#include <procaudit/event.h>

#ifdef __cplusplus
extern "C" {
#endif

struct procaudit_redactor;

/* All borrowed for the call. */
struct procaudit_redact_options {
	const char *const *globs; /* patterns of fnmatch(3), case ignored; "default": a list */
	size_t glob_count;
	const void *key; /* not NULL: masks are keyed hashes, equal for equal values */
	size_t key_size; /* bytes */
	bool recorded;	 /* for a log that is there: no secret is forgotten, however many they
			    are, and masks are left as they are */
	/* Names that are masked, too, where they were learnt before; see procreport(1), scrub. */
	bool homes, hosts, users;
};

int procaudit_redactor_new(
	struct procaudit_redactor **redactor, const struct procaudit_redact_options *options);

/* NULL is allowed. */
void procaudit_redactor_free(struct procaudit_redactor *redactor);

/* Learns the secrets of an environment, ended by NULL, before the first event. */
int procaudit_redactor_learn(struct procaudit_redactor *redactor, char *const env[]);

/* Learns the secrets of an event, those too that are told by their shape, and names. */
int procaudit_redactor_study(
	struct procaudit_redactor *redactor, const struct procaudit_event *event);

/*
 * *redacted is the event with masks in it, borrowed from the redactor and from
 * event, until the next call. On failure, -ENOMEM, it is not set: nothing of the
 * event may be shown then.
 */
int procaudit_redact(struct procaudit_redactor *redactor, const struct procaudit_event *event,
	const struct procaudit_event **redacted);

/* Replaces *string, such as a file name, by what may be shown of it, borrowed
 * until the next call of this function. */
int procaudit_redact_string(struct procaudit_redactor *redactor, struct procaudit_string *string);

/* The patterns it goes by, each ended by a NUL byte; borrowed. */
struct procaudit_strings procaudit_redactor_globs(const struct procaudit_redactor *redactor);

#ifdef __cplusplus
}
#endif
#endif
