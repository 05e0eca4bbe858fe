/* SPDX-License-Identifier: ISC */
/* The log's descriptor: a line is whole, or was never there, whatever fails. */
#define FAILING_ITSELF
#include "failing.h"
#include "files.h"
#include "sink.h"
#include "tap.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

static char top[] = "/tmp/test_sink.XXXXXX";

static int messages; /* standard error */

/* A log on standard error, which is fd for that moment. */
static bool open_standard_error(struct sink *sink, int fd)
{
	bool opened;

	if (dup2(fd, STDERR_FILENO) < 0)
		abort();
	opened = sink_open_fd(sink, STDERR_FILENO, "standard error");
	if (dup2(messages, STDERR_FILENO) < 0)
		abort();
	close(fd);
	return opened;
}

/* Writes text, and returns what sink_write did. */
static int put(struct sink *sink, const char *text, size_t *done)
{
	return sink_write(sink, text, strlen(text), done);
}

static void open_log(struct sink *sink)
{
	*sink = (struct sink){0};
	if (!sink_open(sink, "log", false, true))
		abort();
}

/* No file gets larger. */
static void limit(rlim_t size)
{
	struct rlimit limit = {size, RLIM_INFINITY};

	setrlimit(RLIMIT_FSIZE, &limit);
}

static void test_descriptors(void)
{
	struct sink sink = {0};

	fail("fcntl", 0, 2, EMFILE);
	ok(!sink_open(&sink, "log", false, true), "no descriptor for the log");
	ok_int(failed(), 2, "neither high nor low");
	fail("fcntl", 0, 2, EMFILE);
	ok(!sink_open_fd(&sink, STDOUT_FILENO, "standard output"), "nor for standard output");
	failed();
	fail("fcntl", 0, 1, EMFILE);
	ok(sink_open(&sink, "log", false, true), "a low one will do");
	ok_int(failed(), 1, "where there is no high one");
	ok(sink.can_cut && !sink.has_reader, "a file has no reader, and can be cut");
	sink_close(&sink);
	sink = (struct sink){0};
	fail("fstat", 3, 1, EIO);
	ok(sink_open(&sink, "log", false, true), "a file that does not tell what it is");
	ok_int(failed(), 1, "has failed");
	ok(!sink.can_cut && !sink.has_reader, "is written all the same");
	sink_close(&sink);
}

/* What does not fit is taken back, if that can be. */
static void test_cut(void)
{
	struct sink sink;
	size_t done;

	open_log(&sink);
	limit(10);
	ok_int(put(&sink, "one\ntwo\nthree\n", &done), -EFBIG, "three lines, and room for two");
	ok_int((long long)done, 8, "two are written");
	ok_str(content("log"), "one\ntwo\n", "no more is there");
	limit(RLIM_INFINITY);
	ok_int(put(&sink, "three\n", &done), 0, "later there is room");
	ok_str(content("log"), "one\ntwo\nthree\n", "and it goes on");
	sink_close(&sink);
}

/* A line that stays torn ends before the next one begins. */
static void test_torn(const char *call, int error)
{
	struct sink sink;
	size_t done;

	open_log(&sink);
	limit(5);
	fail(call, 0, 1, error);
	ok_int(put(&sink, "one\ntwo\n", &done), -EFBIG, "half a line fits");
	ok_int(failed(), 1, "and cannot be cut off");
	ok_int((long long)done, 5, "it is written");
	sink_abandon(&sink);
	ok_int(put(&sink, "three\n", &done), -EFBIG, "nothing else fits");
	ok_int((long long)done, 0, "nor is written");
	limit(RLIM_INFINITY);
	ok_int(put(&sink, "three\n", &done), 0, "when there is room");
	ok_str(content("log"), "one\nt\nthree\n", "the next line is one of its own");
	sink_close(&sink);
}

