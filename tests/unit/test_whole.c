/* SPDX-License-Identifier: ISC */
/*
 * Records and their parts become what was divided; and whatever happens to the
 * lines between, a record is as it was or there is a problem in its place.
 */
#include "buf.h"
#include "tap.h"

#include <procaudit/encode.h>
#include <procaudit/reader.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int fd;
static char path[64];

static void write_log(const char *data, size_t size)
{
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
}

static struct procaudit_reader *open_log(void)
{
	struct procaudit_reader *reader;

	if (procaudit_reader_new(&reader) || procaudit_reader_add(reader, path))
		abort();
	return reader;
}

/* --- What was divided ----------------------------------------------------------- */

static unsigned random_state = 1;

static unsigned below(unsigned n)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 8) % n;
}

static void add_random(struct buf *text, size_t size)
{
	static const char *const hostile[] = {"a", "\"", "\\", "\n", "\x01", "\x7f", "\xc2\x9b",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff", "\xe2\x82", "\xc0\x80",
		"long plain text"};
	size_t end = text->size + size;

	while (text->size < end)
		buf_str(text, hostile[below(sizeof(hostile) / sizeof(hostile[0]))]);
}

static struct procaudit_strings random_strings(struct buf *text)
{
	size_t count = below(40), i;

	for (i = 0; i < count; i++) {
		add_random(text, below(4) ? below(50) : below(9000));
		buf_char(text, '\0');
	}
	return (struct procaudit_strings){text->data ? text->data : "", text->size, count, 0};
}

static struct procaudit_string random_string(struct buf *text)
{
	add_random(text, below(3) ? below(60) : below(4096));
	return (struct procaudit_string){text->data ? text->data : "", text->size, 0};
}

static bool same_strings(const struct procaudit_strings *a, const struct procaudit_strings *b)
{
	return a->data && a->count == b->count && a->size == b->size &&
	       memcmp(a->data, b->data, a->size) == 0;
}

