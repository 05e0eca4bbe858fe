/* SPDX-License-Identifier: ISC */
/* What people read of each event; and what a terminal and a shell make of it. */
#include "buf.h"
#include "macro.h"
#include "tap.h"

#include <procaudit/encode.h>
#include <procaudit/text.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In front of each line. */
#define HEAD "22:13:20.005      7   "

static struct procaudit_string string_of(const char *text)
{
	return (struct procaudit_string){.data = text, .size = text ? strlen(text) : 0};
}

/* Words between bars. */
static struct procaudit_strings words_of(struct buf *block, const char *words)
{
	struct procaudit_strings strings = {.count = 1};
	size_t i;

	buf_truncate(block, 0);
	buf_add(block, words, strlen(words) + 1);
	for (i = 0; i < block->size; i++)
		if (block->data[i] == '|') {
			block->data[i] = '\0';
			strings.count++;
		}
	strings.data = block->data;
	strings.size = block->size;
	return strings;
}

static struct procaudit_event event_of(enum procaudit_event_kind kind)
{
	return (struct procaudit_event){.kind = kind,
		.real = {1700000000, 5000000},
		.pid = 7,
		.tid = 9,
		.proc = 3,
		.depth = 1};
}

/* The lines of an event; to be freed. */
static char *lines_of(const struct procaudit_event *event, bool color)
{
	struct procaudit_encode_options options = {.format = PROCAUDIT_TEXT, .color = color};
	struct procaudit_encoder *encoder;
	const char *data;
	size_t size;
	char *lines;

	if (procaudit_encoder_new(&encoder, &options) || procaudit_encode(encoder, event))
		abort();
	data = procaudit_encoded(encoder, &size);
	lines = data ? strndup(data, size) : strdup("");
	procaudit_encoder_free(encoder);
	return lines;
}

static void expect(const struct procaudit_event *event, const char *expected)
{
	char *lines = lines_of(event, false), *whole;

	if (asprintf(&whole, HEAD "%s\n", expected) < 0)
		abort();
	ok_str(lines, whole, expected);
	free(whole);
	free(lines);
}

/* --- Commands ------------------------------------------------------------ */

static const struct {
	const char *path, *argv, *line;
} commands[] = {
	{"/bin/cc", "cc|-c|a b.c", "/bin/cc -c 'a b.c'"},
	{"/bin/cc", "/bin/cc|x", "/bin/cc x"},
	{"/bin/cc", "c", "(exec -a c /bin/cc)"},
	{"/bin/cc", "/usr/bin/cc|x", "(exec -a /usr/bin/cc /bin/cc x)"},
	{"/bin/cc", "x/bin/cc", "(exec -a x/bin/cc /bin/cc)"},
	{"/bin/cc", "|x", "(exec -a '' /bin/cc x)"},
	{"cc", "cc", "./cc"},
	{"./cc", "cc", "./cc"},
	{"../cc", "cc", "../cc"},
	{".", "x", "(exec -a x ./.)"},
	{"..", "x", "(exec -a x ./..)"},
	{"", "x", "(exec -a x ./'')"},
	{"./", "x", "(exec -a x ././)"},
	{"../", "x", "(exec -a x ./../)"},
	{".cc", "x", "(exec -a x ./.cc)"},
	{"A=1", "A=1", "./A=1"},
	{"./x.sh", "/bin/sh|./x.sh|a", "/bin/sh ./x.sh a"},
	{"./x.sh", "/bin/sh|-e|./x.sh", "/bin/sh -e ./x.sh"},
	{"./x.sh", "/bin/sh|./y.sh", "(exec -a /bin/sh ./x.sh ./y.sh)"},
	{"./x.sh", "sh|./x.sh", "(exec -a sh ./x.sh ./x.sh)"},
	{NULL, "cc|-c", "cc -c"},
};

static void test_commands(void)
{
	struct procaudit_event event = event_of(PROCAUDIT_EXEC);
	struct buf block = {0};
	size_t i;

	event.exec.success = true;
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		event.exec.path = string_of(commands[i].path);
		event.exec.argv = words_of(&block, commands[i].argv);
		expect(&event, commands[i].line);
	}
	event.exec.argv.error = EFAULT;
	event.exec.argv.count = 0;
	event.exec.path = string_of("/bin/cc");
	expect(&event, "/bin/cc # argv incomplete: EFAULT");
	event.exec = (struct procaudit_exec){.success = true};
	expect(&event, "?");
	event.exec.success = false;
	event.exec.error = ENOENT;
	event.exec.path = string_of("/bin/cc");
	event.exec.cwd = string_of("/src");
	expect(&event, "# ENOENT: /bin/cc");
	event.exec.error = 0;
	expect(&event, "# killed: /bin/cc");
	event.depth = 1000;
	event.exec.success = true;
	event.exec.cwd.data = NULL;
	event.exec.path = string_of("x");
	expect(&event, "                                                          ./x");
	buf_free(&block);
}

/* --- Other events -------------------------------------------------------- */

static void test_ends(void)
{
	struct procaudit_event event = event_of(PROCAUDIT_EXIT);

	event.exit.duration_ns = INT64_C(61012345678);
	expect(&event, "# exit 0, 61.012 s");
	event.exit.status = 3 << 8;
	event.exit.duration_ns = -1;
	expect(&event, "# exit 3");
	event.exit.status = SIGKILL;
	expect(&event, "# killed by SIGKILL");
	event.exit.status = SIGSEGV | 0x80;
	expect(&event, "# killed by SIGSEGV (core dumped)");
	event.kind = PROCAUDIT_THREAD_EXIT;
	expect(&event, "# thread 9 ended");
	event.kind = PROCAUDIT_THREAD;
	expect(&event, "# thread 9");
	event = event_of(PROCAUDIT_DETACH);
	event.detach.reason = PROCAUDIT_DETACH_LINGER;
	expect(&event, "# runs on, no longer followed (linger)");
}

