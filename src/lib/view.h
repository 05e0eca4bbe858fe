/* SPDX-License-Identifier: ISC */
/* Files by the names that a process has for them: below its root, from its directory. */
#ifndef VIEW_H
#define VIEW_H

#include <limits.h>
#include <sys/types.h>

struct view {
	int root, cwd;	       /* O_PATH */
	char inside[PATH_MAX]; /* cwd's name below root; "": it has none */
};

/* Of a task that is stopped. Returns 0 or -errno; view_close() is for both. */
int view_open(struct view *view, pid_t pid);
void view_close(const struct view *view);

/*
 * Finds a file without opening it (O_PATH): nothing happens to it, whatever it is.
 * Returns a descriptor or -errno of openat2(2), of which -ELOOP: the name leads
 * through a link of /proc that is no name; -EXDEV: out of a directory that the
 * process's root does not hold.
 */
int view_find(const struct view *view, const char *name);

#endif
