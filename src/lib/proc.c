/* SPDX-License-Identifier: ISC */
#include "proc.h"

#include "macro.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

bool proc_is_ours(void)
{
	char link[16], self[16];
	ssize_t size = readlink("/proc/self", link, sizeof(link) - 1);

	if (size <= 0)
		return false;
	link[size] = '\0';
	snprintf(self, sizeof(self), "%d", getpid());
	return strcmp(link, self) == 0;
}

static int open_file(pid_t id, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", id, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Reads a small file whole. Returns its size or -errno. */
static ssize_t read_small(pid_t id, const char *name, char *text, size_t size)
{
	CLOSE_FD int fd = open_file(id, name);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, text, size - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return n;
}

/* What stands behind "\nkey:" in text; "" if it is not there. */
static const char *field(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	return found ? found + strlen(key) : "";
}

/* The first two of the four ids. */
static void get_ids(const char *ids, unsigned *real, unsigned *effective)
{
	char *end;

	*real = (unsigned)strtoul(ids, &end, 10);
	*effective = (unsigned)strtoul(end, NULL, 10);
}

static void parse_status(const char *text, struct proc_status *status)
{
	const char *ids;

	*status = (struct proc_status){
		.state = *(field(text, "\nState:\t")),
		.tgid = (pid_t)strtol(field(text, "\nTgid:"), NULL, 10),
		.ppid = (pid_t)strtol(field(text, "\nPPid:"), NULL, 10),
		.tracer = (pid_t)strtol(field(text, "\nTracerPid:"), NULL, 10),
		.pending = strtoull(field(text, "\nSigPnd:"), NULL, 16) |
			   strtoull(field(text, "\nShdPnd:"), NULL, 16),
		.blocked = strtoull(field(text, "\nSigBlk:"), NULL, 16),
		.ignored = strtoull(field(text, "\nSigIgn:"), NULL, 16),
		.caught = strtoull(field(text, "\nSigCgt:"), NULL, 16),
		.cap_permitted = strtoull(field(text, "\nCapPrm:"), NULL, 16),
		.cap_bounding = strtoull(field(text, "\nCapBnd:"), NULL, 16),
		.no_new_privs = strtol(field(text, "\nNoNewPrivs:"), NULL, 10) == 1,
		.sleeps = strtoull(field(text, "\nvoluntary_ctxt_switches:"), NULL, 10),
	};
	get_ids(field(text, "\nUid:"), &status->uid, &status->euid);
	get_ids(field(text, "\nGid:"), &status->gid, &status->egid);
	/* NSpid: ours, then each namespace further in. */
	for (ids = field(text, "\nNSpid:"); *ids == '\t'; ids += strcspn(ids, "\t\n"))
		status->ns_pid = (pid_t)strtol(++ids, NULL, 10);
}

/* Of any size: who is in hundreds of groups. */
static int long_status(pid_t id, struct proc_status *status)
{
	struct buf text = {0};
	int error = proc_file(id, "status", &text);

	buf_char(&text, '\0');
	if (error == 0)
		error = text.error;
	if (error == 0)
		parse_status(text.data, status);
	buf_free(&text);
	return error;
}

int proc_status(pid_t id, struct proc_status *status)
{
	char text[8192];
	ssize_t n = read_small(id, "status", text, sizeof(text));

	if (n < 0)
		return (int)n;
	if ((size_t)n == sizeof(text) - 1)
		return long_status(id, status);
	parse_status(text, status);
	return 0;
}

/* pid (comm) state ppid ...: comm may hold anything, so look from its end. */
int proc_stat(pid_t id, struct proc_stat *stat)
{
	char text[1024];
	ssize_t n = read_small(id, "stat", text, sizeof(text));
	const char *end;

	if (n < 0)
		return (int)n;
	*stat = (struct proc_stat){0};
	end = strrchr(text, ')');
	if (!end || sscanf(end + 1,
			    " %c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			    "%*d %*d %" SCNu64,
			    &stat->state, &stat->ppid, &stat->flags, &stat->start_ticks) != 4)
		return -ESRCH;
	return 0;
}

/* struct pidfd_info of linux/pidfd.h, first version (Linux 6.13), which this
 * system's headers may not have yet. */
struct pidfd_info_v0 {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ids[8];
	int32_t spare;
};
#define PIDFD_GET_INFO_V0 _IOWR(0xff, 11, struct pidfd_info_v0)

/* A third of the cost of /proc/PID/stat. Returns -1 where it does not exist. */
static pid_t ppid_of_pidfd(pid_t pid)
{
	struct pidfd_info_v0 info = {.mask = 1};
	CLOSE_FD int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	/* The number is too large for the int that musl's ioctl takes. */
	if (fd < 0 || syscall(SYS_ioctl, fd, PIDFD_GET_INFO_V0, &info) < 0)
		return -1;
	return (pid_t)info.ppid;
}

pid_t proc_ppid(pid_t pid)
{
	static bool no_pidfd_info;
	char text[512];
	const char *end;
	pid_t ppid;

	if (!no_pidfd_info) {
		ppid = ppid_of_pidfd(pid);
		if (ppid >= 0)
			return ppid;
		no_pidfd_info = errno == ENOTTY || errno == EINVAL || errno == ENOSYS;
	}
	/* pid (comm) state ppid: comm may hold anything, so look from its end. */
	if (read_small(pid, "stat", text, sizeof(text)) < 0)
		return 0;
	end = strrchr(text, ')');
	if (!end || strlen(end) < 4)
		return 0;
	return (pid_t)strtol(end + 4, NULL, 10);
}

void proc_link(pid_t id, const char *name, char *buffer, size_t size, struct procaudit_string *out)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", id, name);
	n = readlink(path, buffer, size);
	if (n < 0)
		*out = (struct procaudit_string){.error = errno};
	else
		*out = (struct procaudit_string){.data = buffer, .size = (size_t)n};
}

