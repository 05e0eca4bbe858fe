/* SPDX-License-Identifier: ISC */
/* Whose eyes files are read with, and which privileges a program does not get: with a
 * kernel that says what the test wants. */
#include "guise.h"
#include "macro.h"
#include "privilege.h"
#include "tap.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* --- The kernel ---------------------------------------------------------- */

static struct {
	const char *call; /* fails, when so many have passed */
	int pass;
	const char *status; /* of /proc */
	uid_t uid;
	gid_t gid;
	gid_t groups[4];
	int group_count;
	uint64_t capabilities; /* effective */
	bool no_new_privs;
	bool apart;		    /* the other is of another user namespace */
	unsigned long flags;	    /* of the file system */
	uint64_t file_capabilities; /* 0: none */
	int death_signal, signals;
} kernel;

static bool fails(const char *call)
{
	if (!kernel.call || strcmp(call, kernel.call) != 0 || kernel.pass-- > 0)
		return false;
	errno = EPERM;
	return true;
}

/* The names are the linker's, --wrap in ld(1), and glibc's.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_setfsuid(uid_t uid);
int __wrap_setfsuid(uid_t uid)
{
	uid_t old = kernel.uid;

	if (uid != (uid_t)-1 && !fails("setfsuid"))
		kernel.uid = uid;
	return (int)old;
}

int __wrap_setfsgid(gid_t gid);
int __wrap_setfsgid(gid_t gid)
{
	gid_t old = kernel.gid;

	if (gid != (gid_t)-1 && !fails("setfsgid"))
		kernel.gid = gid;
	return (int)old;
}

int __wrap_getgroups(int size, gid_t *groups);
int __wrap_getgroups(int size, gid_t *groups)
{
	if (fails("getgroups"))
		return -1;
	if (size)
		memcpy(groups, kernel.groups, sizeof(kernel.groups));
	return kernel.group_count;
}

long __wrap_syscall(long number, long a, void *b);
long __wrap_syscall(long number, long a, void *b)
{
	struct __user_cap_data_struct *data = b;

	if (fails(number == SYS_capget ? "capget" : number == SYS_capset ? "capset" : "setgroups"))
		return -1;
	if (number == SYS_capget) {
		data[0].effective = (uint32_t)kernel.capabilities;
		data[1].effective = (uint32_t)(kernel.capabilities >> 32);
	} else if (number == SYS_capset) {
		kernel.capabilities = (uint64_t)data[1].effective << 32 | data[0].effective;
	} else {
		kernel.group_count = (int)a;
		if (a)
			memcpy(kernel.groups, b, (size_t)a * sizeof(gid_t));
	}
	return 0;
}

int __wrap_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int __wrap_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	(void)b;
	(void)c;
	(void)d;
	if (option == PR_GET_NO_NEW_PRIVS)
		return kernel.no_new_privs;
	if (option == PR_GET_PDEATHSIG)
		*(int *)a = kernel.death_signal;
	return 0;
}

pid_t __wrap_getppid(void);
pid_t __wrap_getppid(void)
{
	return fails("getppid") ? 1 : 77;
}

int __wrap_kill(pid_t pid, int signo);
int __wrap_kill(pid_t pid, int signo)
{
	kernel.signals += pid == getpid() && signo == kernel.death_signal;
	return 0;
}

ssize_t __wrap_getxattr(const char *path, const char *name, void *value, size_t size);
ssize_t __wrap_getxattr(const char *path, const char *name, void *value, size_t size)
{
	struct vfs_ns_cap_data data = {0};

	(void)path;
	(void)name;
	if (!kernel.file_capabilities)
		return -1;
	data.data[0].permitted = htole32((uint32_t)kernel.file_capabilities);
	data.data[1].permitted = htole32((uint32_t)(kernel.file_capabilities >> 32));
	memcpy(value, &data, size);
	return (ssize_t)size;
}

int __wrap_statvfs64(const char *path, struct statvfs *fs);
int __wrap_statvfs64(const char *path, struct statvfs *fs)
{
	(void)path;
	if (fails("statvfs"))
		return -1;
	fs->f_flag = kernel.flags;
	return 0;
}

int __wrap_stat64(const char *path, struct stat *st);
int __wrap_stat64(const char *path, struct stat *st)
{
	*st = (struct stat){.st_ino = 4, .st_dev = 5};
	if (kernel.apart && !strstr(path, "self"))
		st->st_ino++;
	return fails("stat") ? -1 : 0;
}

int __real_open64(const char *path, int flags, int mode);
int __wrap_open64(const char *path, int flags, int mode);
int __wrap_open64(const char *path, int flags, int mode)
{
	(void)path;
	return fails("open") ? -1 : __real_open64("/dev/zero", flags, mode);
}

/* The status, in one piece, and then its end. */
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size)
{
	static int last = -1;

	if (last == fd) {
		last = -1;
		return 0;
	}
	last = size > 8192 ? fd : -1; /* who reads to the end asks for more */
	return snprintf(data, size, "%s", kernel.status);
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	return fails("realloc") ? NULL : __real_realloc(old, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* --- Another's eyes ------------------------------------------------------ */

#define ALL UINT64_C(0x1ffffffffff)
#define OTHER                                                                                      \
	"Name:\tx\nUid:\t1\t2\t3\t1000\nGid:\t1\t2\t3\t100\nGroups:\t100 4 27 \n"                  \
	"CapEff:\t0000000000000000\n"
#define SAME                                                                                       \
	"Name:\tx\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t5 6 \n"                            \
	"CapEff:\t000001ffffffffff\n"
#define LESS                                                                                       \
	"Name:\tx\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t5 6 \n"                            \
	"CapEff:\t000001fffffffffe\n"

static void reset(const char *status)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.status = status;
	kernel.groups[0] = 5;
	kernel.groups[1] = 6;
	kernel.group_count = 2;
	kernel.capabilities = ALL;
}

static bool is_as_before(void)
{
	return kernel.uid == 0 && kernel.gid == 0 && kernel.group_count == 2 &&
	       kernel.groups[0] == 5 && kernel.groups[1] == 6 && kernel.capabilities == ALL;
}

static struct guise guise;

static void test_other(void)
{
	reset(OTHER);
	kernel.death_signal = 9;
	ok_int(guise_take(&guise, 42), 0, "another's eyes can be had");
	ok(kernel.uid == 1000 && kernel.gid == 100, "with his ids for files");
	ok(kernel.group_count == 3 && kernel.groups[0] == 100 && kernel.groups[1] == 4 &&
			kernel.groups[2] == 27,
		"and groups");
	ok(kernel.capabilities == 0, "and nothing that he may not do");
	guise_drop(&guise);
	ok(is_as_before(), "and are given back");
	ok_int(kernel.signals, 0, "our parent lives");
	guise_take(&guise, 42);
	kernel.call = "getppid";
	guise_drop(&guise);
	ok_int(kernel.signals, 1, "one that has died meanwhile takes us along");
}

static void test_same(void)
{
	reset(SAME);
	kernel.call = "capset";
	ok_int(guise_take(&guise, 42), 0, "our own are there already");
	guise_drop(&guise);
	ok(is_as_before(), "nothing is changed");
	reset(LESS);
	ok_int(guise_take(&guise, 42), 0, "those of one who may less");
	ok(kernel.uid == 0 && kernel.capabilities == (ALL & ~UINT64_C(1)), "may less");
	guise_drop(&guise);
	ok(is_as_before(), "for the time being");
	reset(SAME);
	kernel.apart = true;
	ok_int(guise_take(&guise, 42), 0, "those of another namespace");
	ok(kernel.capabilities == 0, "may nothing here");
	guise_drop(&guise);
	ok(is_as_before(), "but we may");
}

static void test_refused(void)
{
	static const struct {
		const char *call;
		int pass;
	} calls[] = {{"open", 0}, {"getgroups", 0}, {"getgroups", 1}, {"capget", 0}, {"capget", 1},
		{"setgroups", 0}, {"setfsuid", 0}, {"setfsgid", 0}, {"capset", 0}, {"realloc", 0},
		{"realloc", 1}};
	char name[64];
	size_t i;
	int error;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		buf_free(&guise.groups);
		reset(OTHER);
		kernel.call = calls[i].call;
		kernel.pass = calls[i].pass;
		error = guise_take(&guise, 42);
		snprintf(name, sizeof(name), "where %s fails, after %d", calls[i].call,
			calls[i].pass);
		ok(error == -EPERM || error == -ENOMEM, "%s, there are none", name);
		ok(is_as_before(), "and nothing has changed");
	}
}

