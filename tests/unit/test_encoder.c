/* SPDX-License-Identifier: ISC */
/* The encoder numbers and counts what is in the log, and takes back what is not. */
#include "buf.h"
#include "macro.h"
#include "tap.h"

#include <procaudit/encode.h>

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char argv_block[] = "cc\0-c\0a b.c", env_block[] = "PATH=/bin\0A=1";
static char make[] = "make", jobs[] = "-j2";
static char *command[] = {make, jobs, NULL};

static struct procaudit_encoder *new_encoder(enum procaudit_format format, enum procaudit_env env)
{
	struct procaudit_encode_options options = {.format = format, .env = env};
	struct procaudit_encoder *encoder;

	if (procaudit_encoder_new(&encoder, &options))
		abort();
	return encoder;
}

static struct procaudit_event event_of(enum procaudit_event_kind kind)
{
	return (struct procaudit_event){
		.kind = kind, .real = {1700000000, 5}, .boot_ns = INT64_MAX, .pid = 7, .proc = 3};
}

static struct procaudit_event exec_event(const char *env, size_t env_size)
{
	struct procaudit_event event = event_of(PROCAUDIT_EXEC);

	event.exec = (struct procaudit_exec){
		.success = true,
		.image = 1,
		.path = {.data = "/bin/cc", .size = 7},
		.exe = {.data = "/usr/bin/cc", .size = 11},
		.cwd = {.data = "/src", .size = 4},
		.argv = {.data = argv_block, .size = sizeof(argv_block), .count = 3},
		.env = {.data = env, .size = env_size, .count = 2},
		.arch = "x86_64",
	};
	return event;
}

/* All that the encoder holds has been written. */
static void written(struct procaudit_encoder *encoder)
{
	size_t size;

	procaudit_encoded(encoder, &size);
	procaudit_encoder_written(encoder, size);
}

static int add(struct procaudit_encoder *encoder, enum procaudit_event_kind kind)
{
	struct procaudit_event event = event_of(kind);

	return procaudit_encode(encoder, &event);
}

static int add_exec(struct procaudit_encoder *encoder, const char *env, size_t env_size)
{
	struct procaudit_event event = exec_event(env, env_size);

	return procaudit_encode(encoder, &event);
}

/* What the encoder holds, as a string of its own. */
static char *text_of(const struct procaudit_encoder *encoder)
{
	size_t size;
	const char *data = procaudit_encoded(encoder, &size);

	return size ? strndup(data, size) : strdup("");
}

/* Whether each line has the sequence number that follows first. */
static bool numbered(const struct procaudit_encoder *encoder, unsigned first, unsigned lines)
{
	char *text = text_of(encoder), *line, *rest = text, expected[32];
	bool same = true;

	while ((line = strsep(&rest, "\n")) && *line) {
		snprintf(expected, sizeof(expected), "\"seq\":%u,", first++);
		same &= strstr(line, expected) != NULL;
		lines--;
	}
	free(text);
	return same && lines == 0;
}

static bool holds(const struct procaudit_encoder *encoder, const char *expected)
{
	char *text = text_of(encoder);
	bool found = strstr(text, expected) != NULL;

	if (!found)
		note("no %s in %s", expected, text);
	free(text);
	return found;
}

static bool lacks(const struct procaudit_encoder *encoder, const char *unexpected)
{
	char *text = text_of(encoder);
	bool found = strstr(text, unexpected) != NULL;

	free(text);
	return !found;
}

static void test_log_id(void)
{
	char a[33], b[33];
	size_t i;
	bool hex = true;

	ok(procaudit_log_id(a) == 0 && procaudit_log_id(b) == 0, "log ids can be had");
	for (i = 0; i < 32; i++)
		hex &= isxdigit((unsigned char)a[i]) && !isupper((unsigned char)a[i]);
	ok(hex && !a[32], "of 32 hex digits");
	ok(strcmp(a, b) != 0, "and no two are the same");
}

