/* SPDX-License-Identifier: ISC */
#include "kept.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *temporary; /* NULL: there is none, or no longer */

static void discard(void)
{
	if (temporary)
		unlink(temporary);
}

static void discard_and_end(int signo)
{
	discard();
	signal(signo, SIG_DFL);
	raise(signo);
}

/* Those that end a program in the middle of a long load; not where they are ignored.
 * A file that may not grow is told of as a disk that is full is. */
static void catch_signals(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
	size_t i;

	signal(SIGXFSZ, SIG_IGN);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signal(signals[i], discard_and_end) == SIG_IGN)
			signal(signals[i], SIG_IGN);
}

static _Noreturn void is_there(const char *path)
{
	errx(STATUS_FAILED, "%s exists already; remove it, or name another file", path);
}

static void discard_at_end(const char *path)
{
	static bool done;

	if (done)
		return;
	catch_signals();
	if (atexit(discard) != 0)
		errx(STATUS_FAILED, "cannot write %s", path);
	done = true;
}

const char *kept_beside(const char *path)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	int fd;

	discard_at_end(path);
	temporary = malloc(size);
	if (!temporary)
		errc(STATUS_FAILED, ENOMEM, "cannot write %s", path);
	snprintf(temporary, size, "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		free(temporary);
		temporary = NULL;
		err(STATUS_FAILED, "cannot write %s", path);
	}
	close(fd);
	return temporary;
}

const char *kept_new(const char *path)
{
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		is_there(path);
	return kept_beside(path);
}

/* It is on the disk before its name is. */
static void sync_it(const char *path)
{
	int fd = open(temporary, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		err(STATUS_FAILED, "cannot write %s", path);
	close(fd);
}

/* Before its name is gone: a signal looks at it. */
static void forget(void)
{
	char *name = temporary;

	temporary = NULL;
	free(name);
}

void kept_finish(const char *path)
{
	sync_it(path);
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) != 0) {
		/* Not all file systems can; there the first name goes afterwards. */
		if (link(temporary, path) != 0) {
			if (errno == EEXIST)
				is_there(path);
			err(STATUS_FAILED, "cannot write %s", path);
		}
		discard();
	}
	forget();
}

void kept_replace(const char *path)
{
	sync_it(path);
	if (rename(temporary, path) != 0)
		err(STATUS_FAILED, "cannot write %s", path);
	forget();
}
