/* SPDX-License-Identifier: ISC */
/*
 * Runs a command in which a system call fails, by a seccomp filter such as
 * containers have.
 *
 *	deny CALL[:ARG] ERRNO COMMAND [ARG...]
 *
 * With ARG only where the call's first argument (32 bits) is that.
 */
#include <err.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct row {
	const char *name;
	int value;
};

static const struct row calls[] = {
	{"clone", SYS_clone},
	{"clone3", SYS_clone3},
	{"fdatasync", SYS_fdatasync},
	{"flock", SYS_flock},
	{"inotify_add_watch", SYS_inotify_add_watch},
	{"inotify_init1", SYS_inotify_init1},
	{"pidfd_open", SYS_pidfd_open},
	{"process_vm_readv", SYS_process_vm_readv},
	{"ptrace", SYS_ptrace},
	{"renameat2", SYS_renameat2},
	{"seccomp", SYS_seccomp},
	{NULL, 0},
};

static const struct row errors[] = {
	{"EACCES", EACCES},
	{"EAGAIN", EAGAIN},
	{"EINVAL", EINVAL},
	{"EIO", EIO},
	{"ENOSPC", ENOSPC},
	{"ENOSYS", ENOSYS},
	{"EPERM", EPERM},
	{NULL, 0},
};

static uint32_t find(const struct row *row, const char *name, size_t length)
{
	for (; row->name; row++)
		if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
			return (uint32_t)row->value;
	errx(2, "not known: %s", name);
}

static void deny(uint32_t call, const char *argument, uint32_t error)
{
	uint32_t wanted = argument ? (uint32_t)strtoul(argument, NULL, 0) : 0;
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wanted, 0, argument ? 1 : 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		err(2, "seccomp");
}

int main(int argc, char **argv)
{
	const char *colon;
	size_t length;

	if (argc < 4)
		errx(2, "usage: deny CALL[:ARG] ERRNO COMMAND [ARG...]");
	length = strcspn(argv[1], ":");
	colon = argv[1][length] ? argv[1] + length + 1 : NULL;
	deny(find(calls, argv[1], length), colon, find(errors, argv[2], strlen(argv[2])));
	execvp(argv[3], argv + 3);
	err(127, "%s", argv[3]);
}
