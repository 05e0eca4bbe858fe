/* SPDX-License-Identifier: ISC */
#include "census.h"

#include "proc.h"

static bool add(void *context, pid_t pid)
{
	struct census *census = context;
	struct census_entry entry = {.pid = pid};
	struct proc_stat stat;

	if (proc_stat(pid, &stat) < 0)
		return true; /* it has ended meanwhile */
	entry.ppid = stat.ppid;
	entry.zombie = stat.state == 'Z' || stat.state == 'X';
	buf_add(&census->entries, &entry, sizeof(entry));
	return !census->entries.error;
}

int census_take(struct census *census)
{
	int error;

	buf_truncate(&census->entries, 0);
	error = proc_each("/proc", add, census);
	return error ? error : census->entries.error;
}

const struct census_entry *census_entries(const struct census *census, size_t *count)
{
	*count = census->entries.size / sizeof(struct census_entry);
	return (const struct census_entry *)(const void *)census->entries.data;
}

/* /proc is read in the order of its numbers (fs/proc/base.c, proc_pid_readdir). */
const struct census_entry *census_find(const struct census *census, pid_t pid)
{
	size_t low = 0, high, middle;
	const struct census_entry *entries = census_entries(census, &high);

	while (low < high) {
		middle = low + (high - low) / 2;
		if (entries[middle].pid == pid)
			return &entries[middle];
		if (entries[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void census_free(struct census *census)
{
	buf_free(&census->entries);
}
