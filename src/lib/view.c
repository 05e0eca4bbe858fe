/* SPDX-License-Identifier: ISC */
#include "view.h"

#include "macro.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A rename anywhere on the machine makes a lookup with ".." in it fail (openat2(2),
 * EAGAIN); never so often in a row. */
#define TRIES 100

static int open_link(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Where a link of /proc/PID leads; "" if that does not fit. */
static void read_link(pid_t pid, const char *name, char target[PATH_MAX])
{
	char path[64];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	size = readlink(path, target, PATH_MAX);
	target[size > 0 && size < PATH_MAX ? size : 0] = '\0';
}

/* Both links are seen from the same place, so that one begins with the other. */
static void find_inside(struct view *view, pid_t pid)
{
	char root[PATH_MAX];
	size_t size;

	read_link(pid, "root", root);
	read_link(pid, "cwd", view->inside);
	size = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (root[0] != '/' || strncmp(view->inside, root, size) != 0 ||
		(view->inside[size] != '/' && view->inside[size] != '\0'))
		view->inside[0] = '\0';
	else if (view->inside[size] == '\0')
		strcpy(view->inside, "/");
	else
		memmove(view->inside, view->inside + size, strlen(view->inside + size) + 1);
}

int view_open(struct view *view, pid_t pid)
{
	view->inside[0] = '\0';
	view->root = view->cwd = -1;
	view->root = open_link(pid, "root");
	if (view->root < 0)
		return view->root;
	view->cwd = open_link(pid, "cwd");
	if (view->cwd < 0)
		return view->cwd;
	find_inside(view, pid);
	return 0;
}

void view_close(const struct view *view)
{
	close_fd_at(&view->root);
	close_fd_at(&view->cwd);
}

static int find_in(int dir, const char *name, unsigned long long resolve)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC, .resolve = resolve | RESOLVE_NO_MAGICLINKS};
	long fd;
	int tries = 0;

	do
		fd = syscall(SYS_openat2, dir, name, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && ++tries < TRIES);
	return fd < 0 ? -errno : (int)fd;
}

static bool is_same(int one, int other)
{
	struct stat a, b;

	return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* By the directory's own name, should it be the same there. */
static int find_outside(const struct view *view, const char *name)
{
	size_t above = strlen(view->inside), size = strlen(name);
	char whole[2 * PATH_MAX];
	CLOSE_FD int dir = -1;

	if (!view->inside[0])
		return -EXDEV;
	dir = find_in(view->root, view->inside, RESOLVE_IN_ROOT);
	if (dir < 0)
		return dir;
	if (!is_same(dir, view->cwd))
		return -EXDEV;
	if (size >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(whole, view->inside, above);
	whole[above] = '/';
	memcpy(whole + above + 1, name, size + 1);
	return find_in(view->root, whole, RESOLVE_IN_ROOT);
}

int view_find(const struct view *view, const char *name)
{
	int fd;

	if (name[0] == '/')
		return find_in(view->root, name, RESOLVE_IN_ROOT);
	/* As long as it stays below, no root matters. */
	fd = find_in(view->cwd, name, RESOLVE_BENEATH);
	return fd == -EXDEV ? find_outside(view, name) : fd;
}
