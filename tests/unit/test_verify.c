/* SPDX-License-Identifier: ISC */
/*
 * No log is called complete that was cut off anywhere, or edited in one byte of
 * its structure. Logs are the arguments.
 */
#include "tap.h"
#include "verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int fd;
static char path[64];

static void on_finding(
	void *context, enum finding finding, const struct procaudit_place *place, const char *text)
{
	uint64_t *found = context;

	(void)place;
	(void)text;
	found[finding]++;
}

static void on_log_end(void *context, const struct verify_log *log)
{
	uint64_t *found = context;

	(void)log;
	found[FINDINGS]++;
}

/* Whether what is in the file is complete; found says why not. */
static bool is_complete(uint64_t found[FINDINGS + 1])
{
	struct verify *verify = verify_new(on_finding, on_log_end, found);
	const struct procaudit_record *record;
	struct procaudit_reader *reader;
	uint64_t logs;
	int got, i;

	memset(found, 0, (FINDINGS + 1) * sizeof(*found));
	if (!verify || procaudit_reader_new(&reader) != 0 ||
		procaudit_reader_add(reader, path) != 0)
		abort();
	while ((got = procaudit_reader_next(reader, &record)) != 0) {
		if (got < 0)
			verify_problem(verify, got, procaudit_reader_problem(reader));
		else if (!verify_record(verify, record))
			abort();
	}
	verify_end(verify);
	verify_free(verify);
	procaudit_reader_free(reader);
	logs = found[FINDINGS];
	for (i = 0; i < FINDINGS; i++)
		if (found[i])
			return false;
	return logs > 0;
}

static void write_at(size_t at, const char *data, size_t size)
{
	if (pwrite(fd, data, size, (off_t)at) != (ssize_t)size)
		abort();
}

static void try_cuts(const char *log, const char *data, size_t size)
{
	uint64_t found[FINDINGS + 1];
	size_t cut, wrong = 0;

	for (cut = 0; cut < size; cut++) {
		if (ftruncate(fd, 0) != 0)
			abort();
		write_at(0, data, cut);
		/* An empty file has no log. */
		if (is_complete(found) || (cut && !found[FINDING_TRUNCATED]))
			wrong++;
	}
	ok(wrong == 0, "%s, cut off anywhere, is truncated", log);
	write_at(0, data, size);
}

/* Numbers that nothing else in the log depends on, or only in part. */
static bool is_free_number(const char *key, size_t size)
{
	static const char *const names[] = {"mono_us", "env_id", "uid", "euid", "gid", "egid",
		"tracer_pid", "ppid", "exit_code", "duration_us", "cpu_us", "utime_us", "stime_us",
		"maxrss_kb", "minflt", "majflt", "inblock", "oublock", "nvcsw", "nivcsw", "old_tid",
		"tid", "ns_pid", "max_line"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == size && memcmp(names[i], key, size) == 0)
			return true;
	return false;
}

/* Marks the bytes of one line that are structure: everything but what stands in
 * strings that are values, blanks, and numbers that are free. */
static void mark(const char *line, size_t size, char *marks)
{
	bool in_key = false, in_value = false, free_number = false;
	size_t i, key = 0;

	for (i = 0; i < size; i++) {
		char c = line[i];

		marks[i] = (char)(c != ' ');
		if (in_key || in_value) {
			marks[i] = in_key || c == '"';
			if (in_value && c == '\\') {
				marks[i] = 0;
				marks[++i] = 0;
			} else if (c == '"') {
				free_number = in_key && is_free_number(line + key, i - key);
				in_key = in_value = false;
			}
			continue;
		}
		if (c == '"') {
			in_key = line[i - 1] == '{' ||
				 (line[i - 1] == ',' && memchr(line + i, ':', size - i) &&
					 line[i + 1 + strcspn(line + i + 1, "\"") + 1] == ':');
			in_value = !in_key;
			key = i + 1;
		} else if (c >= '0' && c <= '9' && free_number) {
			marks[i] = 0;
		}
	}
}

static void try_edits(const char *log, char *data, size_t size)
{
	static const char edits[] = {'0', '1', '9', 'a', '_', '"', ',', ':', '{', '}', '[', ']',
		'\\', ' ', '\n', '\0', '\xff'};
	char *marks = calloc(1, size);
	uint64_t found[FINDINGS + 1];
	size_t i, e, tried = 0, wrong = 0;
	char *line, *end;

	for (line = data; line < data + size; line = end + 1) {
		end = memchr(line, '\n', (size_t)(data + size - line));
		mark(line, (size_t)(end - line), marks + (line - data));
		marks[end - data] = 1;
	}
	for (i = 0; i < size; i++) {
		for (e = 0; marks[i] && e < sizeof(edits); e++) {
			if (edits[e] == data[i])
				continue;
			write_at(i, &edits[e], 1);
			tried++;
			if (is_complete(found)) {
				wrong++;
				note("byte %zu, '%c' for '%c', in ...%.*s...", i, edits[e], data[i],
					40, data + (i < 20 ? 0 : i - 20));
			}
		}
		write_at(i, data + i, 1);
	}
	free(marks);
	ok(wrong == 0 && tried > size, "%s, edited in one byte of its structure, is not complete",
		log);
}

static void try_log(const char *log)
{
	static char data[1 << 20];
	uint64_t found[FINDINGS + 1];
	FILE *file = fopen(log, "re");
	size_t size = file ? fread(data, 1, sizeof(data), file) : 0;

	if (!file || fclose(file) != 0 || size == 0 || size == sizeof(data))
		abort();
	if (ftruncate(fd, 0) != 0)
		abort();
	write_at(0, data, size);
	ok(is_complete(found), "%s is complete", log);
	try_cuts(log, data, size);
	try_edits(log, data, size);
}

int main(int argc, char *argv[])
{
	int i;

	fd = memfd_create("log", MFD_CLOEXEC);
	if (fd < 0)
		return 1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (i = 1; i < argc; i++)
		try_log(argv[i]);
	return tap_end();
}
