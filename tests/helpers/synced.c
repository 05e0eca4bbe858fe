/* SPDX-License-Identifier: ISC */
/*
 * Preloaded, writes to the file $SYNCED one line for each write to a regular file
 * and each sync of one:
 *
 *	write|sync INODE SIZE
 *
 * with the size that the file had then. What was not synced may be gone after a
 * power cut. With SYNCED_FAIL the call of fdatasync with that number, and all that
 * follow, fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void tell(const char *what, int fd)
{
	const char *path = getenv("SYNCED");
	int saved = errno, out, size;
	char line[80];
	struct stat st;

	if (path && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		size = snprintf(line, sizeof(line), "%s %ju %jd\n", what, (uintmax_t)st.st_ino,
			(intmax_t)st.st_size);
		if (out < 0 || syscall(SYS_write, out, line, size) != size)
			abort();
		close(out);
	}
	errno = saved;
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t n = syscall(SYS_write, fd, data, size);

	if (n > 0)
		tell("write", fd);
	return n;
}

/* The size is that of before: nobody else's later write counts. */
int fdatasync(int fd)
{
	const char *limit = getenv("SYNCED_FAIL");
	static int calls;

	if (limit && ++calls >= atoi(limit)) {
		errno = EIO;
		return -1;
	}
	tell("sync", fd);
	return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	tell("sync", fd);
	return (int)syscall(SYS_fsync, fd);
}
