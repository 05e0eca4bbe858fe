/* SPDX-License-Identifier: ISC */
#include "keys.h"

#include "macro.h"

#include <assert.h>
#include <string.h>

/* The largest integer that JavaScript and jq represent exactly, PID_MAX_LIMIT of
 * Linux, and what uid_t holds. */
#define MAX	(INT64_C(1) << 53)
#define PID_MAX 4194304
#define ID_MAX	UINT32_MAX

#define HEADER	    BIT(PROCAUDIT_RECORD_HEADER)
#define FORK	    BIT(PROCAUDIT_RECORD_FORK)
#define EXEC	    BIT(PROCAUDIT_RECORD_EXEC)
#define EXIT	    BIT(PROCAUDIT_RECORD_EXIT)
#define THREAD	    BIT(PROCAUDIT_RECORD_THREAD)
#define THREAD_EXIT BIT(PROCAUDIT_RECORD_THREAD_EXIT)
#define ENV	    BIT(PROCAUDIT_RECORD_ENV)
#define ATTACH	    BIT(PROCAUDIT_RECORD_ATTACH)
#define DETACH	    BIT(PROCAUDIT_RECORD_DETACH)
#define GAP	    BIT(PROCAUDIT_RECORD_GAP)
#define PART	    BIT(PROCAUDIT_RECORD_PART)
#define STATS	    BIT(PROCAUDIT_RECORD_STATS)
#define TRAILER	    BIT(PROCAUDIT_RECORD_TRAILER)
#define ALL	    (BIT(PROCAUDIT_RECORD_KINDS) - 2)
#define SUMS	    (STATS | TRAILER)
#define LIVING	    (EXEC | EXIT | THREAD | THREAD_EXIT | ATTACH | DETACH)
#define PROCESS	    (LIVING | FORK | GAP)

#define AT(field) offsetof(struct procaudit_record, field)

/* Columns: name, the events that have it, those that must, where it goes. */
#define ROW(n, t, ev, must, field)                                                                 \
	.name = (n), .type = (t), .events = (ev), .required = (must), .at = AT(field)
#define INTEGER(n, ev, must, field, low, high)                                                     \
	{                                                                                          \
		ROW(n, KEY_INTEGER, ev, must, field), .min = (low), .max = (high)                  \
	}
#define STRING(n, ev, must, field, look, all)                                                      \
	{                                                                                          \
		ROW(n, KEY_STRING, ev, must, field), .form = (look), .values = (all)               \
	}
#define BOOLEAN(n, ev, must, field)                                                                \
	{                                                                                          \
		ROW(n, KEY_BOOLEAN, ev, must, field)                                               \
	}
#define TIME(n, ev, must, field)                                                                   \
	{                                                                                          \
		ROW(n, KEY_TIME, ev, must, field)                                                  \
	}
#define ARRAY(n, ev, must, field)                                                                  \
	{                                                                                          \
		ROW(n, KEY_ARRAY, ev, must, field)                                                 \
	}
#define OBJECT(n, ev, must)                                                                        \
	{                                                                                          \
		ROW(n, KEY_OBJECT, ev, must, v)                                                    \
	}
#define TWIN(n, ev, field)                                                                         \
	{                                                                                          \
		ROW(n, KEY_TWIN, ev, 0, field)                                                     \
	}
#define ARRAY_TWIN(n, ev, field)                                                                   \
	{                                                                                          \
		ROW(n, KEY_ARRAY_TWIN, ev, 0, field)                                               \
	}
#define ERROR(n, ev, field)                                                                        \
	{                                                                                          \
		ROW(n, KEY_ERROR, ev, 0, field), .form = FORM_ERRNO                                \
	}
#define ARRAY_ERROR(n, ev, field)                                                                  \
	{                                                                                          \
		ROW(n, KEY_ARRAY_ERROR, ev, 0, field), .form = FORM_ERRNO                          \
	}

