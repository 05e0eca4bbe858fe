/* SPDX-License-Identifier: ISC */
/*
 * Names that are no secrets, but tell who and where: of home directories, hosts
 * and users. Environments say what they are; see procreport(1), scrub.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "lexicon.h"
#include "mask.h"

#include <procaudit/event.h>

/* Zeroed at first, but for what is wanted. */
struct identity {
	bool homes, hosts, users; /* what is wanted */
	struct lexicon names;	  /* of hosts and users, in small letters */
	struct lexicon exact;	  /* the same as they are written */
	struct lexicon dirs;	  /* homes, their words the last components */
	uint64_t depths;	  /* which numbers of slashes those have: bits */
};

/* Learn what an entry of an environment tells, the homes that a text tells by
 * itself, and the home that a path of any bytes is in. Return 0 or -ENOMEM. */
int identity_learn(struct identity *identity, const char *entry);
int identity_learn_text(struct identity *identity, const char *data, size_t size);
int identity_learn_path(struct identity *identity, const char *data, size_t size);

/* Add a span for each name in a text or in strings, and in an environment. */
void identity_find(
	const struct identity *identity, const char *data, size_t size, struct spans *spans);
void identity_find_in_env(
	const struct identity *identity, const struct procaudit_strings *env, struct spans *spans);

void identity_free(struct identity *identity);

#endif