static void test_header(void)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_FULL);
	struct procaudit_header header = {.log_id = "0123456789abcdef0123456789abcdef",
		.mode = "run",
		.command = command,
		.tracer_pid = 42,
		.threads = true,
		.proc = true};
	size_t size;

	ok_int(procaudit_encode_header(encoder, &header), 0, "a header can be written");
	procaudit_encoded(encoder, &size);
	ok(size >= 1024, "it is long enough for log shippers");
	ok(holds(encoder, "{\"v\":1,\"event\":\"header\",\"log_id\":\"0123456789abcdef"),
		"its id comes first");
	ok(holds(encoder, "\"command\":[\"make\",\"-j2\"]") && numbered(encoder, 0, 1),
		"it holds the command and is record 0");
	procaudit_encoder_free(encoder);
}

static void test_written(void)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_FULL);
	size_t size;

	procaudit_encoded(encoder, &size);
	ok_int((long long)size, 0, "a new encoder holds nothing");
	add(encoder, PROCAUDIT_FORK);
	add(encoder, PROCAUDIT_EXIT);
	ok(numbered(encoder, 0, 2), "records are numbered from 0");
	written(encoder);
	procaudit_encoded(encoder, &size);
	ok_int((long long)size, 0, "what is written is forgotten");
	add(encoder, PROCAUDIT_GAP);
	ok(numbered(encoder, 2, 1), "the next ones go on from there");
	ok(procaudit_encoder_count(encoder, PROCAUDIT_FORK) == 1 &&
			procaudit_encoder_count(encoder, PROCAUDIT_EXIT) == 1 &&
			procaudit_encoder_count(encoder, PROCAUDIT_GAP) == 1 &&
			procaudit_encoder_count(encoder, PROCAUDIT_EXEC) == 0,
		"each kind is counted");
	ok_int((long long)procaudit_encoder_count(encoder, PROCAUDIT_EVENT_KINDS), 0,
		"no kind has no count");
	procaudit_encoder_free(encoder);
}

static void test_lost(void)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_FULL);
	size_t size;

	add(encoder, PROCAUDIT_FORK);
	written(encoder);
	add(encoder, PROCAUDIT_FORK);
	add(encoder, PROCAUDIT_EXIT);
	ok_int((long long)procaudit_encoder_lost(encoder), 2, "lost records are counted");
	procaudit_encoded(encoder, &size);
	ok_int((long long)size, 0, "and forgotten");
	ok(procaudit_encoder_count(encoder, PROCAUDIT_FORK) == 1 &&
			procaudit_encoder_count(encoder, PROCAUDIT_EXIT) == 0,
		"they no longer count");
	add(encoder, PROCAUDIT_GAP);
	ok(numbered(encoder, 1, 1), "their numbers are given to others");
	written(encoder);
	ok_int((long long)procaudit_encoder_lost(encoder), 0, "what is written cannot be lost");
	procaudit_encoder_free(encoder);
}

static int add_gap(struct procaudit_encoder *encoder, uint64_t count)
{
	struct procaudit_event event = event_of(PROCAUDIT_GAP);

	event.gap.reason = PROCAUDIT_GAP_WRITE_ERROR;
	event.gap.count = count;
	return procaudit_encode(encoder, &event);
}

static void test_written_in_part(void)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_FULL);
	size_t one, all, left, i;

	add(encoder, PROCAUDIT_FORK);
	procaudit_encoded(encoder, &one);
	add(encoder, PROCAUDIT_EXIT);
	add(encoder, PROCAUDIT_EXIT);
	procaudit_encoded(encoder, &all);
	for (i = 0; i < one; i++)
		procaudit_encoder_written(encoder, 1);
	ok(numbered(encoder, 1, 2), "a record can be written byte by byte");
	procaudit_encoder_written(encoder, 5);
	procaudit_encoded(encoder, &left);
	ok_int((long long)left, (long long)(all - one - 5), "the rest of one waits");
	add_gap(encoder, 7);
	ok_int((long long)procaudit_encoder_lost(encoder), 2 + 7,
		"one written in part is lost, and so are those that a gap stood for");
	ok(procaudit_encoder_count(encoder, PROCAUDIT_FORK) == 1 &&
			procaudit_encoder_count(encoder, PROCAUDIT_EXIT) == 0 &&
			procaudit_encoder_count(encoder, PROCAUDIT_GAP) == 0,
		"those that are whole in the log still count");
	add_gap(encoder, 9);
	ok(numbered(encoder, 1, 1), "numbers go on behind them");
	procaudit_encoder_free(encoder);
}

