/* SPDX-License-Identifier: ISC */
/* The end of a log that a crash has torn: whole records stay, nothing else does. */
#include "buf.h"
#include "repair.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Strings with all that ends strings and objects elsewhere. */
static const char *const records[] = {
	"{\"v\":1,\"event\":\"header\",\"log_id\":\"0\",\"capture\":{\"env\":\"full\"}    }",
	("{\"v\":1,\"event\":\"exec\",\"argv\":[\"}\",\"\\\\\",\"\\\"}\",\"{[\",\"\\u000a\"],"
	 "\"cwd\":\"/\"}"),
	"{\"v\":1,\"event\":\"exit\",\"exit_code\":0}",
};
#define RECORDS (sizeof(records) / sizeof(records[0]))

static struct buf whole_log;
static size_t ends[RECORDS]; /* of each record, behind its newline */

static void make_log(void)
{
	size_t i;

	for (i = 0; i < RECORDS; i++) {
		buf_str(&whole_log, records[i]);
		buf_char(&whole_log, '\n');
		ends[i] = whole_log.size;
	}
}

/* What becomes of a file. */
struct result {
	struct buf content;
	off_t lost;
	int error;
};

static struct result repair(const char *data, size_t size)
{
	struct result result = {0};
	int fd = memfd_create("log", MFD_CLOEXEC);
	off_t rest;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	result.error = repair_end(fd, (off_t)size, &result.lost);
	rest = lseek(fd, 0, SEEK_END);
	if (!buf_reserve(&result.content, (size_t)rest + 1) ||
		pread(fd, result.content.data, (size_t)rest, 0) != rest)
		abort();
	result.content.size = (size_t)rest;
	close(fd);
	return result;
}

/* How much of the first size bytes is whole records; a newline may be missing. */
static size_t whole_part(size_t size)
{
	size_t i, whole = 0;

	for (i = 0; i < RECORDS; i++)
		if (ends[i] - 1 <= size)
			whole = ends[i];
	return whole;
}

/* Whether that leaves the first whole bytes of the whole_log. */
static bool leaves(const char *data, size_t size, size_t whole)
{
	struct result result = repair(data, size);
	bool good = !result.error && result.content.size == whole &&
		    memcmp(result.content.data, whole_log.data, whole) == 0;

	good = good && result.lost == (off_t)(size > whole ? size - whole : 0);
	if (!good) {
		note("error %d, lost %ld of %zu, %zu bytes should be left", result.error,
			(long)result.lost, size, whole);
		note_bytes("left", result.content.data, result.content.size);
	}
	buf_free(&result.content);
	return good;
}

static void test_cut(void)
{
	size_t size;
	bool good = true;

	for (size = 0; size <= whole_log.size && good; size++)
		good = leaves(whole_log.data, size, whole_part(size));
	ok(good, "wherever it was cut off, the whole records are left, each with its newline");
}

/* The file has got its size, but not all of its blocks. */
static void test_nul_tail(void)
{
	char *torn = malloc(whole_log.size + 1);
	size_t from;
	bool good = true;

	for (from = 0; from < whole_log.size && good; from++) {
		memcpy(torn, whole_log.data, whole_log.size);
		memset(torn + from, 0, whole_log.size - from);
		good = leaves(torn, whole_log.size,
			from < whole_log.size - 1 ? whole_part(from) : whole_log.size);
		torn[whole_log.size - 1] = '\n';
		good = good &&
		       leaves(torn, whole_log.size,
			       from < whole_log.size - 1 ? whole_part(from) : whole_log.size);
	}
	ok(good, "a tail of NUL bytes goes, and so does one that a newline ends");
	free(torn);
}

static void test_hole(void)
{
	char *torn = malloc(whole_log.size);
	struct result result;

	memcpy(torn, whole_log.data, whole_log.size);
	memset(torn + ends[0], 0, 10);
	ok(leaves(torn, ends[1], ends[0]), "a record with a hole goes");
	memcpy(torn, whole_log.data, whole_log.size);
	torn[ends[0] + 40] = '\0';
	result = repair(torn, whole_log.size);
	ok(!result.lost, "a hole in front of a whole record stays");
	buf_free(&result.content);
	free(torn);
}

static void test_large(void)
{
	struct buf large = {0};
	size_t first;
	struct result result;

	buf_add(&large, whole_log.data, ends[0]);
	first = large.size;
	buf_str(&large, "{\"argv\":[\"");
	while (large.size < 300000)
		buf_str(&large, "xyz}");
	result = repair(large.data, large.size);
	ok(result.content.size == first, "a torn record of several blocks goes");
	buf_free(&result.content);
	buf_str(&large, "\"]}");
	result = repair(large.data, large.size);
	ok(result.content.size == large.size + 1 && !result.lost, "a whole one gets its newline");
	buf_free(&result.content);
	buf_truncate(&large, first);
	while (large.size < 300000)
		buf_char(&large, '\0');
	result = repair(large.data, large.size);
	ok(result.content.size == first, "a tail of blocks of NUL bytes goes");
	buf_free(&result.content);
	buf_free(&large);
}

static int is_log(const char *data, size_t size)
{
	int fd = memfd_create("log", MFD_CLOEXEC), result;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	result = repair_is_log(fd, (off_t)size);
	close(fd);
	return result;
}

static void test_is_log(void)
{
	static char nuls[100000];

	ok_int(is_log(whole_log.data, whole_log.size), 1, "a log is one");
	ok_int(is_log(whole_log.data, 30), 1, "and so is its beginning");
	ok_int(is_log("", 0), 1, "and an empty file");
	ok_int(is_log(nuls, sizeof(nuls)), 1, "and one that a power cut left without content");
	nuls[sizeof(nuls) - 1] = 'x';
	ok_int(is_log(nuls, sizeof(nuls)), 0, "but not one with anything behind NUL bytes");
	ok_int(is_log("{\"v\":1,\"event\":\"exit\"}\n", 23), 0, "nor one without a header");
	ok_int(is_log("{\"v\":1,", 7), 0, "nor one that may be anything");
	ok_int(is_log("hello\n", 6), 0, "nor a text");
}

int main(void)
{
	make_log();
	test_cut();
	test_nul_tail();
	test_hole();
	test_large();
	test_is_log();
	buf_free(&whole_log);
	return tap_end();
}
