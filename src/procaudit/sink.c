/* SPDX-License-Identifier: ISC */
#include "sink.h"

#include "logfile.h"
#include "stdfds.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Moves the descriptor out of the way. */
static bool adopt(struct sink *sink, int fd, const char *name)
{
	sink->name = name;
	sink->fd = stdfds_duplicate(fd);
	if (sink->fd >= 0)
		return true;
	warnc(-sink->fd, "cannot open the log %s", name);
	return false;
}

/* An open file description of our own for what fd is open on: O_NONBLOCK must
 * not be set on one that others use. Sockets have none. */
static int reopen(int fd)
{
	char path[32];
	int again, copy;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (again < 0)
		return -errno;
	copy = stdfds_duplicate(again);
	close(again);
	return copy;
}

/* Learns what the descriptor is, and sees to it that writing does not wait for
 * a reader. Where that cannot be had, poll(2) comes close. */
static void measure(struct sink *sink, bool by_path)
{
	struct stat st;
	int again;

	if (fstat(sink->fd, &st) < 0)
		return;
	sink->is_socket = S_ISSOCK(st.st_mode);
	sink->can_cut = by_path && S_ISREG(st.st_mode);
	sink->has_reader = sink->is_socket || S_ISFIFO(st.st_mode) || isatty(sink->fd);
	if (!sink->has_reader || sink->is_socket)
		return;
	again = reopen(sink->fd);
	if (again < 0)
		return;
	close(sink->fd);
	sink->fd = again;
}

bool sink_open(struct sink *sink, const char *path, bool append, bool is_jsonl)
{
	int fd = logfile_open(path, append, is_jsonl);
	bool ok;

	if (fd < 0)
		return false;
	/* A copy shares the lock. */
	ok = adopt(sink, fd, path);
	if (ok)
		measure(sink, true);
	close(fd);
	return ok;
}

bool sink_open_fd(struct sink *sink, int fd, const char *name)
{
	if (stdfds_was_closed(fd)) {
		warnx("cannot write the log to %s: it is closed", name);
		return false;
	}
	if (!adopt(sink, fd, name))
		return false;
	measure(sink, false);
	return true;
}

/* How much to write at once: to a reader whole lines as far as a pipe takes
 * them in one piece, so that none is torn by what others write there. */
static size_t portion(const struct sink *sink, const char *data, size_t size)
{
	const char *newline;

	if (!sink->has_reader || size <= PIPE_BUF)
		return size;
	newline = memrchr(data, '\n', PIPE_BUF);
	return newline ? (size_t)(newline - data) + 1 : PIPE_BUF;
}

bool sink_wait(const struct sink *sink, int ms)
{
	struct pollfd out = {.fd = sink->fd, .events = POLLOUT};

	return poll(&out, 1, ms) > 0;
}

static ssize_t write_some(const struct sink *sink, const char *data, size_t size)
{
	ssize_t n;

	if (sink->has_reader && !sink_wait(sink, 0))
		return -EAGAIN;
	do
		n = sink->is_socket ? send(sink->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)
				    : write(sink->fd, data, size);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	return n < 0 ? -errno : -EIO;
}

/* Takes back a last line that is there in part; *done bytes were written last.
 * Not if somebody else has written behind it. */
static void cut(const struct sink *sink, const char *data, size_t *done)
{
	const char *newline = memrchr(data, '\n', *done);
	size_t whole = newline ? (size_t)(newline - data) + 1 : 0;
	off_t end = lseek(sink->fd, 0, SEEK_CUR);
	struct stat st;

	if (whole == *done || fstat(sink->fd, &st) < 0 || st.st_size != end)
		return;
	if (ftruncate(sink->fd, end - (off_t)(*done - whole)) == 0)
		*done = whole;
}

/* *done says how much was written. */
static int write_all(const struct sink *sink, const char *data, size_t size, size_t *done)
{
	for (*done = 0; *done < size;) {
		ssize_t n =
			write_some(sink, data + *done, portion(sink, data + *done, size - *done));

		if (n < 0)
			return (int)n;
		*done += (size_t)n;
	}
	return 0;
}

int sink_write(struct sink *sink, const char *data, size_t size, size_t *done)
{
	int error = 0;

	*done = 0;
	if (sink->torn) {
		error = write_all(sink, "\n", 1, done);
		*done = 0;
		if (error)
			return error;
		sink->torn = sink->midline = false;
	}
	error = write_all(sink, data, size, done);
	/* What a line that was begun before goes on with cannot be cut. */
	if (error && *done && sink->can_cut && !sink->midline)
		cut(sink, data, done);
	if (*done)
		sink->midline = data[*done - 1] != '\n';
	return error;
}

void sink_abandon(struct sink *sink)
{
	sink->torn = sink->midline;
}

int sink_sync(const struct sink *sink)
{
	if (sink->has_reader || fdatasync(sink->fd) == 0)
		return 0;
	/* Devices such as /dev/null. */
	return errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : -errno;
}

int sink_move(struct sink *sink, int fd)
{
	int error = sink_close(sink);

	sink->fd = fd;
	sink->midline = sink->torn = false;
	return error;
}

int sink_close(struct sink *sink)
{
	int fd = sink->fd;

	sink->fd = -1;
	return fd >= 0 && close(fd) < 0 && errno != EINTR ? -errno : 0;
}
