/* SPDX-License-Identifier: ISC */
/* Files become records: any number of files, any damage, compressed or not. */
#include "macro.h"
#include "tap.h"
#include "unzstd.h"

#include <procaudit/reader.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#define LINE                                                                                       \
	"{\"v\":1,\"event\":\"thread\",\"seq\":%d,\"ts\":\"2026-11-21T13:31:06.123456789Z\","      \
	"\"mono_us\":7,\"pid\":3,\"proc\":2,\"tid\":4%s}\n"

static char directory[] = "/tmp/test_reader.XXXXXX";
static char path[4][64];

static void write_file(unsigned i, const void *data, size_t size)
{
	FILE *file = fopen(path[i], "we");

	if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		abort();
}

/* Records first … last - 1 into text; returns the size. */
static size_t records(char *text, size_t size, int first, int last)
{
	size_t used = 0;

	for (; first < last; first++)
		used += (size_t)snprintf(text + used, size - used, LINE, first, "");
	return used;
}

/* What reading yields, as words: numbers of records, !error:file:line. */
static const char *read_all(struct procaudit_reader *reader)
{
	static char said[8192];
	const struct procaudit_record *record;
	size_t used = 0;
	int got;

	said[0] = '\0';
	while ((got = procaudit_reader_next(reader, &record)) != 0 && used < sizeof(said) - 100) {
		const struct procaudit_problem *problem = procaudit_reader_problem(reader);

		if (got > 0)
			used += (size_t)sprintf(said + used, "%lld ", (long long)record->seq);
		else
			used += (size_t)sprintf(said + used, "!%d:%u:%llu ", -got,
				problem->place.index, (unsigned long long)problem->place.line);
	}
	return said;
}

static struct procaudit_reader *reader_of(unsigned count)
{
	struct procaudit_reader *reader;
	unsigned i;

	if (procaudit_reader_new(&reader))
		abort();
	for (i = 0; i < count; i++)
		if (procaudit_reader_add(reader, path[i]))
			abort();
	return reader;
}

static void expect(unsigned count, const char *expected, const char *name)
{
	struct procaudit_reader *reader = reader_of(count);

	ok_str(read_all(reader), expected, name);
	ok_int(procaudit_reader_next(reader, &(const struct procaudit_record *){NULL}), 0,
		"and the end stays the end");
	procaudit_reader_free(reader);
}

static void test_files(void)
{
	char text[2048], expected[64];
	size_t size = records(text, sizeof(text), 0, 2);

	write_file(0, text, size);
	write_file(1, text, records(text, sizeof(text), 2, 4));
	write_file(2, "", 0);
	expect(2, "0 1 2 3 ", "files are read in the order in which they were added");
	expect(3, "0 1 2 3 ", "an empty one has no records");
	snprintf(expected, sizeof(expected), "0 1 2 3 !%d:3:0 ", ENOENT);
	expect(4, expected, "one that is not there is named");
	unlink(path[1]);
	mkdir(path[1], 0700);
	snprintf(expected, sizeof(expected), "0 1 !%d:1:0 ", EISDIR);
	expect(3, expected, "so is one that cannot be read");
	rmdir(path[1]);
}

static void test_damage(void)
{
	char text[4096], expected[64];
	size_t size = records(text, sizeof(text), 0, 1);

	size += (size_t)sprintf(text + size, "\n{}\n\xff\n");
	size += records(text + size, sizeof(text) - size, 1, 2);
	write_file(0, text, size);
	snprintf(expected, sizeof(expected), "0 !%d:0:2 !%d:0:3 !%d:0:4 1 ", EBADMSG, EBADMSG,
		EBADMSG);
	expect(1, expected, "damaged lines are numbered and passed over");
}

/* A file may end anywhere. */
static void test_cuts(void)
{
	char text[2048], expected[64];
	size_t size = records(text, sizeof(text), 0, 3), line = size / 3, cut;
	bool right = true;

	for (cut = 0; cut <= size && right; cut++) {
		struct procaudit_reader *reader = reader_of(1);
		size_t n, used = 0;

		write_file(0, text, cut);
		expected[0] = '\0';
		for (n = 0; n < cut / line; n++)
			used += (size_t)sprintf(expected + used, "%zu ", n);
		if (cut % line)
			sprintf(expected + used, "!%d:0:%zu ", EBADMSG, n + 1);
		right = strcmp(read_all(reader), expected) == 0 &&
			procaudit_reader_problem(reader)->cut == (cut % line != 0);
		procaudit_reader_free(reader);
	}
	ok(right, "of a file that is cut off whole lines are records, and the rest is damaged");
}

