/* SPDX-License-Identifier: ISC */
#include "watch.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* How long a file goes unseen that cannot be watched. */
#define BLIND_MS 1000

/* There are no watches left (fs.inotify in sysctl), or none of this file system. */
static void go_blind(struct watch *w, const char *what)
{
	if (!w->blind)
		warn("cannot watch %s, so it is looked at every second", what);
	w->blind = true;
}

static void watch_directory(struct watch *w)
{
	char *copy = strdup(w->path);

	if (!copy)
		errc(STATUS_FAILED, ENOMEM, "cannot follow %s", w->path);
	if (inotify_add_watch(w->fd, dirname(copy),
		    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR) < 0)
		go_blind(w, "its directory");
	free(copy);
}

void watch_open(struct watch *w, const char *path)
{
	*w = (struct watch){.path = path, .file = -1};
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0)
		go_blind(w, path);
	else
		watch_directory(w);
}

void watch_close(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
}

void watch_file(struct watch *w, int fd)
{
	char path[32];

	if (w->fd < 0)
		return;
	if (w->file >= 0)
		inotify_rm_watch(w->fd, w->file);
	/* By its descriptor: the name may stand for another one by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	w->file = inotify_add_watch(w->fd, path, IN_MODIFY);
	if (w->file < 0)
		go_blind(w, w->path);
}

void watch_name(struct watch *w)
{
	if (w->fd >= 0 && inotify_add_watch(w->fd, w->path, IN_MODIFY) < 0 && errno != ENOENT)
		go_blind(w, w->path);
}

/* What happened is not asked: who has waited looks for himself. */
static void drain(int fd)
{
	char events[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

bool watch_wait(struct watch *w, bool look)
{
	int got;
	struct pollfd fds[] = {{.fd = STDOUT_FILENO}, {.fd = w->fd, .events = POLLIN}};

	while ((got = poll(fds, 2, w->blind || look ? BLIND_MS : -1)) < 0)
		if (errno != EINTR)
			err(STATUS_FAILED, "cannot wait for %s", w->path);
	w->idle = got == 0;
	if (w->fd >= 0)
		drain(w->fd);
	return !(fds[0].revents & (POLLERR | POLLHUP | POLLNVAL));
}
