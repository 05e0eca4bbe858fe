/* SPDX-License-Identifier: ISC */
#include "stdfds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

/* Low numbers are left to the command's habits: `exec 3>file` and the like. */
#define LOWEST 10

static bool was_closed[3];

int stdfds_fill(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		was_closed[fd] = true;
		if (open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
			return -errno;
	}
	return 0;
}

bool stdfds_was_closed(int fd)
{
	return was_closed[fd];
}

int stdfds_duplicate(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, LOWEST);

	if (copy < 0 && (errno == EINVAL || errno == EMFILE)) /* ulimit -n below LOWEST */
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return copy < 0 ? -errno : copy;
}

bool stdfds_can_say(void)
{
	struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) > 0;
}

/* Something must stay there: what is opened later would get the messages. */
static void release(int count)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), fd;

	if (null < 0)
		null = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (fd = 0; fd < count; fd++) {
		if (null < 0 || dup3(null, fd, O_CLOEXEC) < 0)
			close(fd);
	}
	if (null >= 3)
		close(null);
}

void stdfds_release(void)
{
	release(2);
}

/* Like syslog(3), but it never waits, and knows nothing of priorities. */
static int open_syslog(void)
{
	static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void stdfds_release_all(void)
{
	int syslog;

	release(3);
	syslog = open_syslog();
	if (syslog < 0)
		return;
	dup3(syslog, STDERR_FILENO, O_CLOEXEC);
	close(syslog);
}