/* Lines of many sizes, over the borders of what is read at once. */
static void test_long_lines(void)
{
	size_t room = 4 << 20, used = 0;
	char *text = malloc(room), *pad = malloc(700000), expected[512] = "";
	int i;

	for (i = 0; i < 40; i++) {
		memset(pad, ' ', 700000);
		pad[i % 8 == 7 ? 650000 : i * 1021] = '\0';
		used += (size_t)snprintf(text + used, room - used, LINE, i, pad);
		sprintf(expected + strlen(expected), "%d ", i);
	}
	write_file(0, text, used);
	expect(1, expected, "lines of many sizes");
	free(text);
	free(pad);
}

static void test_places(unsigned count, const char *name)
{
	struct procaudit_reader *reader = reader_of(count);
	const struct procaudit_record *record;
	struct procaudit_place places[200];
	uint64_t done, total;
	int i, n = 0, wrong = 0, step = 0;

	while (procaudit_reader_next(reader, &record) == 1)
		places[n++] = record->place;
	procaudit_reader_progress(reader, &done, &total);
	ok(done == total && total > 0, "%s: all has been read", name);
	for (i = 0; i < 5 * n; i++) {
		const struct procaudit_place *place;

		step = (step * 31 + 17) % n;
		place = &places[step];
		if (procaudit_reader_seek(reader, place) != 0 ||
			procaudit_reader_next(reader, &record) != 1 || record->seq != step ||
			memcmp(&record->place, place, sizeof(*place)) != 0)
			wrong++;
		/* On from there. */
		if (step + 1 < n &&
			(procaudit_reader_next(reader, &record) != 1 || record->seq != step + 1))
			wrong++;
	}
	ok(n == 200 && wrong == 0, "%s: every record is found again (%d of %d wrong)", name, wrong,
		n);
	procaudit_reader_free(reader);
}

/* Standard input, which is a pipe. */
static void test_pipe(const char *data, size_t size)
{
	struct procaudit_reader *reader = reader_of(0);
	struct procaudit_place place = {.line = 1};
	int fds[2];

	if (pipe(fds) || dup2(fds[0], STDIN_FILENO) < 0 ||
		write(fds[1], data, size) != (ssize_t)size)
		abort();
	close(fds[0]);
	close(fds[1]);
	procaudit_reader_add(reader, "-");
	ok_str(read_all(reader), "0 1 2 ", "standard input is read");
	ok_int(procaudit_reader_seek(reader, &place), -ESPIPE, "and cannot be read twice");
	procaudit_reader_free(reader);
}

static void test_seek(void)
{
	static char text[64 * 1024];

	write_file(0, text, records(text, sizeof(text), 0, 120));
	write_file(1, text, records(text, sizeof(text), 120, 200));
	test_places(2, "plain");
}

/* A place that there was, and is no more, or never was. */
static void test_seek_nowhere(void)
{
	static char text[8192];
	size_t size = records(text, sizeof(text), 0, 20), line = size / 20;
	const struct procaudit_record *record;
	struct procaudit_reader *reader;
	struct procaudit_place place;

	write_file(0, text, size);
	reader = reader_of(1);
	procaudit_reader_next(reader, &record);
	place = record->place;
	place.index = 1;
	ok_int(procaudit_reader_seek(reader, &place), -EINVAL, "a file that nobody has added");
	place = (struct procaudit_place){.offset = size + 1, .line = 30};
	ok_int(procaudit_reader_seek(reader, &place), 0, "a place behind the end of a file");
	ok_int(procaudit_reader_next(reader, &record), 0, "where nothing is");
	place = (struct procaudit_place){.offset = UINT64_MAX, .line = 30};
	ok_int(procaudit_reader_seek(reader, &place), -EINVAL, "one that no file has");
	unlink(path[0]);
	place = (struct procaudit_place){.offset = line, .line = 2};
	ok_int(procaudit_reader_seek(reader, &place), -ENOENT, "a file that is gone");
	write_file(0, text, size);
	ok_int(procaudit_reader_seek(reader, &place), 0, "and comes back");
	ok(procaudit_reader_next(reader, &record) == 1 && record->seq == 1, "is read again");
	procaudit_reader_free(reader);
}

