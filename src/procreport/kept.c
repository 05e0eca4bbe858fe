/* SPDX-License-Identifier: ISC */
#include "kept.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

/* Those that end a program in the middle of a long load; not where they are ignored. */
static void catch_signals(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signal(signals[i], discard_and_end) == SIG_IGN)
			signal(signals[i], SIG_IGN);
}

static _Noreturn void is_there(const char *path)
{
	errx(STATUS_FAILED, "%s exists already; remove it, or name another file", path);
}

const char *kept_new(const char *path)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	int fd;

	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		is_there(path);
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
	catch_signals();
	if (atexit(discard) != 0)
		errx(STATUS_FAILED, "cannot write %s", path);
	return temporary;
}

/* It is on the disk before its name is. */
static int synced(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), status = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return status;
}

void kept_finish(const char *path)
{
	char *name = temporary;

	if (synced(temporary) != 0)
		err(STATUS_FAILED, "cannot write %s", path);
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) != 0) {
		/* Not all file systems can; there the first name goes afterwards. */
		if (link(temporary, path) != 0) {
			if (errno == EEXIST)
				is_there(path);
			err(STATUS_FAILED, "cannot write %s", path);
		}
		discard();
	}
	temporary = NULL; /* before it is gone: a signal looks at it */
	free(name);
}
