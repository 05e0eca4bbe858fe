/* SPDX-License-Identifier: ISC */
/* Any file, as a log: what is yielded is as reader.h says. */
#include "fuzz.h"

#include <procaudit/reader.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void require_string(const struct procaudit_string *string)
{
	require(string->data || string->size == 0);
	require(!string->size || !memchr(string->data, '\0', string->size));
	require(string->error >= 0 && string->error <= 4095);
}

static void require_strings(const struct procaudit_strings *strings)
{
	const char *s = strings->data;
	size_t count = 0;

	require(s || (strings->size == 0 && strings->count == 0));
	for (; s && s < strings->data + strings->size; s += strlen(s) + 1)
		count++;
	require(count == strings->count);
}

static void require_record(const struct procaudit_record *r)
{
	require(r->kind < PROCAUDIT_RECORD_KINDS && r->v == 1 && r->seq >= 0 && r->mono_us >= 0);
	require(r->ts.tv_nsec >= 0 && r->ts.tv_nsec < 1000000000);
	require(r->pid >= -1 && r->pid <= 4194304 && r->exit_code <= 255);
	require_string(&r->event);
	require_string(&r->path);
	require_string(&r->exe);
	require_string(&r->cwd);
	require_string(&r->signal);
	require_strings(&r->command);
	require_strings(&r->argv);
	require_strings(&r->argv_asked);
	require_strings(&r->response_files);
	require_strings(&r->response_contents);
	require_strings(&r->response_errors);
	require_strings(&r->env);
}

/* Reads all: each byte belongs to one record, or to one problem. The place of the
 * first record. */
static struct procaudit_place read_all(struct procaudit_reader *reader)
{
	struct procaudit_place first = {0};
	const struct procaudit_record *record;
	size_t bytes = 0;
	int got;

	while ((got = procaudit_reader_next(reader, &record)) != 0) {
		const struct procaudit_problem *problem = procaudit_reader_problem(reader);

		if (got < 0) {
			require(got == -EBADMSG && problem->text[0]);
			bytes += problem->size;
			continue;
		}
		require_record(record);
		require(record->place.offset == bytes);
		bytes += record->size;
		if (first.line == 0)
			first = record->place;
	}
	return first;
}

static void read_file(const char *path, bool join)
{
	const struct procaudit_record *record;
	struct procaudit_reader *reader;
	struct procaudit_place first;

	require(procaudit_reader_new(&reader) == 0 && procaudit_reader_add(reader, path) == 0);
	procaudit_reader_join(reader, join);
	first = read_all(reader);
	if (first.line) {
		require(procaudit_reader_seek(reader, &first) == 0);
		require(procaudit_reader_next(reader, &record) == 1);
		require(record->place.line == first.line);
	}
	procaudit_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("log", MFD_CLOEXEC);

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_file(path, true);
	read_file(path, false);
	close(fd);
	return 0;
}
