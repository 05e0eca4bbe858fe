/* SPDX-License-Identifier: ISC */
#include "mask.h"

#include <stdlib.h>

#define DIGITS (MASK_KEYED - MASK_PLAIN)

void spans_add(struct spans *spans, const struct span *span)
{
	buf_add(&spans->list, span, sizeof(*span));
}

size_t spans_count(const struct spans *spans)
{
	return spans->list.size / sizeof(struct span);
}

void spans_clear(struct spans *spans)
{
	buf_truncate(&spans->list, 0);
	spans->list.error = 0;
}

void spans_free(struct spans *spans)
{
	buf_free(&spans->list);
}

static int compare(const void *left, const void *right)
{
	const struct span *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

static void add_mask(const struct masker *masker, const char *data, size_t size, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t digest[HMAC_SIZE];
	size_t i;

	buf_add(out, "***", MASK_PLAIN);
	if (!masker->keyed)
		return;
	hmac_digest(&masker->hmac, data, size, digest);
	for (i = 0; i < DIGITS; i++)
		buf_char(out, hex[digest[i / 2] >> (i % 2 ? 0 : 4) & 15]);
}

bool mask_is(const char *data, size_t size)
{
	size_t i;

	if ((size != MASK_PLAIN && size != MASK_KEYED) || memcmp(data, "***", MASK_PLAIN) != 0)
		return false;
	for (i = MASK_PLAIN; i < size; i++)
		if (!strchr("0123456789abcdef", data[i]) || !data[i])
			return false;
	return true;
}

/* The union of the spans from *at on that overlap or touch; moves *at behind
 * them. */
static struct span unite(const struct span *all, size_t count, size_t *at)
{
	struct span sum = all[(*at)++];

	for (; *at < count && all[*at].start <= sum.end; (*at)++) {
		if (all[*at].start == sum.start && all[*at].end == sum.end)
			continue;
		sum.same = NULL;
		if (all[*at].end > sum.end)
			sum.end = all[*at].end;
	}
	return sum;
}

void mask_apply(const struct masker *masker, struct spans *spans, const char *data, size_t size,
	struct buf *out)
{
	struct span *all = (struct span *)(void *)spans->list.data;
	size_t count = spans_count(spans), i = 0, done = 0;

	if (count > 1)
		qsort(all, count, sizeof(*all), compare);
	while (i < count) {
		struct span sum = unite(all, count, &i);

		buf_add(out, data + done, sum.start - done);
		if (masker->keeps && mask_is(data + sum.start, sum.end - sum.start))
			buf_add(out, data + sum.start, sum.end - sum.start);
		else if (sum.same)
			add_mask(masker, sum.same, sum.same_size, out);
		else
			add_mask(masker, data + sum.start, sum.end - sum.start, out);
		done = sum.end;
	}
	buf_add(out, data + done, size - done);
}
