/* SPDX-License-Identifier: ISC */
/* What is recorded of a program that cannot be looked at as others can. */
#include "collect.h"
#include "tap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- The kernel ---------------------------------------------------------- */

/* Files hold this; or what they hold. */
static const char *text;
static size_t text_size;
static int last;		 /* the descriptor that has been read to its end, or -1 */
static const char *failing = ""; /* the call that does not work */

/* The names are the linker's: --wrap in ld(1), and glibc's.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size)
{
	if (!text)
		return __real_read(fd, data, size);
	last = last == fd ? -1 : fd; /* all, and then the end */
	if (last < 0)
		return 0;
	memcpy(data, text, text_size);
	return (ssize_t)text_size;
}

int __real_open64(const char *path, int flags, int mode);
int __wrap_open64(const char *path, int flags, int mode);
int __wrap_open64(const char *path, int flags, int mode)
{
	if (*failing == '/' && strstr(path, failing)) {
		errno = EACCES;
		return -1;
	}
	return __real_open64(path, flags, mode);
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	return strcmp(failing, "realloc") == 0 ? NULL : __real_realloc(old, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct collector collector;
static struct procaudit_exec exec;

static void reset(void)
{
	last = -1;
	collect_free(&collector);
	memset(&collector, 0, sizeof(collector));
	memset(&exec, 0, sizeof(exec));
}

/* --- At an exec ---------------------------------------------------------- */

/* We are nobody's tracee, so the memory cannot be found. */
static void collect_us(bool has_proc)
{
	reset();
	collect_stopped(&collector, getpid(), has_proc, &exec);
	collect_parse(&collector, &exec);
}

static void test_hidden(char *const argv[])
{
	collect_us(true);
	ok_str(exec.argv.data, argv[0], "a program that hides has public arguments");
	ok_int((long long)exec.argv.count, 1, "as many as there are");
	ok_int(exec.argv.error, 0, "which are whole");
	ok_int(exec.env.error, ESRCH, "no environment");
	ok_int(exec.path.error, ESRCH, "no name that was asked for");
	ok(!exec.arch, "and nobody knows what machine it is for");
	ok(exec.has_ids && exec.uid == getuid() && exec.egid == getegid(), "but whose it is");
	ok(exec.exe.data && exec.cwd.data && exec.has_exe_id, "and what it is");
	failing = "/cmdline";
	collect_us(true);
	ok(!exec.argv.data && exec.argv.error == ESRCH, "none where they cannot be read either");
	failing = "/status";
	collect_us(true);
	ok(!exec.has_ids && exec.argv.data, "nor ids");
	failing = "";
	collect_us(false);
	ok(exec.exe.error == ENOENT && exec.cwd.error == ENOENT && !exec.argv.data,
		"without /proc there is nothing");
}

/* Of a program that has overwritten them. */
static void test_cut(void)
{
	text = "cc\0-c";
	text_size = 5;
	collect_us(true);
	ok_bytes(exec.argv.data, exec.argv.size, "cc", 3, "only whole strings are arguments");
	ok_int((long long)exec.argv.count, 1, "and are counted");
	ok_int(exec.argv.error, ESRCH, "and it is said that more are missing");
	text_size = 0;
	collect_us(true);
	ok(exec.argv.size == 0 && exec.argv.error == ESRCH, "so it is of none");
	text = NULL;
}

static void test_memory(void)
{
	reset();
	collector.error = EFAULT;
	collect_parse(&collector, &exec);
	ok(exec.argv.error == EFAULT && exec.env.error == EFAULT && exec.path.error == EFAULT,
		"of memory that cannot be read the error is known");
	reset();
	buf_add(&collector.memory, "\1\0\0\0\0\0\0\0\0", 9);
	collector.audit_arch = 7;
	collect_parse(&collector, &exec);
	ok(exec.argv.error == EOPNOTSUPP && !exec.arch, "one of another machine is not understood");
	reset();
	buf_add(&collector.memory, "\1\0\0", 3);
	collect_parse(&collector, &exec);
	ok(exec.argv.error == EOPNOTSUPP, "nor is too little");
}

/* --- What runs already --------------------------------------------------- */

static void test_process(char *const argv[], char *const env[])
{
	reset();
	collect_process(&collector, getpid(), &exec);
	ok_str(exec.argv.data, argv[0], "a program that runs has arguments");
	ok(!exec.env.error && (!env[0] || strcmp(exec.env.data, env[0]) == 0), "an environment");
	ok(!exec.arch && exec.has_ids && exec.has_exe_id && exec.cwd.data,
		"and what else is known");
	failing = "/environ";
	reset();
	collect_process(&collector, getpid(), &exec);
	ok(!exec.env.data && exec.env.error == EACCES && exec.argv.data,
		"one that nobody may read is missing alone");
	failing = "/cmdline";
	reset();
	collect_process(&collector, getpid(), &exec);
	ok(!exec.argv.data && exec.argv.error == EACCES && exec.env.data, "likewise arguments");
	failing = "realloc";
	reset();
	collect_process(&collector, getpid(), &exec);
	ok(exec.argv.error == ENOMEM && exec.env.error == ENOMEM && !exec.argv.data,
		"without memory there are none");
	failing = "";
	reset();
	collect_process(&collector, 1 << 30, &exec);
	ok(exec.argv.error == ENOENT && exec.exe.error == ENOENT && !exec.has_ids &&
			!exec.has_exe_id,
		"nor of nobody");
	text = "cc\0-c";
	text_size = 5;
	reset();
	collect_process(&collector, getpid(), &exec);
	ok_bytes(exec.argv.data, exec.argv.size, "cc\0-c", 6,
		"a last string without an end has one");
	ok_bytes(exec.env.data, exec.env.size, "cc\0-c", 6, "in an environment, too");
	ok_int((long long)exec.env.count, 2, "and is counted");
	text = NULL;
}

int main(int argc, char *argv[], char *env[])
{
	(void)argc;
	test_hidden(argv);
	test_cut();
	test_memory();
	test_process(argv, env);
	reset();
	return tap_end();
}
