/* SPDX-License-Identifier: ISC */
/* Response files are read whole, or it is said why not. */
#include "refuse.h"
#include "response.h"
#include "tap.h"
#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- Calls that fail ----------------------------------------------------- */

static void allow_all(void)
{
	refuse("", 0, 0, 0);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
WRAP(int, -1, fstat64, (int fd, struct stat *st), (fd, st))
WRAP(int, -1, fstatfs64, (int fd, struct statfs *fs), (fd, fs))
WRAP(int, -1, open64, (const char *path, int flags, int mode), (path, flags, mode))
WRAP(ssize_t, -1, read, (int fd, void *data, size_t size), (fd, data, size))
WRAP(ssize_t, -1, readlink, (const char *path, char *data, size_t size), (path, data, size))
WRAP(void *, NULL, realloc, (void *old, size_t size), (old, size))
WRAP(int, -1, guise_take, (struct guise * guise, pid_t pid), (guise, pid))

long __real_syscall(long number, long a, long b, long c, long d);
long __wrap_syscall(long number, long a, long b, long c, long d);
long __wrap_syscall(long number, long a, long b, long c, long d)
{
	return number == SYS_openat2 && fails("openat2") ? -1 : __real_syscall(number, a, b, c, d);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* --- Files --------------------------------------------------------------- */

static char directory[] = "/tmp/test_response.XXXXXX";

static void write_file(const char *name, const void *data, size_t size)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
		abort();
}

static struct response response;
static struct procaudit_exec exec;

/* Reads what a command with this argument names. */
static void read_for(const char *argument)
{
	static char argv[256];

	memset(&exec, 0, sizeof(exec));
	exec.argv.size = (size_t)snprintf(argv, sizeof(argv), "cc%c%s", '\0', argument) + 1;
	exec.argv.data = argv;
	response_read(&response, getpid(), &exec);
}

/* The reason why the first file is not there; "": it is. */
static const char *reason(void)
{
	return exec.response_files.error   ? "none at all"
	       : exec.response_errors.data ? exec.response_errors.data
					   : "";
}

static void expect(const char *argument, const char *expected, const char *name)
{
	read_for(argument);
	allow_all();
	ok_str(reason(), expected, name);
}

static void test_read(void)
{
	write_file("a", "x @b", 4);
	write_file("b", "y", 1);
	expect("@a", "", "a file is read");
	ok_bytes(exec.response_files.data, exec.response_files.size, "a\0b", 4,
		"and one that it names");
	ok_bytes(exec.response_contents.data, exec.response_contents.size, "x @b\0y", 7,
		"each is as it was");
	read_for("a");
	ok(!exec.response_files.data && !exec.response_files.error, "a word names none");
	read_for("@");
	ok(!exec.response_files.data, "nor does a sign alone");
	exec.argv = (struct procaudit_strings){0};
	response_read(&response, getpid(), &exec);
	ok(!exec.response_files.data && !exec.response_files.error, "nor does nothing");
	expect("@c", "ENOENT", "one that is not there is not");
	mkdir("d", 0700);
	expect("@d", "EISDIR", "a directory is none");
	rmdir("d");
	write_file("c", "a\0b", 3);
	expect("@c", "EILSEQ", "nor is what no argument can be");
	expect("@/proc/self/status", "EINVAL", "nor what is different for us");
	unlink("c");
}

static void test_sizes(void)
{
	char name[8], list[256] = "";
	int i;

	write_file("large", "", 0);
	if (truncate("large", (off_t)RESPONSE_SIZE + 1) < 0)
		abort();
	expect("@large", "EFBIG", "a file is not larger than it may be");
	for (i = 0; i < (int)(RESPONSE_TOTAL / RESPONSE_SIZE) + 1; i++) {
		char *blanks = malloc(RESPONSE_SIZE);

		memset(blanks, ' ', RESPONSE_SIZE);
		snprintf(name, sizeof(name), "l%d", i);
		write_file(name, blanks, RESPONSE_SIZE);
		free(blanks);
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "@l%d ", i);
	}
	write_file("list", list, strlen(list));
	expect("@list", "", "nor are all together");
	ok(exec.response_errors.size > 5 &&
			memmem(exec.response_errors.data, exec.response_errors.size, "E2BIG", 5),
		"of which the last is too much");
	for (i = 0; i < (int)(RESPONSE_TOTAL / RESPONSE_SIZE) + 1; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		unlink(name);
	}
	unlink("list");
	unlink("large");
}

