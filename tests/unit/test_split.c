/* SPDX-License-Identifier: ISC */
/* Long records in short lines: joined, they are what they were, byte by byte. */
#include "buf.h"
#include "tap.h"
#include "unjson.h"

#include <procaudit/encode.h>

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t state = 1;

/* Numerical Recipes' generator: the same everywhere. */
static unsigned below(unsigned limit)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % limit;
}

/* Everything that must not be cut, and what needs a twin. */
static const char *const hostile[] = {"\"", "\\", "\x01", "\n", "\x7f", "\xc2\x85", "\xc3\xa9",
	"\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff", "\xe2\x82", "\xf0\x9f\x98", "a", "bcd",
	"\\u0041", ",\"argv\":[", "]}"};

static void add_random(struct buf *buf, size_t size, bool valid)
{
	size_t kinds = sizeof(hostile) / sizeof(hostile[0]), start = buf->size;

	while (buf->size - start < size) {
		size_t n = below((unsigned)kinds);

		if (!valid || n < 9 || n > 11)
			buf_str(buf, hostile[n]);
	}
}

/* Some strings, and sometimes long ones. */
static struct procaudit_strings random_strings(struct buf *buf)
{
	unsigned count = below(4) ? below(8) : below(900), i;
	bool valid = below(2);

	for (i = 0; i < count; i++) {
		if (below(4))
			add_random(buf, below(30) ? below(40) : below(9000), valid);
		buf_char(buf, '\0');
	}
	return (struct procaudit_strings){
		.data = count ? buf->data : "", .size = buf->size, .count = count};
}

static struct procaudit_string random_string(struct buf *buf)
{
	add_random(buf, below(3) ? below(60) : below(5000), below(2));
	return (struct procaudit_string){.data = buf->size ? buf->data : "", .size = buf->size};
}

/* --- Joining ------------------------------------------------------------- */

/* Behind the value at s, which ends before a comma, a brace or a blank. */
static const char *behind(const char *s)
{
	bool in_array = *s == '[';

	for (;; s++) {
		if (*s == '"')
			for (s++; *s != '"'; s++)
				s += *s == '\\';
		else if (in_array ? *s == ']' : (*s == ',' || *s == '}'))
			return s + in_array;
	}
}

/* The value of a key in a line; NULL: it has none. */
static char *value_of(const char *line, const char *key)
{
	char pattern[80];
	char *found;

	snprintf(pattern, sizeof(pattern), ",\"%s\":", key);
	found = strstr(line, pattern);
	return found ? found + strlen(pattern) : NULL;
}

static long number_of(const char *line, const char *key)
{
	const char *value = value_of(line, key);

	return value ? strtol(value, NULL, 10) : -1;
}

/* record, with the values of the part put where they belong; freed by the caller. */
static char *join(char *record, const char *line, size_t line_size)
{
	char *part = strndup(line, line_size);
	const char *values = value_of(part, "values"), *name = value_of(part, "key");
	bool joins = value_of(part, "joins") != NULL;
	char key[64], *at, *joined;
	size_t size;

	snprintf(key, sizeof(key), "%.*s", (int)(strchr(name + 1, '"') - name - 1), name + 1);
	at = value_of(record, key);
	if (!at)
		abort();
	size = (size_t)(behind(values) - values) - 2;
	values++;
	if (*at == '"') { /* a string goes on: both without quotation marks */
		at = record + (behind(at) - record) - 1;
		values++;
		size -= 2;
	} else {
		at = record + (behind(at) - record) - 1;
		if (joins) {
			at--;
			values++;
			size--;
		}
	}
	joined = malloc(strlen(record) + size + 2);
	sprintf(joined, "%.*s%s%.*s%s", (int)(at - record), record,
		!joins && at[-1] != '[' ? "," : "", (int)size, values,
		at + (joins && *at == '"' && at[1] == ']'));
	free(record);
	free(part);
	return joined;
}

/* The record without its number of parts. */
static char *without_parts(const char *line, size_t size, long *parts)
{
	char *record = strndup(line, size), *at = value_of(record, "parts");

	*parts = number_of(record, "parts");
	if (at)
		memmove(at - 9, behind(at), strlen(behind(at)) + 1);
	return record;
}