static bool same_string(const struct procaudit_string *a, const struct procaudit_string *b)
{
	return a->data && a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static bool same(const struct procaudit_record *r, const struct procaudit_exec *exec)
{
	return r->kind == PROCAUDIT_RECORD_EXEC && r->unknown == 0 &&
	       same_strings(&r->argv, &exec->argv) && same_strings(&r->env, &exec->env) &&
	       same_string(&r->path, &exec->path) && same_string(&r->exe, &exec->exe) &&
	       same_string(&r->cwd, &exec->cwd);
}

/* Writes the event three times; returns the size. */
static size_t encode(const struct procaudit_event *event, size_t max)
{
	struct procaudit_encode_options options = {.max_line = max};
	struct procaudit_encoder *encoder;
	const char *data;
	size_t size;
	int i;

	if (procaudit_encoder_new(&encoder, &options))
		abort();
	for (i = 0; i < 3; i++)
		if (procaudit_encode(encoder, event))
			abort();
	data = procaudit_encoded(encoder, &size);
	write_log(data, size);
	procaudit_encoder_free(encoder);
	return size;
}

static bool try_event(const struct procaudit_event *event, size_t max)
{
	size_t size = encode(event, max), sum = 0;
	struct procaudit_reader *reader = open_log();
	const struct procaudit_record *record;
	struct procaudit_place places[3];
	int n = 0, wrong = 0, i;

	while (procaudit_reader_next(reader, &record) == 1) {
		wrong += n >= 3 || !same(record, &event->exec) || record->place.offset != sum;
		places[n++ % 3] = record->place;
		sum += record->size;
	}
	wrong += n != 3 || sum != size;
	for (i = 2; !wrong && i >= 0; i--)
		wrong += procaudit_reader_seek(reader, &places[i]) != 0 ||
			 procaudit_reader_next(reader, &record) != 1 ||
			 !same(record, &event->exec) || record->place.line != places[i].line;
	procaudit_reader_free(reader);
	return !wrong;
}

static void test_random(void)
{
	struct procaudit_event event = {
		.kind = PROCAUDIT_EXEC, .pid = 7, .proc = 3, .boot_ns = INT64_C(1) << 60};
	int i, j, wrong = 0;

	for (i = 0; i < 150; i++) {
		struct buf room[5] = {0};

		event.exec = (struct procaudit_exec){.success = true, .image = 1};
		event.exec.argv = random_strings(&room[0]);
		event.exec.env = random_strings(&room[1]);
		event.exec.path = random_string(&room[2]);
		event.exec.exe = random_string(&room[3]);
		event.exec.cwd = random_string(&room[4]);
		wrong += !try_event(&event, PROCAUDIT_MIN_LINE + below(i % 2 ? 20 : 20000));
		for (j = 0; j < 5; j++)
			buf_free(&room[j]);
	}
	ok(wrong == 0, "records of hostile bytes are what was divided, and found again (%d wrong)",
		wrong);
}

/* --- What is wrong with lines ------------------------------------------------------ */

#define TIME	    "\"ts\":\"2026-11-21T13:31:06.123456789Z\",\"mono_us\":7"
#define HEAD(n, to) "{\"v\":1,\"event\":\"env\",\"seq\":" #n "," TIME ",\"env_id\":1" to "}\n"
#define ENV(n, to)  HEAD(n, ",\"env\":[\"a\"]" to)
#define PART(seq, of, number, to)                                                                  \
	"{\"v\":1,\"event\":\"part\",\"seq\":" #seq "," TIME ",\"of\":" #of                        \
	",\"number\":" #number to "}\n"
#define ONE	",\"key\":\"env\",\"values\":[\"b\"]"
#define JOINED	",\"key\":\"env\",\"joins\":true,\"values\":[\"b\",\"c\"]"
#define MISSING "which is not in front of it"

/* Records are "seq:strings in env", problems "!line:text"; a cut one has a '?', a torn
 * one a '~'. */
static const char *read_all(struct procaudit_reader *reader)
{
	static char said[4096];
	const struct procaudit_record *r;
	size_t used = 0, i;
	int got;

	while ((got = procaudit_reader_next(reader, &r)) != 0 && got != -EAGAIN) {
		const struct procaudit_problem *problem = procaudit_reader_problem(reader);

		if (got < 0) {
			used += (size_t)sprintf(said + used, "!%llu%s%s:%s ",
				(unsigned long long)problem->place.line, problem->cut ? "?" : "",
				problem->torn ? "~" : "", problem->text);
			continue;
		}
		used += (size_t)sprintf(said + used, "%lld:", (long long)r->seq);
		for (i = 0; i < r->env.size; i++)
			said[used++] = r->env.data[i] ? r->env.data[i] : '|';
		said[used++] = ' ';
	}
	said[used] = '\0';
	return said;
}

static const struct {
	const char *lines, *expected, *name;
} cases[] = {
	{ENV(0, ",\"parts\":1") PART(1, 0, 1, JOINED) ENV(2, ""), "0:ab|c| 2:a| ",
		"a piece goes on with the last string"},
	{ENV(0, ",\"parts\":2") PART(1, 0, 1, ONE) PART(2, 0, 2, ONE), "0:a|b|b| ",
		"and others are further strings"},
	{HEAD(0, ",\"env\":[],\"parts\":1") PART(1, 0, 1, ONE), "0:b| ", "an array that was empty"},
	{ENV(0, ",\"parts\":1,\"new\":\"x\"")
			PART(1, 0, 1, ",\"key\":\"new\",\"joins\":true,\"values\":[\"y\"]"),
		"0:a| ", "of a key that is not known"},
	{ENV(0, ",\"parts\":2") PART(1, 0, 1, ONE) ENV(2, ""), "!1~:part 2 of 2 is missing 2:a| ",
		"a part is missing"},
	{ENV(0, ",\"parts\":2") ENV(1, ""), "!1~:part 1 of 2 is missing 1:a| ", "all of them are"},
	{ENV(0, ",\"parts\":2") PART(2, 0, 2, ONE) ENV(3, ""),
		"!1:part 2 of 2 is in the place of part 1 3:a| ", "the first one is"},
	{ENV(0, ",\"parts\":2") PART(1, 0, 1, ONE), "!1?~:part 2 of 2 is missing ",
		"the file ends too early"},
	{ENV(0, ",\"parts\":2"), "!1?~:part 1 of 2 is missing ", "it ends at once"},
	{ENV(0, ",\"parts\":2") PART(1, 0, 1, ONE) "{\"v\":1",
		"!1?:line 3, which is to be part 2 of 2: not JSON, byte 1: parse error: premature "
		"EOF ",
		"it ends within a part"},
	{ENV(0, ",\"parts\":3") PART(1, 0, 1, ONE) PART(1, 0, 1, ONE) PART(2, 0, 2, ONE)
			PART(3, 0, 3, ONE) ENV(4, ""),
		"!1:part 1 of 3 is in the place of part 2 4:a| ", "one is there twice"},
	{ENV(0, ",\"parts\":1") PART(1, 0, 1, ONE) PART(1, 0, 1, ONE),
		"0:a|b| !3:part 1 of the record with seq 0, " MISSING " ", "the last one is"},
	{ENV(0, ",\"parts\":1") PART(1, 0, 1, ONE) PART(2, 0, 2, ONE) ENV(3, ""),
		"0:a|b| !3:part 2 of the record with seq 0, " MISSING " 3:a| ", "one too many"},
	{PART(1, 0, 1, ONE) ENV(2, ""), "!1:part 1 of the record with seq 0, " MISSING " 2:a| ",
		"one of nothing"},
	{ENV(0, ",\"parts\":1") PART(1, 5, 1, ONE),
		"!1~:part 1 of 1 is missing !2:part 1 of the record with seq 5, " MISSING " ",
		"one of another record"},
	{ENV(0, ",\"parts\":2") PART(1, 0, 2, ONE) PART(2, 0, 1, ONE) ENV(3, ""),
		"!1:part 2 of 2 is in the place of part 1 "
		"!3:part 1 of the record with seq 0, " MISSING " 3:a| ",
		"in another order"},
	{ENV(0, ",\"parts\":3") PART(1, 0, 1, ONE) "x\n" PART(3, 0, 3, ONE) ENV(4, ""),
		"!1:line 3, which is to be part 2 of 3: not JSON, byte 1: lexical error: invalid "
		"char in json text. 4:a| ",
		"a damaged one takes the others with it"},
	{ENV(0, ",\"parts\":1") "x\nx\n" ENV(3, ""),
		"!1:line 2, which is to be part 1 of 1: not JSON, byte 1: lexical error: invalid "
		"char in json text. !3:not JSON, byte 1: lexical error: invalid char in json text. "
		"3:a| ",
		"but nothing else"},
	{ENV(0, ",\"parts\":1") PART(2, 0, 1, ONE), "!1:part 1 has the seq 2 ", "another seq"},
	{ENV(0, ",\"parts\":9007199254740992") PART(1, 0, 1, ONE),
		"!1?~:part 2 of 9007199254740992 is missing ", "more parts than there can be"},
	{ENV(9007199254740992, ",\"parts\":1") PART(9007199254740992, 9007199254740992, 1, ONE),
		"!1:part 1 has the seq 9007199254740992 ", "a seq that has no next one"},
	{ENV(0, ",\"parts\":1")
			PART(1, 0, 1, ",\"key\":\"event\",\"joins\":true,\"values\":[\"x\"]"),
		"!1:part 1 is of event, which does not go on ", "of what is always whole"},
	{ENV(0, ",\"parts\":1")
			PART(1, 0, 1, ",\"key\":\"env_id\",\"joins\":true,\"values\":[\"1\"]"),
		"!1:part 1 is of env_id, which does not go on ", "of a number"},
	{ENV(0, ",\"parts\":1") PART(1, 0, 1, ",\"key\":\"argv\",\"values\":[\"1\"]"),
		"!1:part 1 is of argv, which does not go on ", "of what the record has not"},
	{ENV(0, ",\"parts\":1") PART(1, 0, 1, ",\"key\":\"env\",\"values\":[]"),
		"!1:part 1 is no piece of env ", "of nothing"},
	{HEAD(0, ",\"env\":[],\"parts\":1") PART(1, 0, 1, JOINED), "!1:part 1 is no piece of env ",
		"it joins nothing"},
	{ENV(0, ",\"parts\":1,\"env_b64\":[\"\"]") PART(1, 0, 1, ONE),
		"!1:env_b64 is not as long as what it is a twin of ", "a twin without its part"},
	{ENV(0, ",\"parts\":1,\"env_b64\":[\"\"]")
			PART(1, 0, 1, ",\"key\":\"env_b64\",\"joins\":true,\"values\":[\"/w==\"]"),
		"!1:env_b64 has an element that is no twin ", "a twin of other bytes"},
	{HEAD(0, ",\"env\":[\"\xef\xbf\xbd\"],\"parts\":2,\"env_b64\":[\"/2Fi\"]") PART(
		 1, 0, 1, ",\"key\":\"env\",\"joins\":true,\"values\":[\"ab\"]")
			PART(2, 0, 2, ",\"key\":\"env_b64\",\"joins\":true,\"values\":[\"/w==\"]"),
		"!1:env_b64 has an element that is no twin ", "a twin of more than is shown"},
	{HEAD(0, ",\"env\":[\"\xef\xbf\xbd\"],\"parts\":2,\"env_b64\":[\"/2Fi\"]") PART(
		 1, 0, 1, ",\"key\":\"env\",\"joins\":true,\"values\":[\"ab\xef\xbf\xbd\"]")
			PART(2, 0, 2, ",\"key\":\"env_b64\",\"joins\":true,\"values\":[\"/w==\"]"),
		"0:\xff"
		"ab\xff| ",
		"a twin that goes on by itself"},
};

static void test_cases(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct procaudit_reader *reader = open_log();

		write_log(cases[i].lines, strlen(cases[i].lines));
		ok_str(read_all(reader), cases[i].expected, cases[i].name);
		procaudit_reader_free(reader);
	}
}

