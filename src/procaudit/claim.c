/* SPDX-License-Identifier: ISC */
#include "claim.h"

#include "rights.h"
#include "status.h"

#include <bsd/err.h>
#include <bsd/libutil.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who can open the file can lock it, too, and keep everybody else from it. */
#define MODE 0600

static struct pidfh *held;
static char *path;
static pid_t owner;

/* The name is needed at the end, when the working directory is another one. */
static char *absolute(const char *name)
{
	char *directory = name[0] == '/' ? NULL : getcwd(NULL, 0), *whole = NULL;

	if (asprintf(&whole, "%s%s%s", directory ? directory : "", directory ? "/" : "", name) < 0)
		whole = NULL;
	free(directory);
	return whole;
}

static void let_go(void)
{
	held = NULL;
	free(path);
	path = NULL;
}

/* Whether nobody has given the name to another file. */
static bool is_named(void)
{
	struct stat file, name;

	return fstat(pidfile_fileno(held), &file) == 0 && path && lstat(path, &name) == 0 &&
	       file.st_dev == name.st_dev && file.st_ino == name.st_ino;
}

int claim_make(const struct options *options)
{
	bool attaches = options->pids;
	pid_t other = -1;

	if (!options->pidfile)
		return 0;
	path = absolute(options->pidfile);
	if (path)
		held = pidfile_open(path, MODE, &other);
	if (held) /* libbsd 0.11.7 does not, whatever pidfile(3bsd) says */
		fcntl(pidfile_fileno(held), F_SETFD, FD_CLOEXEC);
	if (!held && errno == EEXIST) {
		if (other > 0)
			warnx("process %d holds the pidfile %s and is alive: end it first", other,
				options->pidfile);
		else
			warnx("another process holds the pidfile %s and is alive: end it first",
				options->pidfile);
		let_go();
		return attaches ? STATUS_ERROR : STATUS_FAILED;
	}
	owner = getpid();
	if (held && pidfile_write(held) == 0)
		return 0;
	warn("cannot write the pidfile %s", options->pidfile);
	claim_drop();
	return attaches ? STATUS_NOT_CONFIGURED : STATUS_FAILED;
}

unsigned claim_needs(void)
{
	char *slash = path ? strrchr(path, '/') : NULL;
	struct stat st;
	bool ours;

	if (!held || getpid() != owner || !slash)
		return 0;
	*slash = '\0';
	ours = stat(slash == path ? "/" : path, &st) == 0 && st.st_uid == geteuid() &&
	       (st.st_mode & S_IWUSR);
	*slash = '/';
	return ours ? 0 : RIGHTS_FILES;
}

void claim_drop(void)
{
	if (held && getpid() == owner && is_named())
		pidfile_remove(held);
	else if (held)
		pidfile_close(held);
	let_go();
}
