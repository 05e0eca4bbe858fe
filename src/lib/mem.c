/* SPDX-License-Identifier: ISC */
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "macro.h"

/* Enough for most environments, and the most pages that the kernel looks up
 * without allocating memory (mm/process_vm_access.c, PVM_MAX_PP_ARRAY_COUNT). */
#define FIRST_CHUNK ((size_t)15 * 4096)

typedef ssize_t reader(pid_t tid, int fd, uint64_t address, void *data, size_t size);

static ssize_t read_vm(pid_t tid, int fd, uint64_t address, void *data, size_t size)
{
	struct iovec local = {data, size};
	struct iovec remote = {(void *)(uintptr_t)address, size};

	(void)fd;
	return process_vm_readv(tid, &local, 1, &remote, 1, 0);
}

static ssize_t read_file(pid_t tid, int fd, uint64_t address, void *data, size_t size)
{
	(void)tid;
	return pread(fd, data, size, (off_t)address);
}

/* A read stops short at the first page that is not there: that is the end of
 * the mapping (process_vm_readv: EFAULT; /proc/PID/mem: EIO). */
static int read_upwards(reader *read_some, pid_t tid, int fd, uint64_t address, struct buf *out)
{
	size_t chunk = FIRST_CHUNK;

	for (;;) {
		ssize_t n;

		if (!buf_reserve(out, chunk))
			return out->error;
		n = read_some(tid, fd, address + out->size, out->data + out->size, chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EFAULT || errno == EIO) && out->size)
			return 0;
		if (n < 0)
			return -errno;
		out->size += (size_t)n;
		if ((size_t)n < chunk)
			return 0;
		chunk *= 2;
	}
}

/* For kernels and containers that have ptrace but not process_vm_readv. */
static int read_through_file(pid_t tid, uint64_t address, struct buf *out)
{
	CLOSE_FD int fd = -1;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return read_upwards(read_file, tid, fd, address, out);
}

int mem_read_upwards(pid_t tid, uint64_t address, struct buf *out)
{
	int error;

	buf_truncate(out, 0);
	error = read_upwards(read_vm, tid, -1, address, out);
	if ((error == -ENOSYS || error == -EPERM) && out->size == 0 &&
		read_through_file(tid, address, out) == 0)
		return 0;
	return error;
}
