/* SPDX-License-Identifier: ISC */
#include "mem.h"

#include "macro.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

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

#define PAGE   ((size_t)4096)
#define WINDOW (4 * PAGE)

/* A tracee must not keep us busy with pointers here and there: so many pieces
 * hold all that execve can take, however scattered. */
#define MAX_READS (1U << 20)

#define WINDOW_COUNT ARRAY_SIZE(((struct mem_view *)0)->windows)

void mem_view_begin(struct mem_view *view, pid_t tid)
{
	size_t i;

	view->tid = tid;
	view->clock = view->reads = 0;
	for (i = 0; i < WINDOW_COUNT; i++)
		view->windows[i].size = 0;
}

/* One piece, page by page as far as there are pages. */
static ssize_t read_piece(pid_t tid, uint64_t address, void *data, size_t size)
{
	CLOSE_FD int fd = -1;
	char path[32];
	ssize_t n = read_vm(tid, -1, address, data, size);

	if (n >= 0 || (errno != ENOSYS && errno != EPERM))
		return n;
	snprintf(path, sizeof(path), "/proc/%d/mem", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		errno = EPERM;
		return -1;
	}
	n = read_file(tid, fd, address, data, size);
	if (n < 0 && errno == EIO)
		errno = EFAULT;
	return n;
}

/* The window that holds address, read if need be. NULL and *error if it cannot
 * be read. */
static const struct mem_window *find_window(struct mem_view *view, uint64_t address, int *error)
{
	struct mem_window *window, *oldest = view->windows;
	size_t i;
	ssize_t n;

	for (i = 0; i < WINDOW_COUNT; i++) {
		window = &view->windows[i];
		if (address >= window->start && address - window->start < window->size) {
			window->used = ++view->clock;
			return window;
		}
		if (!window->size || window->used < oldest->used)
			oldest = window;
		if (!oldest->size)
			break;
	}
	if (!view->memory)
		view->memory = malloc(WINDOW_COUNT * WINDOW);
	if (!view->memory) {
		*error = -ENOMEM;
		return NULL;
	}
	if (view->reads++ >= MAX_READS) {
		*error = -E2BIG;
		return NULL;
	}
	oldest->data = view->memory + (size_t)(oldest - view->windows) * WINDOW;
	oldest->start = address & ~(uint64_t)(PAGE - 1);
	oldest->size = 0;
	n = read_piece(view->tid, oldest->start, oldest->data, WINDOW);
	if (n <= 0) {
		*error = n < 0 ? -errno : -EFAULT;
		return NULL;
	}
	oldest->size = (size_t)n;
	oldest->used = ++view->clock;
	return oldest;
}

int mem_view_copy(struct mem_view *view, uint64_t address, void *data, size_t size)
{
	const struct mem_window *window;
	size_t offset, rest, done = 0;
	int error = 0;

	while (done < size) {
		window = find_window(view, address + done, &error);
		if (!window)
			return error;
		offset = (size_t)(address + done - window->start);
		rest = window->size - offset;
		if (rest > size - done)
			rest = size - done;
		memcpy((char *)data + done, window->data + offset, rest);
		done += rest;
	}
	return 0;
}

int mem_view_string(struct mem_view *view, uint64_t address, size_t max, struct buf *out)
{
	const struct mem_window *window;
	const char *start, *nul;
	size_t before = out->size, rest;
	int error = 0;

	for (;;) {
		window = find_window(view, address, &error);
		if (!window)
			break;
		start = window->data + (address - window->start);
		rest = window->size - (size_t)(address - window->start);
		nul = memchr(start, '\0', rest);
		if (nul)
			rest = (size_t)(nul - start) + 1;
		error = -E2BIG;
		if (rest > max)
			break;
		max -= rest;
		buf_add(out, start, rest);
		error = out->error;
		if (nul || error)
			break;
		address += rest;
	}
	if (error)
		buf_truncate(out, before);
	return error;
}

void mem_view_free(struct mem_view *view)
{
	free(view->memory);
	view->memory = NULL;
}