/* Behind the line at s. */
static const char *line_end(const char *s, size_t size)
{
	return (const char *)memchr(s, '\n', size) + 1;
}

/* Whether a line is JSON as far as its strings go, and UTF-8. */
static bool is_sound(const char *line, size_t size)
{
	struct buf out = {0};
	const char *at = line, *end = line + size;
	bool sound = utf8_oracle((const unsigned char *)line, size, &out);

	while (sound && at < end)
		if (*at == '"')
			sound = unjson_string(&at, end, &out);
		else
			sound = *at == '\n' ? ++at == end : (unsigned char)*at++ >= ' ';
	buf_free(&out);
	return sound;
}

/* --- Tests --------------------------------------------------------------- */

static char *encode(const struct procaudit_event *event, size_t max, size_t *size)
{
	struct procaudit_encode_options options = {.max_line = max};
	struct procaudit_encoder *encoder;
	const char *data;
	char *copy;

	if (procaudit_encoder_new(&encoder, &options) || procaudit_encode(encoder, event))
		abort();
	data = procaudit_encoded(encoder, size);
	copy = strndup(data, *size);
	procaudit_encoder_free(encoder);
	return copy;
}

/* Two encoders did not begin at the same time. */
static void forget_time(char *record)
{
	char *digit = value_of(record, "mono_us");

	while (*digit >= '0' && *digit <= '9')
		*digit++ = '0';
}

/* What is wrong with the lines that a record has become; NULL: nothing. */
static const char *check(const char *whole, const char *lines, size_t size, size_t max)
{
	const char *end = line_end(lines, size), *wrong = NULL, *line;
	long parts, seq = 0;
	char *record = without_parts(lines, (size_t)(end - lines), &parts);

	for (line = lines; !wrong && line < lines + size; line = end, seq++) {
		end = line_end(line, (size_t)(lines + size - line));
		if ((size_t)(end - line) > max)
			wrong = "a line is too long";
		else if (!is_sound(line, (size_t)(end - line)))
			wrong = "a line is not sound";
		else if (number_of(line, "seq") != seq)
			wrong = "a wrong number";
		else if (seq && (number_of(line, "of") != 0 || number_of(line, "number") != seq))
			wrong = "a part of something else";
		else if (seq)
			record = join(record, line, (size_t)(end - line));
	}
	if (!wrong && (parts < 0 ? 0 : parts) != seq - 1)
		wrong = "a wrong number of parts";
	forget_time(record);
	if (!wrong && strcmp(record, whole) != 0)
		wrong = "another record";
	free(record);
	return wrong;
}

static bool try_event(const struct procaudit_event *event, size_t max)
{
	size_t size, whole_size;
	char *lines = encode(event, max, &size), *whole = encode(event, 0, &whole_size);
	const char *wrong;

	forget_time(whole);
	wrong = check(whole, lines, size, max);
	if (wrong)
		note("%s: at most %zu, line of %zu", wrong, max, whole_size);
	free(lines);
	free(whole);
	return !wrong;
}

static void test_random(void)
{
	struct procaudit_event event = {
		.kind = PROCAUDIT_EXEC, .pid = 7, .proc = 3, .boot_ns = INT64_MAX};
	bool all = true;
	int i, j;

	for (i = 0; i < 200; i++) {
		struct buf room[8] = {0};

		event.exec = (struct procaudit_exec){.success = true, .image = 1};
		event.exec.argv = random_strings(&room[0]);
		event.exec.argv_asked = random_strings(&room[1]);
		event.exec.env = random_strings(&room[2]);
		event.exec.path = random_string(&room[3]);
		event.exec.exe = random_string(&room[4]);
		event.exec.cwd = random_string(&room[5]);
		event.exec.response_files = random_strings(&room[6]);
		event.exec.response_contents = random_strings(&room[7]);
		all &= try_event(&event, PROCAUDIT_MIN_LINE + below(i % 2 ? 20 : 20000));
		for (j = 0; j < 8; j++)
			buf_free(&room[j]);
	}
	ok(all, "records of hostile bytes are joined as they were");
}

