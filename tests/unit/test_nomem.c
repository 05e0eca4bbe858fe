/* SPDX-License-Identifier: ISC */
/*
 * Memory runs out at every place where it can: nothing crashes or leaks, a
 * record is left out as a whole, and the log goes on when there is some again.
 */
#include "buf.h"
#include "envtable.h"
#include "image.h"
#include "json.h"
#include "queue.h"
#include "tap.h"
#include "task.h"

#include <procaudit/encode.h>
#include <procaudit/reader.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

/* Allocations that still succeed. */
static long budget = LONG_MAX;

static bool may_allocate(void)
{
	return budget == LONG_MAX || budget-- > 0;
}

/* The names are the linker's: --wrap in ld(1).
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return may_allocate() ? __real_reallocarray(old, count, size) : NULL;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/*
 * Runs work with 0, 1, 2 … allocations until it says that it needed no more.
 * False as soon as it says that something was wrong.
 */
enum outcome { WRONG, FAILED, DONE };
typedef enum outcome worker(void);

static void try_all(worker *work, const char *name)
{
	enum outcome outcome = FAILED;
	long n;

	for (n = 0; outcome == FAILED && n < 10000; n++) {
		budget = n;
		outcome = work();
		budget = LONG_MAX;
	}
	if (!ok(outcome == DONE && n > 1, "%s", name))
		note("with %ld allocations", n - 1);
}

/* --- The encoder --------------------------------------------------------- */

static char big[40000];
static const char argv_block[] = "cc\0-c\0\xff";
static char make[] = "make";
static char *command[] = {make, big, NULL};
static enum procaudit_format format;
static bool redacted;
static size_t max_line;

static int add_exec(struct procaudit_encoder *encoder, const char *env, size_t size)
{
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC, .pid = 7, .proc = 3};

	event.exec = (struct procaudit_exec){
		.image = 1,
		.path = {.data = "/bin/cc", .size = 7},
		.cwd = {.data = big, .size = sizeof(big) - 1},
		.argv = {.data = argv_block, .size = sizeof(argv_block), .count = 3},
		.env = {.data = env, .size = size, .count = 1},
	};
	return procaudit_encode(encoder, &event);
}

static unsigned count_of(const struct procaudit_encoder *encoder, const char *text)
{
	size_t size;
	const char *at = procaudit_encoded(encoder, &size), *end = at + size;
	unsigned count = 0;

	while (size && (at = memmem(at, (size_t)(end - at), text, strlen(text)))) {
		count++;
		at += strlen(text);
	}
	return count;
}

/* Whether all is as if the record that failed had never been asked for. */
static bool is_consistent(struct procaudit_encoder *encoder, unsigned execs)
{
	unsigned lines = count_of(encoder, "\n"), starts = count_of(encoder, "{\"v\":1,");
	char last[32];

	if (procaudit_encoder_count(encoder, PROCAUDIT_EXEC) != execs)
		return false;
	if (format == PROCAUDIT_TEXT)
		return true;
	snprintf(last, sizeof(last), "\"seq\":%u,", lines - 1);
	return lines == starts && (!lines || count_of(encoder, last) == 1) &&
	       count_of(encoder, "\"event\":\"exec\"") == execs &&
	       count_of(encoder, "\"event\":\"env\"") <= execs;
}

/* One that knows a secret. */
static int add_redactor(struct procaudit_encode_options *options)
{
	static const char *const globs[] = {"default", "*"};
	static char variable[] = "A=xxxxxxxx";
	static char *const env[] = {variable, NULL};
	struct procaudit_redact_options redact = {
		.globs = globs, .glob_count = 2, .key = "key", .key_size = 3};
	int error = procaudit_redactor_new(&options->redactor, &redact);

	return error ? error : procaudit_redactor_learn(options->redactor, env);
}

static enum outcome encode(void)
{
	struct procaudit_encode_options options = {
		.format = format, .env = PROCAUDIT_ENV_ONCE, .max_line = max_line};
	struct procaudit_header header = {
		.log_id = "0123456789abcdef0123456789abcdef", .mode = "run", .command = command};
	struct procaudit_trailer trailer = {0};
	struct procaudit_encoder *encoder;
	unsigned execs = 0, failed = 0;
	bool consistent = true;
	size_t size;
	int i, error = redacted ? add_redactor(&options) : 0;

