/* SPDX-License-Identifier: ISC */
#include <bsd/libutil.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Whoever holds a file that is empty yet gets so many times so long to fill it. */
#define PATIENCE 20
#define MOMENT	 5000000L /* ns */

struct pidfh {
	int fd;
	char path[]; /* as it was given */
};

/* Whether the name still is that of the open file. */
static bool is_named(int fd, const char *path)
{
	struct stat file, name;

	return fstat(fd, &file) == 0 && stat(path, &name) == 0 && file.st_dev == name.st_dev &&
	       file.st_ino == name.st_ino;
}

static int fail(int fd, int error)
{
	close(fd);
	errno = error;
	return -1;
}

/* A locked, empty file. Its last holder may have removed it before we got the lock. */
static int open_locked(const char *path, mode_t mode)
{
	for (;;) {
		int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, mode);

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			return fail(fd, errno);
		if (!is_named(fd, path)) {
			close(fd);
			continue;
		}
		return ftruncate(fd, 0) < 0 ? fail(fd, errno) : fd;
	}
}

/* -1 if there is no number, and errno EAGAIN if the file is empty. */
static pid_t read_number(const char *path)
{
	char text[16], *end;
	ssize_t size;
	long number;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	size = read(fd, text, sizeof(text) - 1);
	if (size <= 0)
		return fail(fd, size == 0 ? EAGAIN : errno);
	close(fd);
	errno = EINVAL;
	text[size] = '\0';
	number = strtol(text, &end, 10);
	return end == text || *end || number <= 0 || number > INT_MAX ? -1 : (pid_t)number;
}

static pid_t wait_for_number(const char *path)
{
	const struct timespec moment = {.tv_nsec = MOMENT};
	unsigned left = PATIENCE;
	pid_t number;

	while ((number = read_number(path)) < 0 && errno == EAGAIN && --left > 0)
		nanosleep(&moment, NULL);
	return number;
}

struct pidfh *pidfile_open(const char *path, mode_t mode, pid_t *other)
{
	size_t size = strlen(path) + 1;
	struct pidfh *file = malloc(sizeof(*file) + size);

	if (!file)
		return NULL;
	memcpy(file->path, path, size);
	file->fd = open_locked(path, mode);
	if (file->fd >= 0)
		return file;
	if (errno == EWOULDBLOCK) {
		*other = wait_for_number(path);
		errno = EEXIST;
	}
	free(file);
	return NULL;
}

int pidfile_fileno(const struct pidfh *file)
{
	return file->fd;
}

int pidfile_write(struct pidfh *file)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%d", (int)getpid());

	if (ftruncate(file->fd, 0) < 0)
		return -1;
	return pwrite(file->fd, text, (size_t)size, 0) == size ? 0 : -1;
}

int pidfile_close(struct pidfh *file)
{
	int status = close(file->fd);

	free(file);
	return status;
}

int pidfile_remove(struct pidfh *file)
{
	int status = -1;

	if (is_named(file->fd, file->path))
		status = unlink(file->path);
	return pidfile_close(file) < 0 ? -1 : status;
}
