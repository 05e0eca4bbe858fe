/* SPDX-License-Identifier: ISC */
#include "sink.h"

#include "stdfds.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a log of ours begins with. */
static const char magic[] = "{\"v\":1,\"event\":\"header\"";

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

/* Whether the open file is one that a torn record can be cut off from. */
static void measure(struct sink *sink)
{
	struct stat st;

	if (fstat(sink->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	sink->can_cut = true;
	sink->size = st.st_size;
}

/* Where the last whole line ends: behind the last newline. -1: unreadable. */
static off_t end_of_lines(int fd, off_t size)
{
	char block[65536];

	while (size > 0) {
		off_t start = size > (off_t)sizeof(block) ? size - (off_t)sizeof(block) : 0;
		ssize_t n = pread(fd, block, (size_t)(size - start), start);
		const char *newline;

		if (n <= 0)
			return -1;
		newline = memrchr(block, '\n', (size_t)n);
		if (newline)
			return start + (newline - block) + 1;
		size = start;
	}
	return 0;
}

/* Cuts a torn last line off, of a file that is a log of ours. */
static bool repair(int fd, const char *path)
{
	char start[sizeof(magic) - 1];
	struct stat st;
	off_t end;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return true;
	if (pread(fd, start, sizeof(start), 0) != (ssize_t)sizeof(start) ||
		memcmp(start, magic, sizeof(start)) != 0) {
		warnx("cannot append to %s: it is not a procaudit log", path);
		return false;
	}
	end = end_of_lines(fd, st.st_size);
	if (end < 0 || (end != st.st_size && ftruncate(fd, end) < 0)) {
		warn("cannot repair the end of the log %s", path);
		return false;
	}
	return true;
}

static void make_private(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0777) != 0600)
		fchmod(fd, 0600);
}

bool sink_open(struct sink *sink, const char *path, bool append, bool is_jsonl)
{
	int flags = O_CREAT | O_CLOEXEC | O_NOCTTY;
	int fd;
	bool ok;

	flags |= append ? O_APPEND | O_RDWR : O_TRUNC | O_WRONLY;
	fd = open(path, flags, 0600);
	if (fd < 0) {
		warn("cannot open the log %s", path);
		return false;
	}
	/* What stood there before may have been for everybody. */
	if (!append)
		make_private(fd);
	ok = !append || !is_jsonl || repair(fd, path);
	ok = ok && adopt(sink, fd, path);
	close(fd);
	if (ok)
		measure(sink);
	return ok;
}

bool sink_open_fd(struct sink *sink, int fd, const char *name)
{
	if (stdfds_was_closed(fd)) {
		warnx("cannot write the log to %s: it is closed", name);
		return false;
	}
	return adopt(sink, fd, name);
}

/* Writes all; *done says how much was. */
static int write_all(int fd, const char *data, size_t size, size_t *done)
{
	for (*done = 0; *done < size;) {
		ssize_t n = write(fd, data + *done, size - *done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		*done += (size_t)n;
	}
	return 0;
}

/* Takes back records that were written in part, where that can be done. */
static void cut(struct sink *sink)
{
	sink->torn = !sink->can_cut || ftruncate(sink->fd, sink->size) < 0 ||
		     lseek(sink->fd, sink->size, SEEK_SET) < 0;
}

int sink_write(struct sink *sink, const char *data, size_t size)
{
	size_t done;
	int error = 0;

	if (sink->torn) {
		error = write_all(sink->fd, "\n", 1, &done);
		if (error)
			return error;
		sink->torn = false;
		sink->size++;
	}
	error = write_all(sink->fd, data, size, &done);
	if (!error)
		sink->size += (off_t)size;
	else if (done)
		cut(sink);
	return error;
}

int sink_close(struct sink *sink)
{
	int fd = sink->fd;

	sink->fd = -1;
	return fd >= 0 && close(fd) < 0 && errno != EINTR ? -errno : 0;
}
