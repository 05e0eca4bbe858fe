/* SPDX-License-Identifier: ISC */
#include "peaks.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>

/* Room for one more behind count; arrays double. */
static struct peak *grown(struct peak *array, size_t count)
{
	if (count & (count - 1))
		return array;
	array = reallocarray(array, count ? 2 * count : 1, sizeof(*array));
	if (!array)
		errc(STATUS_FAILED, ENOMEM, "cannot sum up the memory of processes");
	return array;
}

size_t peaks_begin(struct peaks *peaks, int64_t us)
{
	peaks->begins = grown(peaks->begins, peaks->begin_count);
	peaks->begins[peaks->begin_count] = (struct peak){.us = us};
	return peaks->begin_count++;
}

void peaks_end(struct peaks *peaks, size_t place, int64_t us, int64_t kb)
{
	if (kb <= 0)
		return;
	peaks->begins[place].kb = kb;
	peaks->ends = grown(peaks->ends, peaks->end_count);
	peaks->ends[peaks->end_count++] = (struct peak){us, kb};
}

/* All that happens at one time is one step. */
static int64_t sum_until(struct peaks *p, int64_t us)
{
	while (p->next_begin < p->begin_count && p->begins[p->next_begin].us <= us)
		p->sum_kb += p->begins[p->next_begin++].kb;
	while (p->next_end < p->end_count && p->ends[p->next_end].us <= us)
		p->sum_kb -= p->ends[p->next_end++].kb;
	return p->sum_kb;
}

int peaks_next(struct peaks *p, struct peak *sum)
{
	int64_t before = p->sum_kb;

	while (p->next_begin < p->begin_count || p->next_end < p->end_count) {
		int64_t us = INT64_MAX;

		if (p->next_begin < p->begin_count)
			us = p->begins[p->next_begin].us;
		if (p->next_end < p->end_count && p->ends[p->next_end].us < us)
			us = p->ends[p->next_end].us;
		*sum = (struct peak){us, sum_until(p, us)};
		if (sum->kb != before)
			return 1;
	}
	return 0;
}

void peaks_free(struct peaks *peaks)
{
	free(peaks->begins);
	free(peaks->ends);
	*peaks = (struct peaks){0};
}