	if (!error)
		error = procaudit_encoder_new(&encoder, &options);
	if (error) {
		procaudit_redactor_free(options.redactor);
		return error == -ENOMEM ? FAILED : WRONG;
	}
	error = procaudit_encode_header(encoder, &header);
	failed += error != 0;
	procaudit_encoded(encoder, &size);
	if (!error && format == PROCAUDIT_JSONL && !redacted)
		consistent &= size > 2 * sizeof(big); /* the command and its twin */
	for (i = 0; i < 3; i++) {
		error = add_exec(encoder, i == 1 ? "" : big, i == 1 ? 1 : sizeof(big));
		consistent &= error == 0 || error == -ENOMEM;
		failed += error != 0;
		execs += error == 0;
		consistent &= is_consistent(encoder, execs);
	}
	failed += procaudit_encode_trailer(encoder, &trailer) != 0;
	/* When there is memory again, everything can be written, and a failed
	 * record's environment is not taken for known. */
	budget = LONG_MAX;
	consistent &= add_exec(encoder, big, sizeof(big)) == 0 && is_consistent(encoder, execs + 1);
	if (format == PROCAUDIT_JSONL)
		consistent &= count_of(encoder, "\"event\":\"env\"") >= 1;
	if (redacted)
		consistent &= count_of(encoder, "xx") == 0;
	procaudit_encoder_free(encoder);
	procaudit_redactor_free(options.redactor);
	return !consistent ? WRONG : failed ? FAILED : DONE;
}

/* --- Secrets ------------------------------------------------------------- */

static const char known[] = "HOME=/srv/alice\0USER=alice\0T=xxxxxxxx";
static const char words[] = "x\0/home/bob/x\0--token=yyyyyyyy\0xxxxxxxx";

/* With something to be masked in each field. */
static struct procaudit_event secret_event(void)
{
	const struct procaudit_strings all = {.data = words, .size = sizeof(words), .count = 4};
	const struct procaudit_string path = {.data = "/home/carol/xxxxxxxx", .size = 20};
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};

	event.exec = (struct procaudit_exec){.argv = all,
		.argv_asked = all,
		.response_files = all,
		.response_contents = all,
		.env = {.data = known, .size = sizeof(known), .count = 3},
		.path = path,
		.dirfd_path = path,
		.exe = path,
		.cwd = path};
	return event;
}

static bool is_masked(const struct procaudit_exec *exec)
{
	const struct procaudit_strings *const lists[] = {&exec->argv, &exec->argv_asked,
		&exec->response_files, &exec->response_contents, &exec->env};
	const struct procaudit_string *const paths[] = {
		&exec->path, &exec->dirfd_path, &exec->exe, &exec->cwd};
	bool masked = true;
	size_t i;

	for (i = 0; i < 5; i++)
		masked &= !memmem(lists[i]->data, lists[i]->size, "xxxxxxxx", 8) &&
			  !memmem(lists[i]->data, lists[i]->size, "bob", 3) &&
			  !memmem(lists[i]->data, lists[i]->size, "alice", 5);
	for (i = 0; i < 4; i++)
		masked &= !memmem(paths[i]->data, paths[i]->size, "xxxxxxxx", 8) &&
			  !memmem(paths[i]->data, paths[i]->size, "carol", 5);
	return masked;
}

static enum outcome mask_all(void)
{
	static const char *const glob = "T";
	struct procaudit_redact_options options = {.globs = &glob,
		.glob_count = 1,
		.recorded = true,
		.homes = true,
		.hosts = true,
		.users = true};
	struct procaudit_event event = secret_event();
	const struct procaudit_event *shown = NULL;
	struct procaudit_redactor *redactor;
	bool masked = true;
	int error = procaudit_redactor_new(&redactor, &options);

	if (error)
		return error == -ENOMEM ? FAILED : WRONG;
	error = procaudit_redactor_study(redactor, &event);
	if (!error)
		error = procaudit_redact(redactor, &event, &shown);
	if (!error)
		masked = is_masked(&shown->exec);
	procaudit_redactor_free(redactor);
	return !masked || (error && error != -ENOMEM) ? WRONG : error ? FAILED : DONE;
}

/* --- Containers ---------------------------------------------------------- */

static enum outcome fill_queue(void)
{
	struct queue queue = {0};
	struct procaudit_event event = {.kind = PROCAUDIT_EXIT};
	uint64_t lost, taken = 0;
	int i;

	for (i = 1; i <= 100; i++) {
		event.pid = i;
		queue_add(&queue, &event);
	}
	lost = queue.lost;
	while (queue_take(&queue))
		taken++;
	queue_free(&queue);
	return taken + lost != 100 ? WRONG : lost ? FAILED : DONE;
}

static enum outcome fill_tasks(void)
{
	struct task_table table = {0};
	size_t living = 0, failed = 0;
	struct task *task;
	pid_t pid;

	for (pid = 1; pid <= 100; pid++) {
		task = task_add(&table, pid, 0);
		if (task && !task_lead(&table, task)) {
			task_remove(&table, task);
			task = NULL;
		}
		living += task != NULL;
		failed += task == NULL;
		if (task_find(&table, pid) != task || table.living != living)
			return WRONG;
	}
	task_table_free(&table);
	return failed ? FAILED : DONE;
}

static enum outcome fill_envs(void)
{
	struct envtable table = {0};
	uint64_t last = 0;
	bool is_new, wrong = false;
	size_t unknown = 0;
	char env[16];
	int i;