static void test_not_understood(void)
{
	static const char *const rows[] = {"", "\nUid:\t1\n", "\nUid:\t1\n\nGid:\t1\n",
		"\nUid:\t1\n\nGid:\t1\n\nGroups:\t1\n"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		reset(rows[i]);
		ok_int(guise_take(&guise, 42), -EPERM, "what a task is has to be known");
	}
	ok(is_as_before(), "or all is as before");
	reset("\nUid:\t0\t0\t0\t7\nGid:\t0\t0\t0\t7\nGroups:\tx\nCapEff:\t0\n");
	ok_int(guise_take(&guise, 42), 0, "groups may be none");
	ok_int(kernel.group_count, 0, "and then are none");
	guise_drop(&guise);
	ok(is_as_before(), "for the time being");
	buf_free(&guise.groups);
}

/* --- Privileges ---------------------------------------------------------- */

#define ROOTS	 "\nUid:\t9\t0\t0\t0\nGid:\t9\t0\t0\t0\nCapPrm:\t0\nCapBnd:\tff\n"
#define NOBODYS	 "\nUid:\t9\t9\t9\t9\nGid:\t9\t9\t9\t9\nCapPrm:\t0\nCapBnd:\tff\nNoNewPrivs:\t0\n"
#define ASKED	 "\nUid:\t9\t9\t9\t9\nGid:\t9\t9\t9\t9\nCapPrm:\t0\nCapBnd:\tff\nNoNewPrivs:\t1\n"
#define CAPABLES "\nUid:\t9\t9\t9\t9\nGid:\t9\t9\t9\t9\nCapPrm:\t3\nCapBnd:\tff\n"

