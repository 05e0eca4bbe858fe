/* SPDX-License-Identifier: ISC */
/* JSON Lines: see procaudit-log(5). */
#include "encoder.h"

#include "json.h"
#include "jsonl.h"
#include "macro.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

/* "2026-11-21T13:31:06.000000000Z" */
#define TIME_SIZE sizeof(((struct procaudit_encoder *)0)->time)

/* With zeros for the nine digits. Returns where their dot is. */
static size_t print_second(char text[TIME_SIZE], time_t second)
{
	struct tm tm;

	gmtime_r(&second, &tm);
	return strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%S.000000000Z", &tm) - 11;
}

static void print_digits(char *dot, long ns)
{
	char *digit;

	for (digit = dot + 9; digit > dot; digit--, ns /= 10)
		*digit = (char)('0' + ns % 10);
}

/* The part before the dot is kept, most records share it. */
static void add_time(struct procaudit_encoder *e, const struct timespec *real)
{
	if (real->tv_sec != e->second || e->second == 0) {
		e->second = real->tv_sec;
		e->dot = print_second(e->time, e->second);
	}
	print_digits(e->time + e->dot, real->tv_nsec);
	json_text(&e->out, "ts", e->time);
}

/* What every record begins with. */
static void begin(struct procaudit_encoder *e, const char *event, const char *log_id,
	const struct timespec *real, int64_t boot_ns)
{
	json_begin(&e->out);
	json_uint(&e->out, "v", 1);
	json_text(&e->out, "event", event);
	if (log_id)
		json_text(&e->out, "log_id", log_id);
	json_uint(&e->out, "seq", e->now.seq++);
	add_time(e, real);
	json_int(&e->out, "mono_us", (boot_ns - e->epoch_ns) / 1000);
	e->last_ns = boot_ns;
}

void jsonl_begin_now(struct procaudit_encoder *e, const char *event, const char *log_id)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &real);
	begin(e, event, log_id, &real, boot.tv_sec * INT64_C(1000000000) + boot.tv_nsec);
}

void jsonl_begin_between(struct procaudit_encoder *e, const char *event, const char *log_id)
{
	struct timespec real;

	clock_gettime(CLOCK_REALTIME, &real);
	begin(e, event, log_id, &real, e->last_ns);
}

/* The text of a string, or <key>_error. */
static void add_string(struct buf *out, const char *key, const struct procaudit_string *string)
{
	char name[64], buffer[16];

	if (string->data)
		json_bytes(out, key, string->data, string->size);
	if (string->error) {
		snprintf(name, sizeof(name), "%s_error", key);
		json_text(out, name, procaudit_errno_name(string->error, buffer));
	}
}

static void add_strings(struct buf *out, const char *key, const struct procaudit_strings *strings)
{
	char name[64], buffer[16];

	if (strings->data)
		json_array(out, key, strings->data, strings->size);
	if (strings->error) {
		snprintf(name, sizeof(name), "%s_error", key);
		json_text(out, name, procaudit_errno_name(strings->error, buffer));
	}
}

void jsonl_status(struct buf *out, int status)
{
	char buffer[16];

	if (WIFSIGNALED(status)) {
		json_text(out, "signal", procaudit_signal_name(WTERMSIG(status), buffer));
		if (WCOREDUMP(status))
			json_bool(out, "core_dumped", true);
	} else {
		json_uint(out, "exit_code", (uint64_t)WEXITSTATUS(status));
	}
}

static uint64_t timeval_us(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000000 + (uint64_t)tv->tv_usec;
}

static void add_fork(struct buf *out, const struct procaudit_fork *fork)
{
	json_int(out, "child_pid", fork->child_pid);
	json_uint(out, "child", fork->child);
	if (fork->kind != PROCAUDIT_FORK_UNKNOWN)
		json_text(out, "kind", procaudit_fork_name(fork->kind));
}

static void add_exit(struct buf *out, const struct procaudit_exit *end)
{
	const struct rusage *ru = &end->rusage;

	jsonl_status(out, end->status);
	if (end->duration_ns >= 0)
		json_uint(out, "duration_us", (uint64_t)end->duration_ns / 1000);
	if (end->cpu_ns >= 0)
		json_uint(out, "cpu_us", (uint64_t)end->cpu_ns / 1000);
	json_uint(out, "utime_us", timeval_us(&ru->ru_utime));
	json_uint(out, "stime_us", timeval_us(&ru->ru_stime));
	json_int(out, "maxrss_kb", ru->ru_maxrss);
	json_int(out, "minflt", ru->ru_minflt);
	json_int(out, "majflt", ru->ru_majflt);
	json_int(out, "inblock", ru->ru_inblock);
	json_int(out, "oublock", ru->ru_oublock);
	json_int(out, "nvcsw", ru->ru_nvcsw);
	json_int(out, "nivcsw", ru->ru_nivcsw);
}

/* What only a program that runs has. */
static void add_image(struct buf *out, const struct procaudit_exec *exec)
{
	add_string(out, "exe", &exec->exe);
	if (exec->has_exe_id) {
		json_id(out, "exe_dev", exec->exe_dev);
		json_id(out, "exe_ino", exec->exe_ino);
	}
	if (exec->has_ids) {
		json_uint(out, "uid", exec->uid);
		json_uint(out, "euid", exec->euid);
		json_uint(out, "gid", exec->gid);
		json_uint(out, "egid", exec->egid);
	}
	if (exec->old_tid)
		json_int(out, "old_tid", exec->old_tid);
}