/* A reader that is always behind: the encoder holds many records all the time. */
static void test_backlog(void)
{
	static char big[100000];
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_FULL);
	struct procaudit_trailer trailer = {0};
	unsigned long long total = 0;
	char expected[64];
	size_t size;
	unsigned i;

	memset(big, 'A', sizeof(big) - 1);
	for (i = 0; i < 300; i++) {
		add_exec(encoder, big, sizeof(big));
		procaudit_encoded(encoder, &size);
		if (i < 30)
			continue;
		procaudit_encoder_written(encoder, size / 30);
		total += size / 30;
	}
	procaudit_encoded(encoder, &size);
	ok(size > 20 * sizeof(big) && size < 60 * sizeof(big), "a backlog stays");
	procaudit_encoder_written(encoder, size - 1);
	total += size - 1;
	ok(holds(encoder, "\n") && procaudit_encoder_count(encoder, PROCAUDIT_EXEC) == 300,
		"nothing of it is lost or twice there");
	procaudit_encode_trailer(encoder, &trailer);
	snprintf(expected, sizeof(expected), "\"bytes\":%llu}", total + 1);
	ok(holds(encoder, expected) && holds(encoder, "\"seq\":300,"),
		"the trailer knows its place");
	ok_int((long long)procaudit_encoder_lost(encoder), 2, "a last byte is a record");
	procaudit_encoder_free(encoder);
}

static void test_env_once(void)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_ONCE);

	add_exec(encoder, env_block, sizeof(env_block));
	ok(numbered(encoder, 0, 2) && holds(encoder, "\"event\":\"env\"") &&
			holds(encoder, "\"env_id\":1,\"env\":[\"PATH=/bin\",\"A=1\"]"),
		"a new environment has a record of its own");
	written(encoder);
	add_exec(encoder, env_block, sizeof(env_block));
	ok(numbered(encoder, 2, 1) && holds(encoder, "\"env_id\":1}") && lacks(encoder, "\"env\""),
		"then it is named by its id");
	written(encoder);
	add_exec(encoder, "A=2\0B", 6);
	ok(holds(encoder, "\"env_id\":2,\"env\":[\"A=2\",\"B\"]"), "another one has another id");
	ok_int((long long)procaudit_encoder_lost(encoder), 2,
		"its record can be lost with the exec");
	add_exec(encoder, env_block, sizeof(env_block));
	ok(numbered(encoder, 3, 2) && holds(encoder, "\"env_id\":3,\"env\":[\"PATH=/bin\""),
		"after a loss environments are written anew, under new ids");
	procaudit_encoder_free(encoder);
}

static void test_env_kinds(void)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_NONE);
	struct procaudit_event event = exec_event(env_block, 10);

	add_exec(encoder, env_block, sizeof(env_block));
	ok(lacks(encoder, "env"), "with --env=none there is no environment");
	procaudit_encoder_free(encoder);

	encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_ONCE);
	event.exec.env.error = EFAULT;
	procaudit_encode(encoder, &event);
	ok(numbered(encoder, 0, 1) &&
			holds(encoder, "\"env\":[\"PATH=/bin\"],\"env_error\":\"EFAULT\"}"),
		"a torn environment is nobody else's: it stands in the exec record");
	procaudit_encoder_free(encoder);
}

static void test_trailer(bool gap)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_ONCE);
	struct procaudit_trailer trailer = {
		.status = SIGKILL, .has_status = true, .complete = true};
	char expected[256];
	size_t before, size;

	add_exec(encoder, env_block, sizeof(env_block));
	procaudit_encoded(encoder, &before);
	written(encoder);
	add(encoder, gap ? PROCAUDIT_GAP : PROCAUDIT_EXIT);
	procaudit_encoded(encoder, &size);
	procaudit_encode_trailer(encoder, &trailer);
	snprintf(expected, sizeof(expected),
		"\"signal\":\"SIGKILL\",\"counts\":{\"header\":0,\"fork\":0,\"exec\":1,\"exit\":%d,"
		"\"thread\":0,\"thread_exit\":0,\"attach\":0,\"detach\":0,\"gap\":%d,\"env\":1,"
		"\"stats\":0},"
		"\"gaps\":%d,"
		"\"complete\":%s,\"bytes\":%zu}\n",
		!gap, gap, gap, gap ? "false" : "true", before + size);
	ok(holds(encoder, expected) && numbered(encoder, 2, 2),
		gap ? "a trailer after a gap is never complete"
		    : "a trailer counts records and the bytes in front of it");
	procaudit_encoder_free(encoder);
}