static const struct {
	const char *name, *status;
	mode_t mode;
	uint64_t capabilities;
	bool no_new_privs, apart, nosuid, lost;
} programs[] = {
	{"an ordinary one", NOBODYS, 0755, 0, false, false, false, false},
	{"a set-user-id one", NOBODYS, 04755, 0, false, false, false, true},
	{"one that has got it", ROOTS, 04755, 0, false, false, false, false},
	{"a set-group-id one", NOBODYS, 02755, 0, false, false, false, true},
	{"one that has got that", ROOTS, 02755, 0, false, false, false, false},
	{"one that is locked", NOBODYS, 02745, 0, false, false, false, false},
	{"one with capabilities", NOBODYS, 0755, 3, false, false, false, true},
	{"one that has got these", CAPABLES, 0755, 3, false, false, false, false},
	{"one beyond what there is", NOBODYS, 0755, UINT64_C(1) << 40, false, false, false, false},
	{"one that wants none", ASKED, 04755, 0, false, false, false, false},
	{"one of which we want none", ASKED, 04755, 0, true, false, false, true},
	{"one elsewhere", NOBODYS, 04755, 0, false, true, false, false},
	{"one where none is", NOBODYS, 04755, 0, false, false, true, false},
};

static void test_lost(void)
{
	struct stat st = {0};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		reset(programs[i].status);
		st.st_mode = programs[i].mode;
		kernel.file_capabilities = programs[i].capabilities;
		kernel.apart = programs[i].apart;
		kernel.flags = programs[i].nosuid ? ST_NOSUID : 0;
		ok_int(privilege_was_lost(42, &st, programs[i].no_new_privs), programs[i].lost,
			programs[i].name);
	}
	st.st_mode = 04755;
	reset(NOBODYS);
	kernel.call = "open";
	ok(!privilege_was_lost(42, &st, false), "of who is gone nothing is known");
	reset(NOBODYS);
	kernel.call = "statvfs";
	ok(!privilege_was_lost(42, &st, false), "nor where its file is");
	reset(NOBODYS);
	kernel.call = "stat";
	ok(!privilege_was_lost(42, &st, false), "nor what namespace it is of");
	kernel.call = "stat";
	kernel.pass = 1;
	ok(privilege_is_apart(42), "which is another one then");
}

/* Of a file system that a process serves nothing more is asked. */
static void test_served(void)
{
	static const struct {
		const char *name, *mounts;
		bool lost;
	} rows[] = {
		{"another one is served",
			NOBODYS "9 8 0:8 / /a rw - fuse x rw\n9 8 0:7 / /b rw a:1 - tmpfs x rw\n",
			true},
		{"it is served",
			NOBODYS "9 8 0:6 / /a rw - tmpfs x rw\n9 8 0:8 / /b rw - fuse.sshfs x rw\n",
			false},
		{"it alone is served", NOBODYS "9 8 0:8 / /a rw a:1 - fuse x rw\n", false},
		{"a line is cut", NOBODYS "9 8 0:8 / /a rw\n", true},
		{"a disk has its number", NOBODYS "9 8 8:0 / /a rw - fuse x rw", true},
	};
	struct stat st = {.st_mode = 04755};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		st.st_dev = makedev(0, i ? 8 : 7);
		reset(rows[i].mounts);
		ok_int(privilege_was_lost(42, &st, false), rows[i].lost, rows[i].name);
		st.st_dev = makedev(8, 1);
		ok(privilege_was_lost(42, &st, false), "a disk is not served");
	}
	st.st_dev = makedev(0, 9);
	reset(NOBODYS);
	kernel.call = "open";
	ok(!privilege_was_lost(42, &st, false), "who is gone may have been");
}

static void test_taken(void)
{
	reset("");
	ok(!privilege_is_taken(), "who may trace everybody takes no privilege");
	kernel.capabilities = 0;
	ok(privilege_is_taken(), "who may not does");
	kernel.no_new_privs = true;
	ok(!privilege_is_taken(), "unless there were none to be had");
	kernel.no_new_privs = false;
	kernel.call = "capget";
	ok(!privilege_is_taken(), "who does not know says nothing");
}

int main(void)
{
	test_other();
	test_same();
	test_refused();
	test_not_understood();
	test_lost();
	test_served();
	test_taken();
	return tap_end();
}