/* Records around a line that is longer than one may be. */
static void test_too_long(void)
{
	size_t room = (size_t)24 << 20, used;
	char *text = malloc(room), expected[64];
	struct procaudit_reader *reader;
	const struct procaudit_record *record;

	used = records(text, room, 0, 1);
	memset(text + used, ' ', (size_t)9 << 20);
	used += (size_t)9 << 20;
	text[used++] = '\n';
	used += records(text + used, room - used, 1, 3);
	write_file(0, text, used);
	snprintf(expected, sizeof(expected), "0 !%d:0:2 1 2 ", EBADMSG);
	expect(1, expected, "a line that is too long is passed over");
	reader = reader_of(1);
	procaudit_reader_next(reader, &record);
	procaudit_reader_next(reader, &record);
	procaudit_reader_next(reader, &record);
	ok(record->place.line == 3 && memcmp(text + record->place.offset, "{", 1) == 0 &&
			text[record->place.offset - 1] == '\n',
		"and what follows is where it is");
	procaudit_reader_free(reader);
	memset(text + used, 'x', (size_t)9 << 20);
	write_file(0, text, used + ((size_t)9 << 20));
	reader = reader_of(1);
	snprintf(expected, sizeof(expected), "0 !%d:0:2 1 2 !%d:0:5 ", EBADMSG, EBADMSG);
	ok_str(read_all(reader), expected, "so is one without an end");
	ok_str(procaudit_reader_problem(reader)->text, "a line of 9437184 bytes is too long",
		"and its size is told");
	ok_int(procaudit_reader_next(reader, &record), 0, "nothing is behind it");
	procaudit_reader_free(reader);
	free(text);
}

/* Parts that are together longer than a record may be. */
static void test_too_many_parts(void)
{
	static const char head[] =
		"{\"v\":1,\"event\":\"env\",\"seq\":0,\"ts\":\"2026-11-21T13:"
		"31:06.123456789Z\",\"mono_us\":7,\"env_id\":1,\"env\":[\"A=1\"],"
		"\"parts\":6}\n";
	static const char part[] =
		"{\"v\":1,\"event\":\"part\",\"seq\":%d,\"ts\":\"2026-11-21T13:"
		"31:06.123456789Z\",\"mono_us\":7,\"of\":0,\"number\":%d,\"key\":"
		"\"env\",\"values\":[\"%*s\"]}\n";
	size_t room = (size_t)8 << 20, used;
	char *text = malloc(room), expected[64];
	struct procaudit_reader *reader;
	int i;

	used = (size_t)snprintf(text, room, "%s", head);
	for (i = 1; i <= 6; i++)
		used += (size_t)snprintf(text + used, room - used, part, i, i, 1 << 20, "");
	used += records(text + used, room - used, 7, 9);
	write_file(0, text, used);
	reader = reader_of(1);
	snprintf(expected, sizeof(expected), "!%d:0:1 7 8 ", EBADMSG);
	ok_str(read_all(reader), expected, "a record that is too long in all is passed over");
	procaudit_reader_free(reader);
	reader = reader_of(1);
	procaudit_reader_join(reader, false);
	ok_str(read_all(reader), "0 1 2 3 4 5 6 7 8 ", "each of its lines is not");
	procaudit_reader_free(reader);
	free(text);
}

/* Standard input that has nothing at the moment. */
static void test_not_yet(void)
{
	struct procaudit_reader *reader = reader_of(0);
	char expected[32];
	int fds[2];

	if (pipe2(fds, O_NONBLOCK) || dup2(fds[0], STDIN_FILENO) < 0)
		abort();
	procaudit_reader_add(reader, "-");
	snprintf(expected, sizeof(expected), "!%d:0:0 ", EAGAIN);
	ok_str(read_all(reader), expected, "who does not want to wait is told so");
	procaudit_reader_free(reader);
	close(fds[0]);
	close(fds[1]);
	procaudit_reader_free(NULL);
}

#ifdef HAVE_ZSTD
/* Compresses what is in file i into the same file, frame after frame. */
static size_t compress_file(unsigned i, char *out, size_t room, const char *data, size_t size)
{
	size_t half = size / 2 + 7, used; /* within a line */

	used = ZSTD_compress(out, room, data, half, 3);
	used += ZSTD_compress(out + used, room - used, data + half, size - half, 3);
	write_file(i, out, used);
	return used;
}

