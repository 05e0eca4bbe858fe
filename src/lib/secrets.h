/* SPDX-License-Identifier: ISC */
/*
 * Values that are secrets, and where they occur: as they are, and in the middle
 * of something that is base64, in each of its three alignments and both
 * alphabets (RFC 4648, sections 4 and 5). Bounded: the oldest are forgotten.
 */
#ifndef SECRETS_H
#define SECRETS_H

#include "mask.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Shorter values are not looked for. They occur by chance: "on", "test", "root"
 * or "1234" in every other path and word. Masking these would spoil the record,
 * and say by its places what the value is.
 */
#define SECRETS_MIN ((size_t)6)

#define SECRETS_BUCKETS 4096
#define SECRETS_FILTER	65536 /* bits */

/* Zeroed at first. */
struct secrets {
	struct secret *all;			  /* uthash, the oldest first */
	struct pattern *buckets[SECRETS_BUCKETS]; /* by their first bytes */
	uint64_t filter[SECRETS_FILTER / 64];	  /* which first bytes there are */
	size_t bytes;				  /* memory in use */
};

/* Learns a value, without the blanks around it. Returns 0 or -ENOMEM. */
int secrets_learn(struct secrets *secrets, const char *data, size_t size);

/* Forgets the older half if they have become too many. Spans are void then. */
void secrets_bound(struct secrets *secrets);

/* Adds a span for each occurrence. Their `same` is borrowed from secrets. */
void secrets_find(
	const struct secrets *secrets, const char *data, size_t size, struct spans *spans);

void secrets_free(struct secrets *secrets);

#endif