static void test_text(void)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_TEXT, PROCAUDIT_ENV_FULL);
	size_t size;

	add(encoder, PROCAUDIT_FORK);
	procaudit_encoded(encoder, &size);
	ok_int((long long)size, 0, "text has no line for a fork");
	add_exec(encoder, env_block, sizeof(env_block));
	ok(holds(encoder, " cd /src\n") && holds(encoder, " /bin/cc -c 'a b.c'\n") &&
			lacks(encoder, "PATH"),
		"it has lines for a directory and a command, none for an environment");
	written(encoder);
	add_exec(encoder, env_block, sizeof(env_block));
	ok(lacks(encoder, " cd "), "the same directory is not said twice");
	ok_int((long long)procaudit_encoder_lost(encoder), 1, "lines can be lost");
	add_exec(encoder, env_block, sizeof(env_block));
	ok(holds(encoder, " cd /src\n"), "then the directory is said again");
	ok_int((long long)procaudit_encoder_count(encoder, PROCAUDIT_FORK), 1,
		"what has no line is counted, too");
	procaudit_encoder_free(encoder);
}

/* Nothing known: no key, no crash. */
static void test_bare_exec(enum procaudit_format format, const char *expected)
{
	struct procaudit_encoder *encoder = new_encoder(format, PROCAUDIT_ENV_FULL);
	struct procaudit_event event = event_of(PROCAUDIT_EXEC);

	event.exec.success = true;
	event.exec.image = 1;
	ok_int(procaudit_encode(encoder, &event), 0, "an exec of which nothing is known");
	ok(holds(encoder, expected) && lacks(encoder, "null"), "says nothing of it");
	procaudit_encoder_free(encoder);
}

static int add_header(struct procaudit_encoder *encoder, unsigned part)
{
	struct procaudit_header header = {
		.log_id = "0", .part = part, .mode = "run", .command = command, .cwd = "/begun"};

	return procaudit_encode_header(encoder, &header);
}

static void test_parts(void)
{
	struct procaudit_encoder *encoder = new_encoder(PROCAUDIT_JSONL, PROCAUDIT_ENV_ONCE);
	struct procaudit_stats stats = {.living = 12};

	add_header(encoder, 0);
	ok(holds(encoder, "\"part\":1,") && holds(encoder, "\"cwd\":\"/begun\""),
		"a header has the number of its part, and the given directory");
	add_exec(encoder, env_block, sizeof(env_block));
	written(encoder);
	ok(add_header(encoder, 2) == 0 && holds(encoder, "\"mono_us\":9223"),
		"the next part begins no later than what was seen before");
	procaudit_encoder_lost(encoder);
	add_header(encoder, 2);
	ok(numbered(encoder, 3, 1) && holds(encoder, "\"part\":2,"), "numbers go on in the next");
	add_exec(encoder, env_block, sizeof(env_block));
	ok(numbered(encoder, 3, 3) && holds(encoder, "\"env_id\":2,\"env\":[\"PATH=/bin\""),
		"where environments are said again");
	written(encoder);
	ok_int(procaudit_encode_stats(encoder, &stats), 0, "it can be asked how far it has come");
	ok(numbered(encoder, 6, 1) && holds(encoder, "\"living\":12,\"counts\":{\"header\":2,") &&
			holds(encoder, "\"env\":2,\"stats\":0},\"gaps\":0,\"bytes\":"),
		"over all parts");
	procaudit_encoder_lost(encoder);
	procaudit_encode_stats(encoder, &stats);
	ok(numbered(encoder, 6, 1), "and that may be lost as any record");
	procaudit_encoder_free(encoder);
}

int main(void)
{
	test_log_id();
	test_header();
	test_written();
	test_lost();
	test_written_in_part();
	test_backlog();
	test_env_once();
	test_env_kinds();
	test_parts();
	test_trailer(false);
	test_trailer(true);
	test_text();
	test_bare_exec(PROCAUDIT_JSONL, "\"pid\":7,\"proc\":3,\"image\":1,\"success\":true}\n");
	test_bare_exec(PROCAUDIT_TEXT, " ?\n");
	procaudit_encoder_free(NULL);
	return tap_end();
}