static void add_env(
	struct procaudit_encoder *e, const struct procaudit_strings *env, uint64_t env_id)
{
	if (env_id)
		json_uint(&e->out, "env_id", env_id);
	else if (e->options.env != PROCAUDIT_ENV_NONE)
		add_strings(&e->out, "env", env);
}

static void add_attach(
	struct procaudit_encoder *e, const struct procaudit_attach *attach, uint64_t env_id)
{
	const struct procaudit_exec *program = &attach->program;
	struct buf *out = &e->out;
	char text[TIME_SIZE];

	if (program->parent)
		json_uint(out, "parent", program->parent);
	if (program->ppid)
		json_int(out, "ppid", program->ppid);
	if (attach->has_start) {
		print_digits(
			text + print_second(text, attach->start.tv_sec), attach->start.tv_nsec);
		json_text(out, "start_ts", text);
	}
	add_image(out, program);
	add_strings(out, "argv", &program->argv);
	add_string(out, "cwd", &program->cwd);
	if (program->arch)
		json_text(out, "arch", program->arch);
	add_env(e, &program->env, env_id);
}

static void add_exec(
	struct procaudit_encoder *e, const struct procaudit_exec *exec, uint64_t env_id)
{
	struct buf *out = &e->out;
	char buffer[16];

	if (exec->success)
		json_uint(out, "image", exec->image);
	if (exec->parent)
		json_uint(out, "parent", exec->parent);
	if (exec->ppid)
		json_int(out, "ppid", exec->ppid);
	json_bool(out, "success", exec->success);
	if (!exec->success && exec->error)
		json_text(out, "errno", procaudit_errno_name(exec->error, buffer));
	if (exec->syscall)
		json_text(out, "syscall", exec->syscall);
	add_string(out, "path", &exec->path);
	add_string(out, "dirfd_path", &exec->dirfd_path);
	if (exec->success)
		add_image(out, exec);
	add_strings(out, "argv", &exec->argv);
	add_strings(out, "argv_asked", &exec->argv_asked);
	add_strings(out, "response_files", &exec->response_files);
	add_strings(out, "response_contents", &exec->response_contents);
	add_strings(out, "response_errors", &exec->response_errors);
	add_string(out, "cwd", &exec->cwd);
	if (exec->arch)
		json_text(out, "arch", exec->arch);
	add_env(e, &exec->env, env_id);
}

static void add_gap(struct buf *out, const struct procaudit_gap *gap)
{
	char buffer[16];

	json_text(out, "reason", procaudit_gap_name(gap->reason));
	if (gap->child_pid)
		json_int(out, "child_pid", gap->child_pid);
	if (gap->count)
		json_uint(out, "count", gap->count);
	if (gap->tracer_pid)
		json_int(out, "tracer_pid", gap->tracer_pid);
	if (gap->error)
		json_text(out, "errno", procaudit_errno_name(gap->error, buffer));
}

/* The id that an exec or attach record names its environment by, after the env record
 * if it is new; 0: the record carries it itself. */
static uint64_t env_record(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	const struct procaudit_strings *env =
		event->kind == PROCAUDIT_ATTACH ? &event->attach.program.env : &event->exec.env;
	bool is_new;
	uint64_t id;

	if (event->kind != PROCAUDIT_EXEC && event->kind != PROCAUDIT_ATTACH)
		return 0;
	if (e->options.env != PROCAUDIT_ENV_ONCE)
		return 0;
	if (env->error || !env->data)
		return 0;
	id = envtable_id(&e->envs, env->data, env->size, &is_new);
	if (!is_new)
		return id;
	begin(e, "env", NULL, &event->real, event->boot_ns);
	json_uint(&e->out, "env_id", id);
	add_strings(&e->out, "env", env);
	json_end(&e->out);
	encoder_mark(e, RECORD_ENV);
	return id;
}

static void add_process(struct buf *out, const struct procaudit_event *event)
{
	if (event->pid)
		json_int(out, "pid", event->pid);
	if (event->proc)
		json_uint(out, "proc", event->proc);
	if (event->tid)
		json_int(out, "tid", event->tid);
	if (event->ns_pid)
		json_int(out, "ns_pid", event->ns_pid);
}

void encode_jsonl(struct procaudit_encoder *e, const struct procaudit_event *event)
{
	uint64_t env_id = env_record(e, event);
	struct buf *out = &e->out;

	begin(e, procaudit_event_name(event->kind), NULL, &event->real, event->boot_ns);
	add_process(out, event);
	switch (event->kind) {
	case PROCAUDIT_FORK:
		add_fork(out, &event->fork);
		break;
	case PROCAUDIT_EXEC:
		add_exec(e, &event->exec, env_id);
		break;
	case PROCAUDIT_ATTACH:
		add_attach(e, &event->attach, env_id);
		break;
	case PROCAUDIT_EXIT:
		add_exit(out, &event->exit);
		break;
	case PROCAUDIT_THREAD_EXIT:
		jsonl_status(out, event->thread_exit.status);
		break;
	case PROCAUDIT_DETACH:
		json_text(out, "reason", procaudit_detach_name(event->detach.reason));
		break;
	case PROCAUDIT_GAP:
		add_gap(out, &event->gap);
		break;
	case PROCAUDIT_THREAD:
	case PROCAUDIT_EVENT_KINDS:
		break;
	}
	json_end(out);
	encoder_mark_event(e, event);
}