const struct key keys[] = {
	STRING("arch", HEADER | EXEC | ATTACH, 0, arch, FORM_ANY, NULL),
	ARRAY("argv", EXEC | ATTACH, 0, argv),
	ARRAY("argv_asked", EXEC, 0, argv_asked),
	ARRAY_TWIN("argv_asked_b64", EXEC, argv_asked),
	ARRAY_ERROR("argv_asked_error", EXEC, argv_asked),
	ARRAY_TWIN("argv_b64", EXEC | ATTACH, argv),
	ARRAY_ERROR("argv_error", EXEC | ATTACH, argv),
	STRING("boot_id", HEADER, 0, boot_id, FORM_ANY, NULL),
	INTEGER("bytes", SUMS, SUMS, bytes, 0, MAX),
	OBJECT("capture", HEADER, HEADER),
	STRING("capture.env", HEADER, HEADER, capture_env, FORM_ANY, "|full|once|none|"),
	STRING("capture.failed", HEADER, HEADER, capture_failed, FORM_ANY, "|none|brief|full|"),
	INTEGER("capture.max_line", HEADER, 0, capture_max_line, 2048, MAX),
	BOOLEAN("capture.no_new_privs", HEADER, HEADER, capture_no_new_privs),
	BOOLEAN("capture.proc", HEADER, HEADER, capture_proc),
	STRING("capture.redact", HEADER, 0, capture_redact, FORM_ANY, "|none|mask|hmac|"),
	BOOLEAN("capture.response_files", HEADER, 0, capture_response_files),
	BOOLEAN("capture.seccomp", HEADER, HEADER, capture_seccomp),
	BOOLEAN("capture.threads", HEADER, HEADER, capture_threads),
	INTEGER("child", FORK, FORK, child, 2, MAX),
	INTEGER("child_pid", FORK | GAP, FORK, child_pid, 1, PID_MAX),
	ARRAY("command", HEADER, 0, command),
	ARRAY_TWIN("command_b64", HEADER, command),
	BOOLEAN("complete", TRAILER, TRAILER, complete),
	BOOLEAN("core_dumped", EXIT | THREAD_EXIT | TRAILER, 0, core_dumped),
	INTEGER("count", GAP, 0, count, 1, MAX),
	OBJECT("counts", SUMS, SUMS),
	INTEGER("counts.attach", SUMS, 0, counts[PROCAUDIT_RECORD_ATTACH], 0, MAX),
	INTEGER("counts.detach", SUMS, SUMS, counts[PROCAUDIT_RECORD_DETACH], 0, MAX),
	INTEGER("counts.env", SUMS, SUMS, counts[PROCAUDIT_RECORD_ENV], 0, MAX),
	INTEGER("counts.exec", SUMS, SUMS, counts[PROCAUDIT_RECORD_EXEC], 0, MAX),
	INTEGER("counts.exit", SUMS, SUMS, counts[PROCAUDIT_RECORD_EXIT], 0, MAX),
	INTEGER("counts.fork", SUMS, SUMS, counts[PROCAUDIT_RECORD_FORK], 0, MAX),
	INTEGER("counts.gap", SUMS, SUMS, counts[PROCAUDIT_RECORD_GAP], 0, MAX),
	INTEGER("counts.header", SUMS, SUMS, counts[PROCAUDIT_RECORD_HEADER], 0, MAX),
	INTEGER("counts.part", SUMS, 0, counts[PROCAUDIT_RECORD_PART], 0, MAX),
	INTEGER("counts.stats", SUMS, 0, counts[PROCAUDIT_RECORD_STATS], 0, MAX),
	INTEGER("counts.thread", SUMS, SUMS, counts[PROCAUDIT_RECORD_THREAD], 0, MAX),
	INTEGER("counts.thread_exit", SUMS, SUMS, counts[PROCAUDIT_RECORD_THREAD_EXIT], 0, MAX),
	INTEGER("cpu_us", EXIT, 0, cpu_us, 0, MAX),
	STRING("cwd", HEADER | EXEC | ATTACH, 0, cwd, FORM_ANY, NULL),
	TWIN("cwd_b64", HEADER | EXEC | ATTACH, cwd),
	ERROR("cwd_error", EXEC | ATTACH, cwd),
	STRING("dirfd_path", EXEC, 0, dirfd_path, FORM_ANY, NULL),
	TWIN("dirfd_path_b64", EXEC, dirfd_path),
	ERROR("dirfd_path_error", EXEC, dirfd_path),
	INTEGER("duration_us", EXIT, 0, duration_us, 0, MAX),
	INTEGER("egid", EXEC | ATTACH, 0, egid, 0, ID_MAX),
	ARRAY("env", EXEC | ENV | ATTACH, ENV, env),
	ARRAY_TWIN("env_b64", EXEC | ENV | ATTACH, env),
	ARRAY_ERROR("env_error", EXEC | ATTACH, env),
	INTEGER("env_id", EXEC | ENV | ATTACH, ENV, env_id, 1, MAX),
	STRING("errno", EXEC | GAP, 0, error_name, FORM_ERRNO, NULL),
	INTEGER("euid", EXEC | ATTACH, 0, euid, 0, ID_MAX),
	STRING("event", ALL, ALL, event, FORM_ANY, NULL),
	STRING("exe", EXEC | ATTACH, 0, exe, FORM_ANY, NULL),
	TWIN("exe_b64", EXEC | ATTACH, exe),
	STRING("exe_dev", EXEC | ATTACH, 0, exe_dev, FORM_ID, NULL),
	ERROR("exe_error", EXEC | ATTACH, exe),
	STRING("exe_ino", EXEC | ATTACH, 0, exe_ino, FORM_ID, NULL),
	INTEGER("exit_code", EXIT | THREAD_EXIT | TRAILER, 0, exit_code, 0, 255),
	INTEGER("gaps", SUMS, SUMS, gaps, 0, MAX),
	INTEGER("gid", HEADER | EXEC | ATTACH, HEADER, gid, 0, ID_MAX),
	STRING("host", HEADER, 0, host, FORM_ANY, NULL),
	TWIN("host_b64", HEADER, host),
	INTEGER("image", EXEC, 0, image, 1, MAX),
	INTEGER("inblock", EXIT, EXIT, inblock, 0, MAX),
	BOOLEAN("joins", PART, 0, joins),
	STRING("kernel", HEADER, 0, kernel, FORM_ANY, NULL),
	STRING("key", PART, PART, key, FORM_ANY, NULL),
	STRING("kind", FORK, 0, fork_kind, FORM_ANY, "|fork|vfork|clone|"),
	INTEGER("living", STATS, STATS, living, 0, MAX),
	STRING("log_id", HEADER, HEADER, log_id, FORM_HEX32, NULL),
	INTEGER("majflt", EXIT, EXIT, majflt, 0, MAX),
	INTEGER("maxrss_kb", EXIT, EXIT, maxrss_kb, 0, MAX),
	INTEGER("minflt", EXIT, EXIT, minflt, 0, MAX),
	STRING("mode", HEADER, HEADER, mode, FORM_ANY, "|run|attach|"),
	INTEGER("mono_us", ALL, ALL, mono_us, 0, MAX),
	INTEGER("nivcsw", EXIT, EXIT, nivcsw, 0, MAX),
	INTEGER("ns_pid", PROCESS, 0, ns_pid, 1, PID_MAX),
	INTEGER("number", PART, PART, number, 1, MAX),
	INTEGER("nvcsw", EXIT, EXIT, nvcsw, 0, MAX),
	INTEGER("of", PART, PART, of, 0, MAX),
	INTEGER("old_tid", EXEC, 0, old_tid, 1, PID_MAX),
	INTEGER("oublock", EXIT, EXIT, oublock, 0, MAX),
	INTEGER("parent", EXEC | ATTACH, 0, parent, 1, MAX),
	INTEGER("part", HEADER, HEADER, part, 1, MAX),
	INTEGER("parts", HEADER | EXEC | ENV | ATTACH, 0, parts, 1, MAX),
	STRING("path", EXEC, 0, path, FORM_ANY, NULL),
	TWIN("path_b64", EXEC, path),
	ERROR("path_error", EXEC, path),
	INTEGER("pid", PROCESS, LIVING, pid, 1, PID_MAX),
	ARRAY("pids", HEADER, 0, pids),
	INTEGER("ppid", EXEC | ATTACH, 0, ppid, 1, PID_MAX),
	INTEGER("proc", PROCESS, LIVING, proc, 1, MAX),
	STRING("reason", DETACH | GAP, DETACH | GAP, reason, FORM_ANY,
		"|linger|signal|init_fault|vanished|write_error|memory|untraced|filter|attach_"
		"denied|"
		"attach_traced|attach_kernel|attach_gone|attach_race|"),
	ARRAY("redact_globs", HEADER, 0, redact_globs),
	ARRAY_TWIN("redact_globs_b64", HEADER, redact_globs),
	ARRAY("response_contents", EXEC, 0, response_contents),
	ARRAY_TWIN("response_contents_b64", EXEC, response_contents),
	ARRAY("response_errors", EXEC, 0, response_errors),
	ARRAY("response_files", EXEC, 0, response_files),
	ARRAY_TWIN("response_files_b64", EXEC, response_files),
	ARRAY_ERROR("response_files_error", EXEC, response_files),
	STRING("schema", HEADER, HEADER, schema, FORM_ANY, "|procaudit/1|"),
	BOOLEAN("scrubbed", HEADER, 0, scrubbed),
	INTEGER("seq", ALL, ALL, seq, 0, MAX),
	STRING("signal", EXIT | THREAD_EXIT | TRAILER, 0, signal, FORM_SIGNAL, NULL),
	TIME("start_ts", ATTACH, 0, start_ts),
	INTEGER("stime_us", EXIT, EXIT, stime_us, 0, MAX),
	BOOLEAN("success", EXEC, EXEC, success),
	STRING("syscall", EXEC, 0, syscall, FORM_ANY, "|execve|execveat|"),
	INTEGER("tid", FORK | EXEC | THREAD | THREAD_EXIT | GAP, THREAD | THREAD_EXIT, tid, 1,
		PID_MAX),
	INTEGER("tracer_pid", HEADER | GAP, HEADER, tracer_pid, 1, PID_MAX),
	TIME("ts", ALL, ALL, ts),
	INTEGER("uid", HEADER | EXEC | ATTACH, HEADER, uid, 0, ID_MAX),
	INTEGER("utime_us", EXIT, EXIT, utime_us, 0, MAX),
	INTEGER("v", ALL, ALL, v, 1, 1),
	ARRAY("values", PART, PART, values),
	STRING("version", HEADER, HEADER, version, FORM_ANY, NULL),
};
const unsigned key_count = ARRAY_SIZE(keys);
static_assert(ARRAY_SIZE(keys) <= KEYS_MAX, "struct key_set is too small");

