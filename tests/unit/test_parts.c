/* SPDX-License-Identifier: ISC */
/* The files of a log that is rotated: none is lost, whatever fails. */
#define FAILING_ITSELF
#include "failing.h"
#include "files.h"
#include "parts.h"
#include "tap.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static char top[] = "/tmp/test_parts.XXXXXX";

static void remove_all(void)
{
	const struct dirent *entry;
	DIR *dir = opendir(".");

	while (dir && (entry = readdir(dir)))
		unlink(entry->d_name);
	if (dir)
		closedir(dir);
}

static unsigned files(void)
{
	const struct dirent *entry;
	DIR *dir = opendir(".");
	unsigned count = 0;

	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return count;
}

/* How many descriptors are open. */
static int descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void test_open(void)
{
	struct parts parts;
	int before = descriptors();

	ok_int(parts_open(&parts, "absent/log"), -ENOENT, "a directory that is not there");
	fail("strndup", 0, 1, ENOMEM);
	ok_int(parts_open(&parts, "./log"), -ENOMEM, "no memory for its name");
	ok_int(failed(), 1, "that was it");
	fail("open", 0, 1, EACCES);
	ok_int(parts_open(&parts, "log"), 0, "one that may not be read is searched");
	ok_int(failed(), 1, "and has not been read");
	ok_int(parts_scan(&parts), 0, "what is there is known all the same");
	parts_close(&parts);
	fail("fcntl", 0, 2, EMFILE);
	ok_int(parts_open(&parts, "/log"), -EMFILE, "no descriptor for it");
	failed();
	ok_int(descriptors(), before, "none is left open");
}

static void test_names(void)
{
	struct parts parts;

	put_file("log", "");
	put_file("log.00007", "short");
	put_file("log.0000007", "a nought too many");
	put_file("log.4294967295", "too large");
	put_file("log.99999999999999999999", "much too large");
	put_file("log.000000", "no number");
	put_file("log.000005.gz", "another's");
	put_file("log.000012", "");
	put_file("log.000013.tmp", "half");
	put_file("log.000014.zst.tmp", "half");
	put_file("other.000001", "another's");
	put_file("log.000003", "three");
	put_file("log.000009.zst", "nine");
	parts_open(&parts, "log");
	ok_int(parts_scan(&parts), 0, "a directory of all kinds of names");
	ok_int(parts.first, 3, "the first of ours");
	ok_int(parts.last, 9, "and the last");
	ok_int(files(), 10, "what was half done and empty has gone, all else is there");
	ok_int(parts_first(&parts, 2), 8, "of two that are kept the first");
	ok_int(parts_first(&parts, 7), 3, "of all");
	parts_prune(&parts, 8);
	ok_str(content("log.000003"), "(none)", "those before are removed");
	ok_str(content("log.000009.zst"), "nine", "and no other");
	fail("fdopendir", 0, 1, ENOMEM);
	ok_int(parts_scan(&parts), -ENOMEM, "no memory to look");
	failed();
	parts_close(&parts);
	remove_all();
}

static void test_long_name(void)
{
	char name[NAME_MAX + 1];
	struct parts parts;

	memset(name, 'x', NAME_MAX);
	name[NAME_MAX - 10] = '\0';
	parts_open(&parts, name);
	ok_int(parts_scan(&parts), -ENAMETOOLONG, "no room for the number behind the name");
	parts_close(&parts);
}

static void test_create(void)
{
	struct parts parts;
	int fd;

	put_file("log.000001.zst", "one");
	put_file("log.000002", "two");
	parts_open(&parts, "log");
	fd = parts_create(&parts);
	ok(fd >= 0, "a part is made where others are");
	ok_int(parts.last, 2, "behind both");
	ok_str(content("log.000003"), "", "under the next number");
	ok(!parts_is_current(&parts, fd), "it is not the log yet");
	close(fd);
	parts_discard(&parts);
	ok_int(files(), 2, "and removed when it is not wanted");
	parts_close(&parts);
	remove_all();
}

/* One that is new and one that is full. */
static void begin_swap(struct parts *parts)
{
	put_file("log", "full");
	parts_open(parts, "log");
	close(parts_create(parts));
	put_file("log.000001", "new");
}

/* Whatever of the steps fails: the log has its name, and is there after the new part
 * has been discarded. */
static void test_failing_step(unsigned step, unsigned times)
{
	struct parts parts;
	bool stays = times == 1;

	begin_swap(&parts);
	fail("syscall", 0, 1, EINVAL);
	fail("renameat", step, times, ENOSPC);
	ok_int(parts_swap(&parts), -ENOSPC, "a step that fails");
	ok_int(failed(), 1 + times, "has failed");
	parts_discard(&parts);
	ok_str(content(stays ? "log" : "log.000001"), "full", "the log is there");
	ok_int(files(), 1, "and nothing else");
	parts_close(&parts);
	remove_all();
}

static void test_swap(void)
{
	struct parts parts;
	unsigned step;

	begin_swap(&parts);
	ok_int(parts_swap(&parts), 0, "names are exchanged");
	ok_str(content("log"), "new", "the new one is the log");
	ok_str(content("log.000001"), "full", "the old one a part");
	ok_int(parts.last, 1, "that counts");
	parts_close(&parts);
	remove_all();

	begin_swap(&parts);
	fail("syscall", 0, 1, EACCES);
	ok_int(parts_swap(&parts), -EACCES, "they are not, and that is no lack of the file system");
	failed();
	ok_str(content("log"), "full", "the log stays");
	parts_close(&parts);
	remove_all();

	for (step = 0; step < 2; step++) {
		begin_swap(&parts);
		fail("syscall", 0, 1, step ? ENOSYS : EINVAL);
		ok_int(parts_swap(&parts), 0, "they are, in steps");
		failed();
		ok_str(content("log"), "new", "the new one is the log");
		ok_str(content("log.000001"), "full", "the old one a part");
		ok_int(files(), 2, "and nothing else is there");
		parts_close(&parts);
		remove_all();
	}
}

static void test_sync(void)
{
	struct parts parts;

	parts_open(&parts, "log");
	ok_int(parts_sync(&parts), 0, "a directory is synced");
	fail("fsync", 0, 1, EINVAL);
	ok_int(parts_sync(&parts), 0, "one that has no way to be");
	failed();
	fail("fsync", 0, 1, EBADF);
	ok_int(parts_sync(&parts), 0, "one that may only be searched");
	failed();
	fail("fsync", 0, 1, EIO);
	ok_int(parts_sync(&parts), -EIO, "one that fails");
	failed();
	parts_close(&parts);
}

int main(void)
{
	if (!mkdtemp(top) || chdir(top) < 0)
		abort();
	test_open();
	test_names();
	test_long_name();
	test_create();
	test_swap();
	test_failing_step(0, 1);
	test_failing_step(1, 1);
	test_failing_step(2, 1);
	test_failing_step(2, 2);
	test_sync();
	if (chdir("/") < 0 || rmdir(top) < 0)
		abort();
	return tap_end();
}
