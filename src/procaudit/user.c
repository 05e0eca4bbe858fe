/* SPDX-License-Identifier: ISC */
#include "user.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* (uid_t)-1 and (gid_t)-1 mean "leave it" (setresuid(2)). */
#define ID_MAX ((long long)(uid_t)-2)

/* A number in decimal digits alone. */
static bool parse_id(const char *text, unsigned *id)
{
	const char *error;

	if (text[strspn(text, "0123456789")] != '\0')
		return false;
	*id = (unsigned)strtonum(text, 0, ID_MAX, &error);
	return !error;
}

/* What errno says of a name that was not found: the C libraries do not agree
 * (getpwnam(3), ERRORS). */
static bool is_failure(int error)
{
	return error != 0 && error != ENOENT && error != ESRCH && error != EBADF &&
	       error != EPERM && error != EINVAL;
}

static bool say_unknown(const char *what, const char *name)
{
	if (is_failure(errno))
		warn("--user: cannot look up the %s '%s'", what, name);
	else
		warnx("--user: there is no %s '%s'", what, name);
	return false;
}

/* *entry: NULL for a number that has none. */
static bool find_user(const char *name, uid_t *uid, const struct passwd **entry)
{
	errno = 0;
	*entry = getpwnam(name);
	if (!*entry && !is_failure(errno) && parse_id(name, uid)) {
		errno = 0;
		*entry = getpwuid(*uid);
		if (!*entry && !is_failure(errno))
			return true;
	}
	if (!*entry)
		return say_unknown("user", name);
	*uid = (*entry)->pw_uid;
	return true;
}

static bool find_group(const char *name, gid_t *gid)
{
	const struct group *entry;

	errno = 0;
	entry = getgrnam(name);
	if (entry)
		*gid = entry->gr_gid;
	else if (is_failure(errno) || !parse_id(name, gid))
		return say_unknown("group", name);
	return true;
}

/* All groups that the user is in. */
static bool find_groups(struct user *user, const struct passwd *entry)
{
	gid_t *groups = NULL;
	int count = 0;

	while (getgrouplist(entry->pw_name, entry->pw_gid, groups, &count) < 0) {
		gid_t *more = reallocarray(groups, (size_t)count, sizeof(*groups));

		if (!more) {
			free(groups);
			warn("--user: cannot look up the groups of '%s'", entry->pw_name);
			return false;
		}
		groups = more;
	}
	user->ids.gid = entry->pw_gid;
	user->ids.groups = groups;
	user->ids.group_count = (size_t)count;
	return true;
}

static bool take_group(struct user *user, const char *name)
{
	gid_t *group = malloc(sizeof(*group));

	if (!group || !find_group(name, group)) {
		if (!group)
			warn("--user: cannot look up the group '%s'", name);
		free(group);
		return false;
	}
	user->ids.gid = *group;
	user->ids.groups = group;
	user->ids.group_count = 1;
	return true;
}

/* As runuser(1) without a login shell does: the superuser's name is not set. */
static bool set_environment(const struct passwd *entry)
{
	int error;

	if (!entry)
		error = setenv("HOME", "/", 1) | unsetenv("USER") | unsetenv("LOGNAME");
	else
		error = setenv("HOME", *entry->pw_dir ? entry->pw_dir : "/", 1);
	if (entry && entry->pw_uid != 0)
		error |= setenv("USER", entry->pw_name, 1) | setenv("LOGNAME", entry->pw_name, 1);
	if (error)
		warn("--user: cannot set the environment");
	return !error;
}

/* Whether we may trace what belongs to others; by that set-user-ID programs
 * keep their effect, too. */
static bool may_trace_all(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {0};

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[0].effective & (1U << CAP_SYS_PTRACE)) != 0;
}

static bool may_be_asked(void)
{
	if (geteuid() != 0) {
		warnx("--user: only root can run a command as another user");
		return false;
	}
	if (!may_trace_all()) {
		warnx("--user: root lacks CAP_SYS_PTRACE here; allow it for this container "
		      "(docker run --cap-add=SYS_PTRACE)");
		return false;
	}
	return true;
}

static bool look_up(struct user *user, const char *name, const char *group)
{
	const struct passwd *entry;

	if (!find_user(name, &user->ids.uid, &entry))
		return false;
	if (!entry && !group) {
		warnx("--user: user %s has no entry that names its group: give USER:GROUP", name);
		return false;
	}
	if (!(group ? take_group(user, group) : find_groups(user, entry)))
		return false;
	return set_environment(entry);
}

bool user_find(struct user *user, const char *text)
{
	char *name = strdup(text), *colon;
	bool ok;

	if (!name) {
		warn("--user: cannot look up '%s'", text);
		return false;
	}
	colon = strchr(name, ':');
	if (colon)
		*colon = '\0';
	ok = may_be_asked() && look_up(user, name, colon ? colon + 1 : NULL);
	free(name);
	return ok;
}

void user_free(struct user *user)
{
	free((gid_t *)(uintptr_t)user->ids.groups);
}