static void test_lines(void)
{
	static const char log[] = ENV(0, ",\"parts\":1") PART(1, 0, 1, JOINED) ENV(2, "");
	struct procaudit_reader *reader = open_log();
	const struct procaudit_record *r;

	write_log(log, strlen(log));
	procaudit_reader_join(reader, false);
	ok(procaudit_reader_next(reader, &r) == 1 && r->seq == 0 && r->parts == 1 &&
			r->env.count == 1 && r->size == strlen(ENV(0, ",\"parts\":1")),
		"asked for lines, the reader yields the record's own");
	ok(procaudit_reader_next(reader, &r) == 1 && r->kind == PROCAUDIT_RECORD_PART &&
			r->of == 0 && r->number == 1 && r->joins == 1 && r->values.count == 2 &&
			r->place.line == 2,
		"and its parts");
	procaudit_reader_free(reader);
}

/* --- A file that grows -------------------------------------------------------------- */

static void test_growth(void)
{
	static const char log[] = ENV(0, "") ENV(1, ",\"parts\":2") PART(2, 1, 1, ONE)
		PART(3, 1, 2, JOINED) ENV(4, "");
	struct procaudit_reader *reader = open_log();
	const struct procaudit_record *r;
	char said[128] = "";
	size_t size;
	int wrong = 0;

	write_log("", 0);
	procaudit_reader_follow(reader, true);
	wrong += procaudit_reader_next(reader, &r) != -EAGAIN;
	for (size = 0; size < strlen(log); size++) {
		if (pwrite(fd, log + size, 1, (off_t)size) != 1)
			abort();
		strcat(said, read_all(reader));
		wrong += procaudit_reader_next(reader, &r) != -EAGAIN;
	}
	ok_str(said, "0:a| 1:a|bb|c| 4:a| ", "each record of a log that grows is there once");
	ok_int(wrong, 0, "and it never ends");
	procaudit_reader_follow(reader, false);
	ok_str(read_all(reader), "", "until it grows no longer");
	procaudit_reader_free(reader);

	reader = open_log();
	write_log(log, strlen(ENV(0, "") ENV(1, ",\"parts\":2") PART(2, 1, 1, ONE)) + 9);
	procaudit_reader_follow(reader, true);
	ok_str(read_all(reader), "0:a| ", "of a record all parts are waited for");
	procaudit_reader_follow(reader, false);
	ok_str(read_all(reader),
		"!2?:line 4, which is to be part 2 of 2: not JSON, byte 1: parse error: premature "
		"EOF ",
		"and are missing when they do not come");
	procaudit_reader_free(reader);
}

