/* SPDX-License-Identifier: ISC */
/* Opening a log by its name: what fails is said, and harms nothing that was there. */
#define FAILING_ITSELF
#include "failing.h"
#include "files.h"
#include "logfile.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>

#define HEADER "{\"v\":1,\"event\":\"header\"}\n"

static char top[] = "/tmp/test_logfile.XXXXXX";

static int messages; /* standard error */

/* What has been said since, without the program's name and the newline. */
static const char *said(void)
{
	static char text[256];
	ssize_t n = pread(messages, text, sizeof(text) - 1, 0);
	char *colon;

	text[n > 0 ? n - 1 : 0] = '\0';
	if (ftruncate(messages, 0) < 0 || lseek(messages, 0, SEEK_SET) < 0)
		abort();
	colon = strchr(text, ':');
	return colon ? colon + 2 : text;
}

/* Who holds it is looked up in /proc/locks, if that can be read. */
static void test_held(void)
{
	int fd;

	put_file("log", HEADER);
	fd = open("log", O_RDONLY | O_CLOEXEC);
	if (flock(fd, LOCK_EX) < 0)
		abort();
	fail("fopen", 0, 1, EACCES);
	ok_int(logfile_open("log", false, true), -1, "a log that somebody writes");
	ok_int(failed(), 1, "who it is cannot be looked up");
	ok_str(said(), "cannot write the log log: another process is writing it", "is refused");
	fail("fstat", 1, 1, EIO);
	ok_int(logfile_open("log", true, true), -1, "one that cannot be told from others");
	ok_int(failed(), 1, "has failed");
	ok_str(said(), "cannot write the log log: another process is writing it",
		"is refused, too");
	ok_str(content("log"), HEADER, "and stays as it is");
	close(fd);
}

/* Where the name never stands for the file it is used all the same. */
static void test_unnamed(void)
{
	int fd;

	fail("fstatat", 0, 1000, ENOENT);
	fd = logfile_open("log", false, true);
	ok_int(failed(), 101, "it is tried a hundred times and once more");
	ok(fd >= 0, "and then taken");
	close(fd);
}

static void test_replace(void)
{
	int fd;

	put_file("log", HEADER);
	fail("ftruncate", 0, 1, EIO);
	ok_int(logfile_open("log", false, true), -1, "a log that cannot be emptied");
	failed();
	ok_str(said(), "cannot empty the log log: Input/output error", "is named");
	ok_str(content("log"), HEADER, "and stays as it is");
	fd = logfile_open("log", false, true);
	ok(fd >= 0, "one that can");
	ok_str(content("log"), "", "is empty");
	close(fd);
	fd = logfile_open("/dev/null", true, true);
	ok(fd >= 0, "a device has no end to be repaired");
	close(fd);
}

/* Each of the calls in turn, until none fails. */
static void test_repair_failing(const char *call, const char *before, const char *after)
{
	unsigned skipped = 0;
	bool stays = true, is_said = true;
	int fd;

	for (;; skipped++) {
		put_file("log", before);
		fail(call, skipped, 1, EIO);
		fd = logfile_open("log", true, true);
		if (!failed())
			break;
		is_said = is_said && fd == -1;
		is_said =
			is_said &&
			strstr(said(), "cannot repair the end of the log log: Input/output error");
		stays = stays && (strcmp(content("log"), before) == 0 ||
					 strcmp(content("log"), after) == 0 ||
					 strcmp(content("log"), HEADER) == 0);
	}
	ok(skipped > 0, "%s has failed", call);
	ok(is_said, "%s: that is said", call);
	ok(stays, "%s: no whole record is lost", call);
	ok_str(content("log"), after, call);
	said();
	close(fd);
}

static void test_repair(void)
{
	int fd;

	put_file("log", HEADER "x");
	fd = logfile_open("log", true, true);
	ok_str(said(), "the log log ended in the middle of a record: 1 byte is cut off",
		"one byte");
	close(fd);
	put_file("log", HEADER "xy");
	fd = logfile_open("log", true, true);
	ok_str(said(), "the log log ended in the middle of a record: 2 bytes are cut off", "two");
	close(fd);
	test_repair_failing("pread", HEADER "{\"v\":1,\"e", HEADER);
	test_repair_failing("ftruncate", HEADER "{\"v\":1,\"e", HEADER);
	test_repair_failing("pread", HEADER "{\"v\":1}", HEADER "{\"v\":1}\n");
	test_repair_failing("pwrite", HEADER "{\"v\":1}", HEADER "{\"v\":1}\n");
	fail("fstat", 2, 1, EIO);
	ok_int(logfile_open("log", true, true), -1, "one whose size is not known");
	ok_int(failed(), 1, "has failed");
	ok_str(said(), "cannot repair the end of the log log: Input/output error", "is refused");
	put_file("log", "{\"v\":1,\"eve");
	fail("ftruncate", 0, 1, EROFS);
	ok_int(logfile_open("log", true, true), -1, "another's");
	failed();
	ok_str(said(), "cannot append to log: it is not a procaudit log", "is left alone");
}

static void test_reopen(void)
{
	int fd;

	if (mkfifo("fifo", 0600) < 0)
		abort();
	ok_int(logfile_reopen(AT_FDCWD, "fifo", true), -EEXIST, "no log goes on in a FIFO");
	ok_int(logfile_reopen(AT_FDCWD, ".", true), -EISDIR, "nor in a directory");
	put_file("text", "anything");
	fd = logfile_reopen(AT_FDCWD, "text", false);
	ok(fd >= 0, "text goes on behind anything");
	ok_str(content("text"), "anything", "which stays");
	close(fd);
	ok_int(logfile_reopen(AT_FDCWD, "text", true), -EEXIST, "records do not");
	unlink("fifo");
	unlink("text");
}

static void test_write(void)
{
	int fd = open("out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	fail("write", 0, 3, EINTR);
	ok_int(logfile_write(fd, "line\n", 5), 0, "a write that signals interrupt");
	ok_int(failed(), 3, "is tried again");
	ok_str(content("out"), "line\n", "until all is there");
	fail("write", 0, 1, ENOSPC);
	ok_int(logfile_write(fd, "line\n", 5), -ENOSPC, "one for which there is no room");
	failed();
	fail("write", 0, 1, 0);
	ok_int(logfile_write(fd, "line\n", 5), -EIO,
		"one that writes nothing does not go on for ever");
	failed();
	close(fd);
	unlink("out");
}

int main(void)
{
	messages = memfd_create("messages", MFD_CLOEXEC);
	if (messages < 0 || dup2(messages, STDERR_FILENO) < 0 || !mkdtemp(top) || chdir(top) < 0)
		abort();
	test_held();
	test_unnamed();
	test_replace();
	test_repair();
	test_reopen();
	test_write();
	unlink("log");
	if (chdir("/") < 0 || rmdir(top) < 0)
		abort();
	return tap_end();
}