/* Each of these at each place where a line may be cut. */
static void test_every_place(void)
{
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC, .boot_ns = INT64_MAX};
	size_t n, shift;
	bool all = true;

	for (n = 0; n < sizeof(hostile) / sizeof(hostile[0]); n++)
		for (shift = 0; shift < 16; shift++) {
			struct buf text = {0};

			while (text.size < shift)
				buf_char(&text, 'x');
			while (text.size < 6000)
				buf_str(&text, hostile[n]);
			event.exec.cwd = (struct procaudit_string){text.data, text.size, 0};
			buf_char(&text, '\0');
			event.exec.argv =
				(struct procaudit_strings){text.data, text.size, 1, EFAULT};
			event.exec.cwd.data = text.data;
			all &= try_event(&event, PROCAUDIT_MIN_LINE + shift);
			buf_free(&text);
		}
	ok(all, "nothing is cut that must stay together");
}

/* As much as a record can have that cannot be cut. */
static void test_least(void)
{
	static char text[64];
	static const char block[] = "x\0\xff";
	struct procaudit_string string = {text, 12, 4095};
	struct procaudit_strings strings = {block, sizeof(block), 2, 4095};
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC,
		.pid = INT_MAX,
		.proc = UINT64_MAX,
		.tid = INT_MAX,
		.ns_pid = INT_MAX,
		.boot_ns = INT64_MAX};

	memset(text, '\xff', sizeof(text));
	event.exec = (struct procaudit_exec){.success = true,
		.image = UINT_MAX,
		.parent = UINT64_MAX,
		.ppid = INT_MAX,
		.old_tid = INT_MAX,
		.arch = "loongarch64",
		.syscall = "execveat",
		.path = string,
		.dirfd_path = string,
		.exe = string,
		.cwd = string,
		.exe_dev = UINT64_MAX,
		.exe_ino = UINT64_MAX,
		.argv = strings,
		.env = strings,
		.argv_asked = strings,
		.response_files = strings,
		.response_contents = strings,
		.response_errors = strings,
		.uid = UINT_MAX,
		.euid = UINT_MAX,
		.gid = UINT_MAX,
		.egid = UINT_MAX,
		.has_ids = true,
		.has_exe_id = true};
	ok(try_event(&event, PROCAUDIT_MIN_LINE), "the largest record that cannot be cut has room");
	event.exec.path.size = event.exec.exe.size = event.exec.cwd.size = 13;
	event.exec.dirfd_path.size = sizeof(text);
	ok(try_event(&event, PROCAUDIT_MIN_LINE), "a little more has, too");
}

static void test_lost(void)
{
	struct procaudit_encode_options options = {.max_line = PROCAUDIT_MIN_LINE};
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	struct procaudit_trailer trailer = {.complete = true};
	struct procaudit_encoder *encoder;
	static char cwd[9000];
	const char *data, *line;
	size_t size, lines = 0;

	memset(cwd, 'x', sizeof(cwd));
	event.exec.cwd = (struct procaudit_string){cwd, sizeof(cwd), 0};
	if (procaudit_encoder_new(&encoder, &options))
		abort();
	procaudit_encode(encoder, &event);
	data = procaudit_encoded(encoder, &size);
	for (line = data; line < data + size; lines++)
		line = line_end(line, size);
	ok(lines > 4, "a record of several lines");
	procaudit_encoder_written(encoder, 2 * PROCAUDIT_MIN_LINE + 100);
	ok_int((long long)procaudit_encoder_lost(encoder), (long long)lines - 2,
		"parts that are not written are lost");
	procaudit_encode_trailer(encoder, &trailer);
	data = procaudit_encoded(encoder, &size);
	ok(memmem(data, size, "\"seq\":2,", 8) && memmem(data, size, "\"exec\":1,", 9) &&
			memmem(data, size, "\"part\":1}", 9),
		"the log goes on behind those that are");
	procaudit_encoder_free(encoder);
	options.max_line = PROCAUDIT_MIN_LINE - 1;
	ok_int(procaudit_encoder_new(&encoder, &options), -EINVAL, "too small a bound is refused");
	options.max_line = PROCAUDIT_MIN_LINE;
	options.format = PROCAUDIT_TEXT;
	ok_int(procaudit_encoder_new(&encoder, &options), -EINVAL, "and one for text");
}

int main(void)
{
	test_random();
	test_every_place();
	test_least();
	test_lost();
	return tap_end();
}
