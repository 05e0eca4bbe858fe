/* SPDX-License-Identifier: ISC */
#include "seccomp.h"

#include "abi.h"
#include "macro.h"

#include <procaudit/tracer.h>

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILTER_MAX 256

/* The lower half of the first argument. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIRST_ARGUMENT offsetof(struct seccomp_data, args[0])
#else
#define FIRST_ARGUMENT (offsetof(struct seccomp_data, args[0]) + 4)
#endif

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned short size;
};

static void add_load(struct filter *filter, uint32_t offset)
{
	filter->code[filter->size++] =
		(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}

/* Unless what was loaded is value, skips so many instructions. */
static void add_unless(struct filter *filter, uint32_t value, unsigned char skip)
{
	filter->code[filter->size++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

static void add_return(struct filter *filter, uint32_t action)
{
	filter->code[filter->size++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
}

static void add_exec(struct filter *filter, uint32_t number)
{
	add_unless(filter, number, 1);
	add_return(filter, SECCOMP_RET_TRACE | SECCOMP_TRACE_EXEC);
}

/* A call that sets a filter if its first argument is operation. */
static void add_setter(struct filter *filter, uint32_t number, uint32_t operation)
{
	add_unless(filter, number, 4);
	add_load(filter, FIRST_ARGUMENT);
	add_unless(filter, operation, 1);
	add_return(filter, SECCOMP_RET_TRACE | SECCOMP_TRACE_FILTER);
	add_return(filter, SECCOMP_RET_ALLOW);
}

/* The rows of one arch: unless it is this arch, skips them all. */
static void add_arch(struct filter *filter, const struct abi *rows, size_t count)
{
	unsigned short start = filter->size;
	size_t i;

	add_unless(filter, rows[0].audit_arch, 0);
	add_load(filter, offsetof(struct seccomp_data, nr));
	for (i = 0; i < count; i++) {
		add_exec(filter, rows[i].execve);
		add_exec(filter, rows[i].execveat);
		add_setter(filter, rows[i].prctl, PR_SET_SECCOMP);
		add_setter(filter, rows[i].seccomp, SECCOMP_SET_MODE_FILTER);
	}
	add_return(filter, SECCOMP_RET_ALLOW);
	filter->code[start].jf = (unsigned char)(filter->size - start - 1);
}

static void build(struct filter *filter)
{
	const struct abi *rows;
	size_t all = abi_rows(&rows), first, count;

	filter->size = 0;
	add_load(filter, offsetof(struct seccomp_data, arch));
	for (first = 0; first < all; first += count) {
		for (count = 1; first + count < all; count++)
			if (rows[first + count].audit_arch != rows[first].audit_arch)
				break;
		add_arch(filter, rows + first, count);
	}
	add_return(filter, SECCOMP_RET_ALLOW);
}

/* SPEC_ALLOW: without it kernels before 5.16 slow the command down. */
static int install(const struct sock_fprog *program)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		       program) < 0
		       ? -errno
		       : 0;
}

int seccomp_trace_execs(void)
{
	struct filter filter;
	struct sock_fprog program = {.filter = filter.code};
	int error;

	build(&filter);
	program.len = filter.size;
	error = install(&program);
	if (error != -EACCES)
		return error;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return install(&program);
}

PUBLIC bool procaudit_means_no_new_privs(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {0};

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return true;
	if (syscall(SYS_capget, &header, data) < 0)
		return true;
	return !(data[CAP_SYS_ADMIN / 32].effective & (1U << CAP_SYS_ADMIN % 32));
}