/* struct statx of linux/stat.h, which musl 1.2.3 does not have and whose header does
 * not go with its own. */
struct statx_v0 {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, spare;
	uint64_t ino, size, blocks, attributes_mask;
	struct {
		int64_t sec;
		uint32_t nsec, spare;
	} times[4];
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t rest[14];
};
#define STATX_DONT_SYNC 0x4000
#define STATX_WANTED	0x11b /* type, mode, uid, gid, ino */

/* Who is asked by stat(2) may be a tracee that waits for us: one that serves a file
 * system (FUSE). What the kernel knows of a file that runs is enough. */
bool proc_exe_stat(pid_t id, struct stat *st)
{
	struct statx_v0 found;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", id);
	if (syscall(SYS_statx, AT_FDCWD, path, STATX_DONT_SYNC, STATX_WANTED, &found) < 0)
		return false;
	*st = (struct stat){
		.st_dev = makedev(found.dev_major, found.dev_minor),
		.st_ino = found.ino,
		.st_mode = found.mode,
		.st_uid = found.uid,
		.st_gid = found.gid,
	};
	return true;
}

int proc_file(pid_t id, const char *name, struct buf *out)
{
	CLOSE_FD int fd = open_file(id, name);

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n;

		if (!buf_reserve(out, 16384))
			return out->error;
		n = read(fd, out->data + out->size, out->cap - out->size);
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		out->size += (size_t)n;
	}
}

int proc_cmdline(pid_t id, struct buf *out)
{
	buf_truncate(out, 0);
	return proc_file(id, "cmdline", out);
}

int proc_environ(pid_t id, struct buf *out)
{
	return proc_file(id, "environ", out);
}

int proc_each(const char *directory, bool (*visit)(void *context, pid_t id), void *context)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	bool more = true;

	if (!dir)
		return -errno;
	while (more && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			more = visit(context, (pid_t)strtol(entry->d_name, NULL, 10));
	closedir(dir);
	return 0;
}

bool proc_exists(pid_t id)
{
	return kill(id, 0) == 0 || errno == EPERM;
}

struct search {
	pid_t tracer;
	bool found;
};

static bool look_at_task(void *context, pid_t tid)
{
	struct search *search = context;
	struct proc_status status;

	search->found = proc_status(tid, &status) == 0 && status.tracer == search->tracer;
	return !search->found;
}

static bool look_at_process(void *context, pid_t pid)
{
	struct search *search = context;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	proc_each(path, look_at_task, search);
	return !search->found;
}

bool proc_traces_any(pid_t pid)
{
	struct search search = {.tracer = pid};

	proc_each("/proc", look_at_process, &search);
	return search.found;
}
