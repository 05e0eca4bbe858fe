/* SPDX-License-Identifier: ISC */
#include "guise.h"

#include "macro.h"
#include "privilege.h"
#include "proc.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libc's wrapper changes all threads; this is for one (nptl(7)). */
#ifdef SYS_setgroups32
#define SYS_THREAD_SETGROUPS SYS_setgroups32
#else
#define SYS_THREAD_SETGROUPS SYS_setgroups
#endif

/* What the task is. */
struct model {
	uid_t uid;
	gid_t gid;
	struct buf groups;
	uint64_t capabilities; /* bit n for capability n */
};

static const char *field(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	return found ? found + strlen(key) : NULL;
}

/* The last of the four: real, effective, saved, for files. */
static uint32_t file_id(const char *ids)
{
	unsigned long id = 0;
	char *end;
	int i;

	for (i = 0; i < 4; i++, ids = end)
		id = strtoul(ids, &end, 10);
	return (uint32_t)id;
}

static void read_groups(const char *text, struct buf *groups)
{
	char *end;

	for (; *text != '\n' && *text; text = end) {
		gid_t group = (gid_t)strtoul(text, &end, 10);

		if (end == text)
			return;
		buf_add(groups, &group, sizeof(group));
		while (*end == ' ')
			end++;
	}
}

static int parse(struct model *model, const char *status)
{
	const char *uid = field(status, "\nUid:\t"), *gid = field(status, "\nGid:\t");
	const char *groups = field(status, "\nGroups:\t");
	const char *capabilities = field(status, "\nCapEff:\t");

	if (!uid || !gid || !groups || !capabilities)
		return -EPERM;
	model->uid = file_id(uid);
	model->gid = file_id(gid);
	read_groups(groups, &model->groups);
	model->capabilities = strtoull(capabilities, NULL, 16);
	return model->groups.error;
}

static int look_at(struct model *model, pid_t pid)
{
	struct buf status = {0};
	int error = proc_file(pid, "status", &status);

	buf_char(&status, '\0');
	if (!error)
		error = status.error;
	if (!error)
		error = parse(model, status.data);
	buf_free(&status);
	if (!error && privilege_is_apart(pid))
		model->capabilities = 0;
	return error;
}

/* --- Ourselves --------------------------------------------------------------- */

/* An id that nobody has changes nothing, and the old one is told. */
static uid_t file_uid(void)
{
	return (uid_t)setfsuid((uid_t)-1);
}

static gid_t file_gid(void)
{
	return (gid_t)setfsgid((gid_t)-1);
}

static int read_own_groups(struct buf *groups)
{
	int count = getgroups(0, NULL);

	buf_truncate(groups, 0);
	if (count < 0 || !buf_reserve(groups, ((size_t)count + 1) * sizeof(gid_t)))
		return -ENOMEM;
	count = getgroups(count, (gid_t *)(void *)groups->data);
	if (count < 0)
		return -errno;
	groups->size = (size_t)count * sizeof(gid_t);
	return 0;
}

static bool set_groups(const struct buf *groups)
{
	return syscall(SYS_THREAD_SETGROUPS, groups->size / sizeof(gid_t), groups->data) == 0;
}

static bool get_capabilities(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};

	return syscall(SYS_capget, &header, data) == 0;
}

static bool set_capabilities(const struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};

	return syscall(SYS_capset, &header, data) == 0;
}

/* New ids take both away (Linux kernel/cred.c, commit_creds): we could be traced, as far
 * as fs.suid_dumpable says, and would outlive our parent. */
static void note_bonds(struct guise *guise)
{
	guise->dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	guise->death_signal = 0;
	prctl(PR_GET_PDEATHSIG, &guise->death_signal, 0, 0, 0);
	guise->parent = getppid();
}

static void restore_bonds(const struct guise *guise)
{
	prctl(PR_SET_DUMPABLE, guise->dumpable == 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, guise->death_signal, 0, 0, 0);
	if (guise->death_signal && getppid() != guise->parent)
		kill(getpid(), guise->death_signal);
}

/* --- On and off -------------------------------------------------------------- */

static bool is_ours(const struct guise *guise, const struct model *model)
{
	return guise->uid == model->uid && guise->gid == model->gid &&
	       guise->groups.size == model->groups.size &&
	       (!model->groups.size ||
		       memcmp(guise->groups.data, model->groups.data, model->groups.size) == 0);
}

static int become(struct guise *guise, const struct model *model)
{
	if (is_ours(guise, model))
		return 0;
	/* The kernel gives them back no earlier than all is as it was. */
	guise->others = true;
	if (!set_groups(&model->groups))
		return -EPERM;
	setfsgid(model->gid);
	setfsuid(model->uid);
	return file_uid() == model->uid && file_gid() == model->gid ? 0 : -EPERM;
}

/* Of another user's, the kernel has taken some away by itself. */
static int lessen(struct guise *guise, uint64_t others)
{
	struct __user_cap_data_struct data[2];
	int i;

	if (!get_capabilities(data))
		return -EPERM;
	for (i = 0; i < 2; i++) {
		uint32_t left = data[i].effective & (uint32_t)(others >> 32 * i);

		guise->fewer |= left != data[i].effective;
		data[i].effective = left;
	}
	return !guise->fewer || set_capabilities(data) ? 0 : -EPERM;
}

int guise_take(struct guise *guise, pid_t pid)
{
	struct model model = {0};
	int error = look_at(&model, pid);

	guise->others = guise->fewer = false;
	guise->uid = file_uid();
	guise->gid = file_gid();
	note_bonds(guise);
	if (!error)
		error = read_own_groups(&guise->groups);
	if (!error && !get_capabilities(guise->capabilities))
		error = -EPERM;
	if (!error)
		error = become(guise, &model);
	if (!error)
		error = lessen(guise, model.capabilities);
	buf_free(&model.groups);
	if (error)
		guise_drop(guise);
	return error;
}

void guise_drop(struct guise *guise)
{
	/* What sets ids is to be effective first. */
	if (guise->others || guise->fewer)
		set_capabilities(guise->capabilities);
	if (guise->others) {
		setfsuid(guise->uid);
		setfsgid(guise->gid);
		set_groups(&guise->groups);
		/* User 0 gets those for files with its id (capabilities(7)). */
		set_capabilities(guise->capabilities);
		restore_bonds(guise);
	}
	guise->others = guise->fewer = false;
	buf_trim(&guise->groups, 4096);
}
