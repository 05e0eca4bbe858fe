/* SPDX-License-Identifier: ISC */
#include "parts.h"

#include "logfile.h"
#include "stdfds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Names sort as their numbers for a million parts. */
#define DIGITS 6

/* The longest that stands behind FILE. */
#define ROOM sizeof(".4294967295.zst.tmp")

void parts_name(const struct parts *parts, unsigned number, const char *suffix, part_name name)
{
	snprintf(name, sizeof(part_name), "%s.%0*u%s", parts->name, DIGITS, number, suffix);
}

static int open_directory(const char *path, size_t length)
{
	char *directory = length ? strndup(path, length) : strdup(path[0] == '/' ? "/" : ".");
	int fd, copy;

	if (!directory)
		return -ENOMEM;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == EACCES) /* it may be searched, but not read */
		fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	copy = fd < 0 ? -errno : stdfds_duplicate(fd);
	if (fd >= 0)
		close(fd);
	free(directory);
	return copy;
}

int parts_open(struct parts *parts, const char *path)
{
	const char *slash = strrchr(path, '/');

	*parts = (struct parts){
		.dir = open_directory(path, slash ? (size_t)(slash - path) : 0),
		.name = slash ? slash + 1 : path,
		.first = 1,
	};
	return parts->dir < 0 ? parts->dir : 0;
}

void parts_close(struct parts *parts)
{
	if (parts->dir >= 0)
		close(parts->dir);
	parts->dir = -1;
}

/* The number in the name of a finished part, and what stands behind it; 0: it is
 * the name of something else. */
static unsigned number_of(const struct parts *parts, const char *name, const char **suffix)
{
	size_t length = strlen(parts->name), digits;
	unsigned long number;

	if (strncmp(name, parts->name, length) != 0 || name[length] != '.')
		return 0;
	name += length + 1;
	digits = strspn(name, "0123456789");
	if (digits < DIGITS || (digits > DIGITS && name[0] == '0'))
		return 0;
	*suffix = name + digits;
	errno = 0;
	number = strtoul(name, NULL, 10);
	return errno || number >= UINT_MAX ? 0 : (unsigned)number;
}

static bool is_empty(const struct parts *parts, const char *name)
{
	struct stat st;

	return fstatat(parts->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       st.st_size == 0;
}

static void look_at(struct parts *parts, const char *name)
{
	const char *suffix = "";
	unsigned number = number_of(parts, name, &suffix);

	if (number == 0)
		return;
	if (strcmp(suffix, ".tmp") == 0 || strcmp(suffix, ".zst.tmp") == 0 ||
		(suffix[0] == '\0' && is_empty(parts, name))) {
		unlinkat(parts->dir, name, 0);
	} else if (suffix[0] == '\0' || strcmp(suffix, ".zst") == 0) {
		if (parts->last < parts->first || number < parts->first)
			parts->first = number;
		if (number > parts->last)
			parts->last = number;
	}
}

int parts_scan(struct parts *parts)
{
	int fd = openat(parts->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir)))
		look_at(parts, entry->d_name);
	closedir(dir);
	if (parts->last < parts->first)
		parts->first = parts->last + 1;
	return strlen(parts->name) + ROOM > sizeof(part_name) ? -ENAMETOOLONG : 0;
}

bool parts_are_ours(const struct parts *parts)
{
	struct stat st;

	return fstat(parts->dir, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & S_IWUSR) &&
	       (st.st_mode & S_IXUSR);
}

bool parts_is_current(const struct parts *parts, int fd)
{
	struct stat file, name;

	return fstat(fd, &file) == 0 && fstatat(parts->dir, parts->name, &name, 0) == 0 &&
	       file.st_dev == name.st_dev && file.st_ino == name.st_ino;
}

static bool exists(const struct parts *parts, unsigned number, const char *suffix)
{
	part_name name;
	struct stat st;

	parts_name(parts, number, suffix, name);
	return fstatat(parts->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int parts_create(struct parts *parts)
{
	part_name name;
	int fd;

	for (;;) {
		while (exists(parts, parts->last + 1, ".zst"))
			parts->last++;
		parts_name(parts, parts->last + 1, "", name);
		fd = openat(parts->dir, name,
			O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
		if (fd >= 0 || errno != EEXIST)
			break;
		parts->last++;
	}
	if (fd < 0)
		return -errno;
	logfile_lock(fd);
	return fd;
}

void parts_discard(const struct parts *parts)
{
	part_name name;

	parts_name(parts, parts->last + 1, "", name);
	unlinkat(parts->dir, name, 0);
}

/* Where a file system cannot exchange names, there is no FILE for a moment. If it does
 * not get the name back either, it is a finished part. */
static int swap_in_steps(struct parts *parts, const char *finished)
{
	part_name between;
	int error;

	parts_name(parts, parts->last + 1, ".tmp", between);
	if (renameat(parts->dir, finished, parts->dir, between) < 0)
		return -errno;
	error = renameat(parts->dir, parts->name, parts->dir, finished) < 0 ? -errno : 0;
	if (!error && renameat(parts->dir, between, parts->dir, parts->name) < 0) {
		error = -errno;
		if (renameat(parts->dir, finished, parts->dir, parts->name) < 0)
			parts->last++;
	}
	if (error)
		unlinkat(parts->dir, between, 0);
	return error;
}

int parts_swap(struct parts *parts)
{
	part_name finished;
	int error = 0;

	parts_name(parts, parts->last + 1, "", finished);
	/* musl 1.2.3 has no renameat2(2). */
	if (syscall(SYS_renameat2, parts->dir, finished, parts->dir, parts->name, RENAME_EXCHANGE) <
		0)
		error = -errno;
	if (error == -EINVAL || error == -ENOSYS)
		error = swap_in_steps(parts, finished);
	if (!error)
		parts->last++;
	return error;
}

unsigned parts_first(const struct parts *parts, unsigned keep)
{
	return keep && parts->last - parts->first + 1 > keep ? parts->last - keep + 1
							     : parts->first;
}

void parts_prune(struct parts *parts, unsigned first)
{
	part_name name;

	for (; parts->first < first; parts->first++) {
		parts_name(parts, parts->first, "", name);
		unlinkat(parts->dir, name, 0);
		parts_name(parts, parts->first, ".zst", name);
		unlinkat(parts->dir, name, 0);
	}
}

int parts_sync(const struct parts *parts)
{
	return fsync(parts->dir) == 0 || errno == EBADF || errno == EINVAL ? 0 : -errno;
}