static void test_seek_compressed(const char *text)
{
	struct procaudit_place place = {.offset = 100000, .line = 500};
	const struct procaudit_record *record;
	struct procaudit_reader *reader;
	size_t size = strlen(text), used;
	char *frame = malloc(ZSTD_compressBound(size));

	used = ZSTD_compress(frame, ZSTD_compressBound(size), text, size, 3);
	write_file(0, frame, used);
	reader = reader_of(1);
	ok_int(procaudit_reader_seek(reader, &place), -EBADMSG, "a place behind compressed data");
	place = (struct procaudit_place){.offset = size / 3, .line = 2};
	ok_int(procaudit_reader_seek(reader, &place), 0, "one within");
	ok(procaudit_reader_next(reader, &record) == 1 && record->seq == 1, "is found");
	write_file(0, frame, used - 9);
	place.offset = 0;
	procaudit_reader_seek(reader, &place);
	place = (struct procaudit_place){.offset = size - 1, .line = 2};
	ok_int(procaudit_reader_seek(reader, &place), -EBADMSG, "data that end too early");
	procaudit_reader_free(reader);
	free(frame);
}

/* Whatever becomes of a byte, reading ends, and where nothing is said nothing is lost. */
static void test_damaged_zstd(char *packed, size_t size)
{
	unsigned silent = 0, damaged = 0;
	size_t i;

	for (i = 0; i < size; i++) {
		struct procaudit_reader *reader;
		const struct procaudit_record *record;
		int got, bad = 0, good = 0;

		packed[i] = (char)~packed[i];
		write_file(0, packed, size);
		reader = reader_of(1);
		while ((got = procaudit_reader_next(reader, &record)) != 0 && good + bad < 1000) {
			bad += got < 0;
			good += got > 0;
			damaged += got < 0 && procaudit_reader_problem(reader)->place.line == 0;
		}
		silent += got != 0 || (!bad && good != 3);
		procaudit_reader_free(reader);
		packed[i] = (char)~packed[i];
	}
	ok_int(silent, 0, "damaged data are damaged lines, or as many records");
	ok(damaged > 0, "or a damaged file");
}

static void test_zstd(void)
{
	static char text[64 * 1024], packed[64 * 1024];
	size_t size, cut;
	bool right = true;

	compress_file(0, packed, sizeof(packed), text, records(text, sizeof(text), 0, 120));
	size = compress_file(
		1, packed, sizeof(packed), text, records(text, sizeof(text), 120, 200));
	test_places(2, "compressed");
	for (cut = 5; cut < size && right; cut++) {
		struct procaudit_reader *reader = reader_of(1);
		const struct procaudit_record *record;
		int got, bad = 0, seq = 120;

		write_file(0, packed, cut);
		while ((got = procaudit_reader_next(reader, &record)) != 0) {
			if (got < 0)
				bad++;
			else if (record->seq != seq++)
				right = false;
		}
		/* The first frame ends within a line. */
		right = right && bad == 1;
		procaudit_reader_free(reader);
	}
	ok(right, "compressed data that are cut off are damaged (at %zu of %zu)", cut, size);
	size = compress_file(0, packed, sizeof(packed), text, records(text, sizeof(text), 0, 3));
	test_pipe(packed, size);
	test_damaged_zstd(packed, size);
	test_seek_compressed(text);
	/* What is no log, of which very much comes out. */
	memset(text, 0, sizeof(text));
	size = ZSTD_compress(packed, sizeof(packed), text, sizeof(text), 19);
	for (cut = 0; cut < 200; cut++)
		memcpy(text + cut * size, packed, size);
	write_file(0, text, 200 * size);
	expect(1, "!74:0:1 ", "one line without an end, that expands, is a damaged line");
}
#else
static void test_zstd(void)
{
	write_file(0, "\x28\xb5\x2f\xfd", 4);
	expect(1, "!95:0:0 ", "compressed data are not supported");
}
#endif

int main(void)
{
	char text[1024];
	unsigned i;

	if (!mkdtemp(directory))
		return 1;
	for (i = 0; i < ARRAY_SIZE(path); i++)
		snprintf(path[i], sizeof(path[i]), "%s/%u", directory, i);
	test_files();
	test_damage();
	test_cuts();
	test_long_lines();
	test_seek();
	test_seek_nowhere();
	test_too_long();
	test_too_many_parts();
	test_not_yet();
	test_pipe(text, records(text, sizeof(text), 0, 3));
	test_zstd();
	for (i = 0; i < ARRAY_SIZE(path); i++)
		unlink(path[i]);
	rmdir(directory);
	return tap_end();
}
