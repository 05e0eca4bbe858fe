/* SPDX-License-Identifier: ISC */
#include "privilege.h"

#include "macro.h"
#include "proc.h"

#include <endian.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

bool privilege_is_taken(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {0};

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return false;
	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	return !(data[CAP_SYS_PTRACE / 32].effective & (1U << CAP_SYS_PTRACE % 32));
}

/* The capabilities that a file gives (linux/capability.h, vfs_cap_data); bit n
 * for capability n. */
static uint64_t file_capabilities(const char *exe)
{
	struct vfs_ns_cap_data data = {0};
	ssize_t size = getxattr(exe, "security.capability", &data, sizeof(data));

	if (size < (ssize_t)XATTR_CAPS_SZ_2)
		return 0;
	return (uint64_t)le32toh(data.data[1].permitted) << 32 | le32toh(data.data[0].permitted);
}

bool privilege_is_apart(pid_t pid)
{
	struct stat ours, its;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	return stat("/proc/self/ns/user", &ours) < 0 || stat(path, &its) < 0 ||
	       ours.st_ino != its.st_ino || ours.st_dev != its.st_dev;
}

static bool is_on_nosuid(const char *exe)
{
	struct statvfs fs;

	return statvfs(exe, &fs) < 0 || (fs.f_flag & ST_NOSUID);
}

/* The device that was asked about last, if it is not served. */
static dev_t harmless;

static bool names_fuse(const char *mounts, dev_t dev)
{
	unsigned first, second;
	const char *line, *type;

	for (line = mounts; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (sscanf(line, "%*d %*d %u:%u", &first, &second) != 2 || first != major(dev) ||
			second != minor(dev))
			continue;
		type = strstr(line, " - ");
		return type && strncmp(type, " - fuse", 7) == 0;
	}
	return false;
}

/*
 * Whether the file is of a file system that a process serves (FUSE): to ask for more
 * than the kernel knows is to wait for that, and if it is a tracee it may wait for us.
 * They have no device's number.
 */
static bool is_served(pid_t pid, dev_t dev)
{
	struct buf mounts = {0};
	bool served = true;

	if (major(dev) != 0 || dev == harmless)
		return false;
	if (proc_file(pid, "mountinfo", &mounts) == 0) {
		buf_char(&mounts, '\0');
		served = mounts.error || names_fuse(mounts.data, dev);
	}
	buf_free(&mounts);
	if (!served)
		harmless = dev;
	return served;
}

bool privilege_was_lost(pid_t pid, const struct stat *exe, bool no_new_privs)
{
	bool set_gid = (exe->st_mode & S_ISGID) && (exe->st_mode & S_IXGRP);
	struct proc_status status;
	uint64_t capabilities;
	char path[32];

	if (is_served(pid, exe->st_dev))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	capabilities = file_capabilities(path);
	if (!capabilities && !set_gid && !(exe->st_mode & S_ISUID))
		return false;
	if (proc_status(pid, &status) < 0)
		return false;
	capabilities &= status.cap_bounding & ~status.cap_permitted;
	set_gid = set_gid && exe->st_gid != status.egid;
	if (!capabilities && !set_gid && !((exe->st_mode & S_ISUID) && exe->st_uid != status.euid))
		return false;
	return (no_new_privs || !status.no_new_privs) && !privilege_is_apart(pid) &&
	       !is_on_nosuid(path);
}
