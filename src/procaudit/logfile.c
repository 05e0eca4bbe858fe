/* SPDX-License-Identifier: ISC */
#include "logfile.h"

#include "repair.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Some network file systems do not tell which file is which. */
#define MAX_TRIES 100

static bool is_fifo(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Whether the name stands for the file. */
static bool is_named(int fd, int dir, const char *path)
{
	struct stat file, name;

	return fstat(fd, &file) == 0 && fstatat(dir, path, &name, 0) == 0 &&
	       file.st_dev == name.st_dev && file.st_ino == name.st_ino;
}

/* The process that has locked the file, as far as the kernel tells (proc_locks(5)):
 * not one of another pid namespace, and not where a file system has other device
 * numbers than stat(2) gives, as btrfs and overlayfs. 0: unknown. */
static pid_t holder(int fd)
{
	struct stat st;
	char line[128];
	unsigned device[2];
	uint64_t inode;
	pid_t pid = 0, found;
	FILE *locks = fopen("/proc/locks", "re");

	if (!locks)
		return 0;
	if (fstat(fd, &st) < 0)
		st = (struct stat){0};
	while (pid == 0 && fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%" SCNu64, &found, &device[0],
			    &device[1], &inode) == 4 &&
			device[0] == major(st.st_dev) && device[1] == minor(st.st_dev) &&
			inode == st.st_ino)
			pid = found;
	fclose(locks);
	return pid;
}

/* Whether nobody else writes it. Where a file system knows no locks that is not
 * asked. */
bool logfile_lock(int fd)
{
	int result;

	do
		result = flock(fd, LOCK_EX | LOCK_NB);
	while (result < 0 && errno == EINTR);
	return result == 0 || errno != EWOULDBLOCK;
}

/* Opened and, if it is a regular file, locked; or -errno. -EBUSY: somebody else
 * has locked it, *other if that is known. Whoever had the lock before may have
 * given the name to another file meanwhile. */
static int open_locked(int dir, const char *path, int flags, pid_t *other)
{
	int fd, tries;

	flags |= O_CREAT | O_CLOEXEC | O_NOCTTY | O_APPEND;
	for (tries = 0;; tries++) {
		fd = openat(dir, path, flags, 0600);
		if (fd < 0)
			return -errno;
		if (!is_regular(fd))
			return fd;
		if (!logfile_lock(fd)) {
			*other = holder(fd);
			close(fd);
			return -EBUSY;
		}
		if (is_named(fd, dir, path) || tries == MAX_TRIES)
			return fd;
		close(fd);
	}
}

static void say_not_opened(const char *path, int error, pid_t other)
{
	if (error != -EBUSY)
		warnc(-error, "cannot open the log %s", path);
	else if (other > 0)
		warnx("cannot write the log %s: process %d is writing it", path, other);
	else
		warnx("cannot write the log %s: another process is writing it", path);
}

/* What stood there before may have been for everybody. */
static bool replace(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return true;
	if ((st.st_mode & 0777) != 0600)
		fchmod(fd, 0600);
	if (st.st_size == 0 || ftruncate(fd, 0) == 0)
		return true;
	warn("cannot empty the log %s", path);
	return false;
}

/* Frees what is there from a torn end. -EEXIST: it is something else. */
static int keep(int fd, const char *path)
{
	off_t lost = 0;
	struct stat st;
	int result;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return 0;
	result = repair_is_log(fd, st.st_size);
	if (result == 0)
		return -EEXIST;
	if (result > 0)
		result = repair_end(fd, st.st_size, &lost);
	if (lost)
		warnx("the log %s ended in the middle of a record: %jd byte%s cut off", path,
			(intmax_t)lost, lost == 1 ? " is" : "s are");
	return result;
}

static bool keep_or_say(int fd, const char *path)
{
	int error = keep(fd, path);

	if (error == -EEXIST)
		warnx("cannot append to %s: it is not a procaudit log", path);
	else if (error)
		warnc(-error, "cannot repair the end of the log %s", path);
	return !error;
}

int logfile_open(const char *path, bool append, bool is_jsonl)
{
	pid_t other = 0;
	int fd;
	bool ok;

	/* With O_RDWR we would be a FIFO's reader ourselves. */
	append = append && !is_fifo(path);
	fd = open_locked(AT_FDCWD, path, append ? O_RDWR : O_WRONLY, &other);
	if (fd < 0) {
		say_not_opened(path, fd, other);
		return -1;
	}
	if (!append)
		ok = replace(fd, path);
	else
		ok = !is_jsonl || keep_or_say(fd, path);
	if (ok)
		return fd;
	close(fd);
	return -1;
}

int logfile_reopen(int dir, const char *name, bool is_jsonl)
{
	pid_t other;
	int fd = open_locked(dir, name, O_RDWR | O_NONBLOCK, &other), error = 0;

	if (fd < 0)
		return fd;
	if (!is_regular(fd))
		error = -EEXIST;
	else if (is_jsonl)
		error = keep(fd, name);
	if (!error)
		return fd;
	close(fd);
	return error;
}

int logfile_write(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size > 0; data += n, size -= (size_t)n) {
		do
			n = write(fd, data, size);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
	}
	return 0;
}