static const char *const kinds[PROCAUDIT_RECORD_KINDS] = {
	[PROCAUDIT_RECORD_OTHER] = "",
	[PROCAUDIT_RECORD_HEADER] = "header",
	[PROCAUDIT_RECORD_FORK] = "fork",
	[PROCAUDIT_RECORD_EXEC] = "exec",
	[PROCAUDIT_RECORD_EXIT] = "exit",
	[PROCAUDIT_RECORD_THREAD] = "thread",
	[PROCAUDIT_RECORD_THREAD_EXIT] = "thread_exit",
	[PROCAUDIT_RECORD_ENV] = "env",
	[PROCAUDIT_RECORD_ATTACH] = "attach",
	[PROCAUDIT_RECORD_DETACH] = "detach",
	[PROCAUDIT_RECORD_GAP] = "gap",
	[PROCAUDIT_RECORD_PART] = "part",
	[PROCAUDIT_RECORD_STATS] = "stats",
	[PROCAUDIT_RECORD_TRAILER] = "trailer",
};

PUBLIC const char *procaudit_record_name(enum procaudit_record_kind kind)
{
	return kind != PROCAUDIT_RECORD_OTHER && (size_t)kind < ARRAY_SIZE(kinds) ? kinds[kind]
										  : "other";
}