static void test_attach(void)
{
	struct procaudit_event event = event_of(PROCAUDIT_ATTACH);
	struct buf block = {0};

	event.attach.program.argv = words_of(&block, "sh|-c|a b");
	expect(&event, "# runs already: sh -c 'a b'");
	event.attach.program.argv = (struct procaudit_strings){0};
	event.attach.program.exe = string_of("/bin/a b");
	expect(&event, "# runs already: '/bin/a b'");
	event.attach.program.exe = (struct procaudit_string){.error = EACCES};
	expect(&event, "# runs already: '?'");
	buf_free(&block);
}

static const struct {
	enum procaudit_gap_reason reason;
	const char *line;
} gaps[] = {
	{PROCAUDIT_GAP_UNTRACED, "# child 8 could not be traced"},
	{PROCAUDIT_GAP_FILTER, "# sets a seccomp filter: from here on failed execs may be hidden"},
	{PROCAUDIT_GAP_ATTACH_DENIED, "# 8 could not be attached to: EPERM"},
	{PROCAUDIT_GAP_ATTACH_TRACED, "# 8 could not be attached to: process 5 traces it"},
	{PROCAUDIT_GAP_ATTACH_KERNEL, "# 8 could not be attached to: a kernel thread"},
	{PROCAUDIT_GAP_ATTACH_GONE, "# 8 could not be attached to: it has ended"},
	{PROCAUDIT_GAP_ATTACH_RACE, "# 8 may belong here, and was not attached to"},
	{PROCAUDIT_GAP_VANISHED, "# 4 missing: vanished"},
	{PROCAUDIT_GAP_WRITE_ERROR, "# 4 missing: write_error"},
	{PROCAUDIT_GAP_MEMORY, "# 4 missing: memory"},
};

static void test_gaps(void)
{
	struct procaudit_event event = event_of(PROCAUDIT_GAP);
	size_t i;

	event.gap.child_pid = 8;
	event.gap.tracer_pid = 5;
	event.gap.error = EPERM;
	event.gap.count = 4;
	for (i = 0; i < ARRAY_SIZE(gaps); i++) {
		event.gap.reason = gaps[i].reason;
		expect(&event, gaps[i].line);
	}
}

/* --- Frames, colours ----------------------------------------------------- */

static void test_frame(void)
{
	struct procaudit_encode_options options = {.format = PROCAUDIT_TEXT};
	struct procaudit_header header = {.log_id = "0", .mode = "run"};
	struct procaudit_trailer trailer = {0};
	struct procaudit_stats stats = {0};
	struct procaudit_encoder *encoder;
	size_t size;

	if (procaudit_encoder_new(&encoder, &options))
		abort();
	ok(procaudit_encode_header(encoder, &header) == 0 &&
			procaudit_encode_stats(encoder, &stats) == 0 &&
			procaudit_encode_trailer(encoder, &trailer) == 0,
		"headers, sums and trailers are taken");
	procaudit_encoded(encoder, &size);
	ok_int((long long)size, 0, "and are nothing to read");
	ok_int((long long)procaudit_encoder_lost(encoder), 3, "though they are records");
	procaudit_encoder_free(encoder);
	options.max_line = 4096;
	ok_int(procaudit_encoder_new(&encoder, &options), -EINVAL, "text has no bounded lines");
	options.format = PROCAUDIT_JSONL;
	options.max_line = PROCAUDIT_MIN_LINE - 1;
	ok_int(procaudit_encoder_new(&encoder, &options), -EINVAL, "and a line has some room");
}

static void test_color(void)
{
	struct procaudit_event event = event_of(PROCAUDIT_EXIT);
	char *good = lines_of(&event, true), *bad;

	event.exit.status = 1 << 8;
	bad = lines_of(&event, true);
	ok(strstr(good, "\033[2m# exit 0") && strstr(good, "\033[0m\n"), "success is dim");
	ok(strstr(bad, "\033[31m# exit 1") && strstr(bad, "\033[0m\n"), "failure is red");
	free(good);
	free(bad);
}

/* --- Other people's text ------------------------------------------------- */

static void test_text(void)
{
	static const char data[] = "a'b\033\xff";
	char out[256];
	bool exact;
	size_t size;

	size = procaudit_quote(out, data, sizeof(data) - 1);
	ok_bytes(out, size, "$'a\\'b\\033\\377'", 15, "a word for a shell");
	ok(size <= PROCAUDIT_QUOTE_ROOM(sizeof(data) - 1), "in the room that it may need");
	size = procaudit_json(out, data, sizeof(data) - 1, &exact);
	ok_bytes(out, size, "\"a'b\\u001b\xef\xbf\xbd\"", 14, "a string of JSON");
	ok(!exact && size <= PROCAUDIT_JSON_ROOM(sizeof(data) - 1), "that does not say it all");
	procaudit_json(out, data, 3, &exact);
	ok(exact, "or does");
	size = procaudit_base64(out, data, sizeof(data) - 1);
	ok_bytes(out, size, "\"YSdiG/8=\"", 10, "base64");
	ok(size <= PROCAUDIT_BASE64_ROOM(sizeof(data) - 1), "as long as is told");
}

int main(void)
{
	setenv("TZ", "UTC0", 1);
	test_commands();
	test_ends();
	test_attach();
	test_gaps();
	test_frame();
	test_color();
	test_text();
	return tap_end();
}