/* --- Where calls fail ---------------------------------------------------- */

static void test_refused(void)
{
	refuse("fstat64", 0, 1, EIO);
	expect("@b", "EIO", "a file that nobody can look at");
	refuse("fstatfs64", 0, 1, EIO);
	expect("@b", "EIO", "nor where it is");
	refuse("open64", 3, 1, EPERM);
	expect("@b", "", "one of somebody else is opened so that it may change");
	refuse("open64", 3, 1, EMFILE);
	expect("@b", "EMFILE", "unless it cannot be opened");
	refuse("read", 1, 1, EIO);
	expect("@b", "EIO", "or read");
	refuse("openat2", 0, 99, EAGAIN);
	expect("@b", "", "a lookup that a rename disturbs is made again");
	refuse("openat2", 0, -1, EAGAIN);
	expect("@b", "EAGAIN", "and not for ever");
	refuse("open64", 0, 1, EACCES);
	expect("@b", "EACCES", "who has no root for us");
	refuse("open64", 1, 1, EACCES);
	expect("@b", "EACCES", "or no directory");
	refuse("open64", 0, 1, ENOENT);
	expect("@b", "ESRCH", "or is gone");
	refuse("guise_take", 0, 1, EPERM);
	expect("@b", "EPERM", "or may not be looked at through his eyes");
}

static void test_no_memory(void)
{
	int n, none = 0, whole = 0;

	for (n = 0; n < 10; n++) {
		response_free(&response);
		memset(&response, 0, sizeof(response));
		refuse("realloc", n, -1, ENOMEM);
		read_for("@a");
		allow_all();
		none += exec.response_files.error == ENOMEM && !exec.response_files.data;
		whole += !exec.response_files.error && !exec.response_errors.data;
		if (exec.response_errors.data && !exec.response_files.error)
			whole = -100; /* it was there */
	}
	ok(none > 1 && whole > 1 && none + whole == 10, "without memory there are none at all");
}

/* Below a directory that a name leaves. */
static void test_outside(void)
{
	struct view view;

	mkdir("d", 0700);
	if (chdir("d") < 0)
		abort();
	expect("@../b", "", "a name may lead out of the directory");
	refuse("readlink", 0, 1, EACCES);
	expect("@../b", "EXDEV", "if that is known");
	refuse("readlink", 1, 1, EACCES);
	expect("@../b", "EXDEV", "or its root is");
	refuse("openat2", 1, 1, EACCES);
	expect("@../b", "EACCES", "and may be passed");
	refuse("fstat64", 0, 1, EIO);
	expect("@../b", "EXDEV", "and is what it was");
	refuse("fstat64", 1, 1, EIO);
	expect("@../b", "EXDEV", "all the time");
	if (view_open(&view, getpid()) != 0)
		abort();
	strcpy(view.inside, "/");
	ok_int(view_find(&view, "../b"), -EXDEV, "a directory of that name may be another");
	view_close(&view);
	if (chdir("..") < 0)
		abort();
	rmdir("d");
}

int main(void)
{
	if (!mkdtemp(directory) || chdir(directory) < 0)
		return 1;
	test_read();
	test_sizes();
	test_refused();
	test_no_memory();
	test_outside();
	response_free(&response);
	unlink("a");
	unlink("b");
	if (chdir("/") == 0)
		rmdir(directory);
	return tap_end();
}