/* Half a line goes on where it was. */
static void test_midline(void)
{
	struct sink sink;
	size_t done;

	open_log(&sink);
	limit(5);
	fail("ftruncate", 0, 1, EIO);
	put(&sink, "one\ntwo\n", &done);
	failed();
	limit(6);
	ok_int(put(&sink, "wo\n", &done), -EFBIG, "what goes on with a line that has begun");
	ok_int((long long)done, 1, "is not taken back");
	limit(RLIM_INFINITY);
	ok_int(put(&sink, "o\n", &done), 0, "when there is room");
	ok_str(content("log"), "one\ntwo\n", "the line is whole");
	sink_close(&sink);
}

static void test_sync(void)
{
	static const int harmless[] = {EINVAL, EROFS, ENOTSUP};
	struct sink sink;
	size_t i;

	open_log(&sink);
	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		fail("fdatasync", 0, 1, harmless[i]);
		ok_int(sink_sync(&sink), 0, "what cannot be synced");
		ok_int(failed(), 1, "has failed");
	}
	fail("fdatasync", 0, 1, EIO);
	ok_int(sink_sync(&sink), -EIO, "a disk that fails");
	failed();
	fail("close", 0, 1, EINTR);
	ok_int(sink_close(&sink), 0, "a close that a signal interrupts has closed");
	failed();
	open_log(&sink);
	fail("close", 0, 1, EIO);
	ok_int(sink_move(&sink, open("log", O_WRONLY | O_CLOEXEC)), -EIO,
		"one that loses what was written");
	failed();
	ok_int(sink_close(&sink), 0, "and then another file");
	ok_int(sink_close(&sink), 0, "which is closed once");
}

/* More than a pipe takes in one piece goes line by line, or else in such pieces. */
static void test_pieces(const char *unfit)
{
	static char text[3 * PIPE_BUF], got[sizeof(text)];
	struct sink sink = {0};
	size_t done, expected;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		abort();
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_BUF);
	fail(unfit, 0, 1, EACCES);
	ok(open_standard_error(&sink, ends[1]), "a pipe");
	failed();
	ok(sink.has_reader && !sink.can_cut, "has a reader");
	memset(text, 'x', sizeof(text));
	text[99] = '\n';
	ok_int(sink_write(&sink, text, sizeof(text), &done), -EAGAIN,
		"more than there is room for");
	expected = done;
	ok_int((long long)done, 100, "a whole line first");
	ok_int(read(ends[0], got, sizeof(got)), 100, "which is read");
	ok_int(sink_write(&sink, text + 100, sizeof(text) - 100, &done), -EAGAIN, "then the next");
	ok_int((long long)done, PIPE_BUF, "in pieces");
	ok_int(read(ends[0], got + expected, sizeof(got) - expected), PIPE_BUF, "that are read");
	ok(memcmp(got, text, expected + done) == 0, "and are what was written");
	ok_int(sink_sync(&sink), 0, "nobody syncs a pipe");
	close(ends[0]);
	ok_int(sink_write(&sink, "x\n", 2, &done), -EPIPE, "nobody reads any more");
	sink_close(&sink);
}

static void test_socket(void)
{
	struct sink sink = {0};
	char got[8] = "";
	size_t done;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		abort();
	ok(open_standard_error(&sink, ends[1]), "a socket");
	ok(sink.is_socket && sink.has_reader, "has a reader, too");
	ok_int(put(&sink, "one\n", &done), 0, "a line");
	ok_int(read(ends[0], got, sizeof(got)), 4, "is read");
	ok_str(got, "one\n", "as it was written");
	close(ends[0]);
	ok_int(put(&sink, "two\n", &done), -EPIPE, "nobody reads any more");
	sink_close(&sink);
}

int main(void)
{
	messages = memfd_create("messages", MFD_CLOEXEC);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (messages < 0 || dup2(messages, STDERR_FILENO) < 0 || !mkdtemp(top) || chdir(top) < 0)
		abort();
	test_descriptors();
	test_cut();
	test_torn("fstat", EIO);
	test_torn("ftruncate", EIO);
	test_midline();
	test_sync();
	test_pieces("open");
	test_pieces("none");
	test_socket();
	unlink("log");
	if (chdir("/") < 0 || rmdir(top) < 0)
		abort();
	return tap_end();
}