/* --- Lines that are moved ------------------------------------------------------------ */

enum change { REMOVED, DOUBLED, SWAPPED, CHANGES };

/* The log with something done to line n; NULL: it has none. */
static char *change(const char *log, enum change how, int n, size_t *size)
{
	const char *line = log, *end, *next;
	size_t room = 2 * (strlen(log) + 1);
	char *changed = malloc(room);

	while (n-- > 0 && *line)
		line = strchr(line, '\n') + 1;
	end = *line ? strchr(line, '\n') + 1 : line;
	next = *end ? strchr(end, '\n') + 1 : end;
	if (!changed)
		abort();
	if (!*line || (how == SWAPPED && !*end)) {
		free(changed);
		return NULL;
	}
	*size = (size_t)snprintf(changed, room, "%.*s%.*s%.*s%s", (int)(line - log), log,
		how == REMOVED	 ? 0
		: how == DOUBLED ? (int)(end - line)
				 : (int)(next - end),
		how == DOUBLED ? line : end, how == REMOVED ? 0 : (int)(end - line), line,
		how == SWAPPED ? next : end);
	return changed;
}

static void test_changes(void)
{
	struct procaudit_event event = {
		.kind = PROCAUDIT_EXEC, .pid = 7, .proc = 3, .boot_ns = INT64_C(1) << 60};
	static const char *const names[] = {"removed", "doubled", "swapped"};
	static char log[1 << 20];
	struct buf text = {0};
	ssize_t got;
	int how, n;

	add_random(&text, 9000);
	buf_char(&text, '\0');
	event.exec = (struct procaudit_exec){.success = true, .image = 1};
	event.exec.argv = event.exec.env = (struct procaudit_strings){text.data, text.size, 1, 0};
	event.exec.path = event.exec.exe = event.exec.cwd = (struct procaudit_string){"/", 1, 0};
	encode(&event, PROCAUDIT_MIN_LINE);
	got = pread(fd, log, sizeof(log) - 1, 0);
	if (got <= 0)
		abort();
	for (how = 0; how < CHANGES; how++) {
		int wrong = 0;
		size_t size;
		char *changed;

		for (n = 0; (changed = change(log, (enum change)how, n, &size)); n++) {
			struct procaudit_reader *reader = open_log();
			const struct procaudit_record *record;
			int result, records = 0, problems = 0;
			size_t sum = 0;

			write_log(changed, size);
			while ((result = procaudit_reader_next(reader, &record)) != 0) {
				records += result > 0;
				problems += result < 0;
				wrong += result > 0 && !same(record, &event.exec);
				sum += result > 0 ? record->size
						  : procaudit_reader_problem(reader)->size;
			}
			wrong += problems == 0 || records < 1 || records > 3 || sum != size;
			procaudit_reader_free(reader);
			free(changed);
		}
		ok(wrong == 0 && n > 30,
			"a line is %s: a problem, and no record is short (%d of %d)", names[how],
			wrong, n);
	}
	buf_free(&text);
}

int main(void)
{
	fd = memfd_create("log", MFD_CLOEXEC);
	if (fd < 0)
		return 1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	test_random();
	test_cases();
	test_lines();
	test_growth();
	test_changes();
	return tap_end();
}