static bool is(const char *name, const char *data, size_t size)
{
	return strlen(name) == size && memcmp(name, data, size) == 0;
}

int key_find(const char *name, size_t size)
{
	unsigned low = 0, high = ARRAY_SIZE(keys);

	if (memchr(name, '\0', size))
		return -1;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		int order = strncmp(keys[middle].name, name, size);

		if (order == 0)
			order = keys[middle].name[size] != '\0';
		if (order == 0)
			return (int)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

enum procaudit_record_kind key_kind(const char *name, size_t size)
{
	unsigned kind;

	for (kind = 1; kind < ARRAY_SIZE(kinds); kind++)
		if (is(kinds[kind], name, size))
			return kind;
	return PROCAUDIT_RECORD_OTHER;
}

/* How many of the first bytes are among these characters. */
static size_t span(const char *data, size_t size, const char *characters)
{
	size_t n = 0;

	while (n < size && data[n] && strchr(characters, data[n]))
		n++;
	return n;
}

#define DIGITS	 "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool is_signal(const char *value, size_t size)
{
	if (size < 4 || memcmp(value, "SIG", 3) != 0)
		return false;
	if (size > 9 && memcmp(value, "SIGRTMIN+", 9) == 0)
		return span(value + 9, size - 9, DIGITS) == size - 9;
	return span(value + 3, size - 3, CAPITALS DIGITS) == size - 3;
}

bool key_has_form(const struct key *key, const char *value, size_t size)
{
	switch (key->form) {
	case FORM_ANY:
		return true;
	case FORM_HEX32:
		return size == 32 && span(value, size, DIGITS "abcdef") == size;
	case FORM_ID:
		return size > 0 && size <= 20 && span(value, size, DIGITS) == size &&
		       (size == 1 || value[0] != '0');
	case FORM_ERRNO:
		return size > 1 && value[0] == 'E' && span(value, size, CAPITALS DIGITS) == size;
	case FORM_SIGNAL:
		return is_signal(value, size);
	}
	return false;
}

bool key_knows(const struct key *key, const char *value, size_t size)
{
	const char *at = key->values, *end;

	if (!at)
		return true;
	while (*++at) {
		end = strchr(at, '|');
		if ((size_t)(end - at) == size && memcmp(at, value, size) == 0)
			return true;
		at = end;
	}
	return false;
}
