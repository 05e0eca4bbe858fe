/* SPDX-License-Identifier: ISC */
#define FAILING_ITSELF
#include "failing.h"

#include <errno.h>
#include <stdbool.h>

/* Calls that fail; a free one has no name. */
static struct fault {
	const char *call;
	unsigned before, left; /* calls that succeed first, and that fail then */
	int error;
} faults[4];

static unsigned strokes;
static int with;

void fail(const char *call, unsigned after, unsigned times, int error)
{
	struct fault *fault = faults;

	while (fault->call)
		fault++;
	*fault = (struct fault){call, after, times, error};
}

unsigned failed(void)
{
	unsigned often = strokes;

	memset(faults, 0, sizeof(faults));
	strokes = 0;
	return often;
}

/* Whether this is a call that fails. */
static bool strikes(const char *call)
{
	struct fault *fault;

	for (fault = faults; fault->call && strcmp(fault->call, call) != 0;)
		fault++;
	if (!fault->call || !fault->left)
		return false;
	if (fault->before > 0) {
		fault->before--;
		return false;
	}
	fault->left--;
	strokes++;
	errno = with = fault->error;
	return true;
}

static int result(void)
{
	return with ? -1 : 0;
}

/* It has closed. */
int failing_close(int fd)
{
	int closed = close(fd);

	return strikes("close") ? result() : closed;
}

int failing_fcntl(int fd, int command, int argument, ...)
{
	return strikes("fcntl") ? result() : fcntl(fd, command, argument);
}

int failing_fdatasync(int fd)
{
	return strikes("fdatasync") ? result() : fdatasync(fd);
}

DIR *failing_fdopendir(int fd)
{
	return strikes("fdopendir") ? NULL : fdopendir(fd);
}

FILE *failing_fopen(const char *path, const char *how)
{
	return strikes("fopen") ? NULL : fopen(path, how);
}

int failing_fstat(int fd, struct stat *st)
{
	return strikes("fstat") ? result() : fstat(fd, st);
}

int failing_fstatat(int dir, const char *path, struct stat *st, int flags)
{
	return strikes("fstatat") ? result() : fstatat(dir, path, st, flags);
}

int failing_fsync(int fd)
{
	return strikes("fsync") ? result() : fsync(fd);
}

int failing_ftruncate(int fd, off_t size)
{
	return strikes("ftruncate") ? result() : ftruncate(fd, size);
}

int failing_open(const char *path, int flags)
{
	return strikes("open") ? result() : open(path, flags | O_CLOEXEC);
}

ssize_t failing_pread(int fd, void *data, size_t size, off_t offset)
{
	return strikes("pread") ? result() : pread(fd, data, size, offset);
}

ssize_t failing_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	return strikes("pwrite") ? result() : pwrite(fd, data, size, offset);
}

int failing_renameat(int from, const char *old, int to, const char *new)
{
	return strikes("renameat") ? result() : renameat(from, old, to, new);
}

char *failing_strndup(const char *text, size_t length)
{
	return strikes("strndup") ? NULL : strndup(text, length);
}

long failing_syscall(long number, int from, const char *old, int to, const char *new, int how)
{
	return strikes("syscall") ? result() : syscall(number, from, old, to, new, how);
}

ssize_t failing_write(int fd, const void *data, size_t size)
{
	return strikes("write") ? result() : write(fd, data, size);
}