	for (i = 0; i < 100; i++) {
		int size = snprintf(env, sizeof(env), "A=%d", i);
		uint64_t id = envtable_id(&table, env, (size_t)size, &is_new);

		wrong |= !is_new || id <= last;
		last = id;
		id = envtable_id(&table, env, (size_t)size, &is_new);
		wrong |= is_new ? id <= last : id != last;
		last = id;
		unknown += is_new;
		wrong |= !table.entries != !table.bytes;
	}
	envtable_clear(&table);
	return wrong ? WRONG : unknown ? FAILED : DONE;
}

static enum outcome write_json(void)
{
	struct buf buf = {0};
	bool failed;

	json_begin(&buf);
	json_array(&buf, "a", argv_block, sizeof(argv_block));
	json_bytes(&buf, "b", big, sizeof(big));
	json_end(&buf);
	failed = buf.error != 0;
	buf_free(&buf);
	return failed ? FAILED : DONE;
}

/* --- The reader ---------------------------------------------------------- */

static char log_path[] = "/tmp/test_nomem.XXXXXX";

/* Four records, of which the second is large, and the last has large parts. */
static void write_log(void)
{
	FILE *file = fdopen(mkstemp(log_path), "w");
	int i;

	for (i = 0; file && i < 4; i++)
		fprintf(file,
			"{\"v\":1,\"event\":\"env\",\"seq\":%d,\"mono_us\":0,\"env_id\":1,"
			"\"ts\":\"2026-11-21T13:31:06.123456789Z\",\"env\":[\"\\u00e9%*s\"]%s}\n",
			i, i == 1 ? 3000000 : 1, "", i == 3 ? ",\"parts\":3" : "");
	for (i = 1; file && i < 4; i++)
		fprintf(file,
			"{\"v\":1,\"event\":\"part\",\"seq\":%d,\"mono_us\":0,\"of\":3,\"number\":%"
			"d,"
			"\"ts\":\"2026-11-21T13:31:06.123456789Z\",\"key\":\"env\",\"values\":[\"%*"
			"s\"]}"
			"\n",
			3 + i, i, 1500000, "");
	if (!file || fclose(file) != 0)
		abort();
}

static enum outcome read_log(void)
{
	const struct procaudit_record *record;
	struct procaudit_reader *reader;
	int got, read = 0, failed = 0, error = procaudit_reader_new(&reader);

	if (error)
		return error == -ENOMEM ? FAILED : WRONG;
	if (procaudit_reader_add(reader, log_path) != 0) {
		procaudit_reader_free(reader);
		return FAILED;
	}
	while ((got = procaudit_reader_next(reader, &record)) != 0) {
		failed += got == -ENOMEM;
		read += got > 0;
		/* Of a record for which there was none, the parts belong to nothing. */
		if (got < 0 && got != -ENOMEM && !failed)
			read = 99;
		if (got < 0)
			budget = LONG_MAX; /* there is memory again */
	}
	procaudit_reader_free(reader);
	if (failed)
		return read < 4 ? FAILED : WRONG;
	return read == 4 ? DONE : WRONG;
}

#ifdef HAVE_ZSTD
/* Whether the log, which is compressed now, is read as well. */
static void compress_log(void)
{
	size_t size = 16 << 20, packed;
	char *data = malloc(2 * size);
	FILE *file = fopen(log_path, "r+e");

	if (!data || !file)
		abort();
	size = fread(data, 1, size, file);
	packed = ZSTD_compress(data + size, size, data, size, 1);
	rewind(file);
	if (ZSTD_isError(packed) || ftruncate(fileno(file), 0) != 0 ||
		fwrite(data + size, 1, packed, file) != packed || fclose(file) != 0)
		abort();
	free(data);
}
#endif

int main(void)
{
	memset(big, 'x', sizeof(big) - 1);
	big[0] = '\xff';
	big[1] = '\'';
	format = PROCAUDIT_JSONL;
	try_all(encode, "JSON Lines: a record without memory is left out, the rest is whole");
	max_line = 4096;
	try_all(encode, "so it is where records are divided");
	max_line = 0;
	format = PROCAUDIT_TEXT;
	try_all(encode, "text: a line without memory is left out");
	format = PROCAUDIT_JSONL;
	redacted = true;
	try_all(encode, "a record whose secrets cannot be masked is left out");
	try_all(mask_all, "nothing is handed on of which not all is known");
	try_all(write_json, "an object without memory is an error");
	try_all(fill_queue, "the queue counts events without memory");
	try_all(fill_tasks, "the table of tracees stays whole without memory");
	try_all(fill_envs, "environments without memory are written again under new ids");
	write_log();
	try_all(read_log, "a log is read as far as there is memory");
#ifdef HAVE_ZSTD
	compress_log();
	try_all(read_log, "so is one that is compressed");
#endif
	unlink(log_path);
	return tap_end();
}
