/* SPDX-License-Identifier: ISC */
#include "asked.h"

#include "abi.h"
#include "proc.h"
#include "seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

/* More than execve takes of argv and env together under any limit (Linux
 * fs/exec.c, bprm_stack_limits: 6 MiB), so that E2BIG can be understood; a
 * vector that goes on beyond is cut and marked. */
#define MAX_VECTOR ((size_t)64 * 1024 * 1024)

/* So many entries are kept for calls to come, each with so much memory. */
#define MAX_UNUSED 16

#define KEEP ((size_t)256 * 1024)

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000 /* Linux 6.14: only asks whether it may be executed */
#endif

/* The arguments of the call, whichever it is. */
struct call {
	uint64_t path, argv, envp; /* addresses */
	int dirfd;
};

static bool get_call(const struct __ptrace_syscall_info *info, const struct abi *abi,
	struct asked *asked, struct call *call)
{
	const uint64_t *args = (const uint64_t *)info->seccomp.args;

	if (info->seccomp.nr == abi->execve) {
		asked->syscall = "execve";
		*call = (struct call){args[0], args[1], args[2], AT_FDCWD};
		return true;
	}
	asked->syscall = "execveat";
	*call = (struct call){args[1], args[2], args[3], (int)args[0]};
	return !(args[4] & AT_EXECVE_CHECK);
}

/* One pointer of a vector. */
static int get_pointer(struct mem_view *view, uint64_t address, unsigned word, uint64_t *pointer)
{
	uint32_t half;
	int error;

	if (word == sizeof(*pointer))
		return mem_view_copy(view, address, pointer, sizeof(*pointer));
	error = mem_view_copy(view, address, &half, sizeof(half));
	*pointer = half;
	return error;
}

/*
 * Appends the strings of a vector. A string that cannot be read is left out
 * and its error returned, but those behind it are still read: the kernel
 * refuses the call as a whole, and the record shows what there is. Linux
 * takes NULL for an empty vector.
 */
static int read_vector(struct mem_view *view, uint64_t address, unsigned word, struct buf *out,
	size_t *size, size_t *count)
{
	size_t before = out->size, used;
	uint64_t pointer;
	int result = 0, error;

	*count = 0;
	while (address) {
		error = get_pointer(view, address, word, &pointer);
		if (!error && !pointer)
			break;
		used = out->size - before + *count * sizeof(pointer);
		if (!error && used >= MAX_VECTOR)
			error = -E2BIG;
		if (error) { /* the vector itself ends here */
			result = error;
			break;
		}
		error = mem_view_string(view, pointer, MAX_VECTOR - used, out);
		if (!error)
			++*count;
		else
			result = error;
		if (error == -E2BIG)
			break;
		address += word;
	}
	*size = out->size - before;
	return -result;
}

static void read_dirfd(struct asked *asked, int dirfd, bool has_proc)
{
	char name[32], link[PATH_MAX];
	struct procaudit_string target;

	asked->dirfd = dirfd;
	if (dirfd == AT_FDCWD || !has_proc)
		return;
	snprintf(name, sizeof(name), "fd/%d", dirfd);
	proc_link(asked->tid, name, link, sizeof(link), &target);
	if (!target.data)
		return;
	asked->dirfd_path = malloc(target.size ? target.size : 1);
	if (!asked->dirfd_path)
		return;
	memcpy(asked->dirfd_path, link, target.size);
	asked->dirfd_path_size = target.size;
}

static void reset(struct asked *asked)
{
	struct buf memory = asked->memory;

	free(asked->dirfd_path);
	buf_truncate(&memory, 0);
	buf_trim(&memory, KEEP);
	memory.error = 0;
	*asked = (struct asked){.memory = memory};
}

/* Fills asked. False: this is no exec that could run something. */
static bool fill(struct asked *asked, struct mem_view *view, bool with_env, bool has_proc)
{
	struct __ptrace_syscall_info info = {0};
	const struct abi *abi;
	struct call call;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, asked->tid, sizeof(info), &info) <= 0 ||
		info.op != PTRACE_SYSCALL_INFO_SECCOMP ||
		info.seccomp.ret_data != SECCOMP_TRACE_EXEC)
		return false;
	abi = abi_of_exec(info.arch, info.seccomp.nr);
	if (!abi || !get_call(&info, abi, asked, &call))
		return false;
	asked->arch = abi->name;
	mem_view_begin(view, asked->tid);
	read_dirfd(asked, call.dirfd, has_proc);
	asked->path_error = -mem_view_string(view, call.path, MAX_VECTOR, &asked->memory);
	asked->path_size = asked->memory.size;
	asked->argv_error = read_vector(
		view, call.argv, abi->word, &asked->memory, &asked->argv_size, &asked->argv_count);
	asked->env_error = ENODATA;
	if (with_env)
		asked->env_error = read_vector(view, call.envp, abi->word, &asked->memory,
			&asked->env_size, &asked->env_count);
	return true;
}

/* An entry to be filled. NULL: no memory. */
static struct asked *get_unused(struct asked_table *table)
{
	struct asked *asked = table->unused;

	if (!asked)
		return calloc(1, sizeof(*asked));
	table->unused = asked->next;
	table->unused_count--;
	return asked;
}

static void free_asked(struct asked *asked)
{
	free(asked->dirfd_path);
	buf_free(&asked->memory);
	free(asked);
}

static void put_unused(struct asked_table *table, struct asked *asked)
{
	if (table->unused_count == MAX_UNUSED) {
		free_asked(asked);
		return;
	}
	reset(asked);
	table->unused_count++;
	asked->next = table->unused;
	table->unused = asked;
}

bool asked_read(struct asked_table *table, pid_t pid, pid_t tid, bool with_env, bool has_proc)
{
	struct asked *asked, *stale = asked_take(table, tid);

	(void)stale; /* its thread vanished in another's exec */
	asked = get_unused(table);
	if (!asked) {
		table->lost++;
		return false;
	}
	asked->pid = pid;
	asked->tid = tid;
	if (fill(asked, &table->view, with_env, has_proc)) {
		HASH_ADD_INT(table->open, tid, asked);
		if (asked->hh.tbl)
			return true;
		table->lost++;
	}
	put_unused(table, asked);
	return false;
}

static struct asked *take(struct asked_table *table, struct asked *asked)
{
	HASH_DEL(table->open, asked);
	asked->next = table->spent;
	table->spent = asked;
	return asked;
}

struct asked *asked_take(struct asked_table *table, pid_t tid)
{
	struct asked *asked;

	HASH_FIND_INT(table->open, &tid, asked);
	return asked ? take(table, asked) : NULL;
}

struct asked *asked_take_any(struct asked_table *table, pid_t pid)
{
	struct asked *asked, *next;

	HASH_ITER (hh, table->open, asked, next) {
		if (asked->pid == pid)
			return take(table, asked);
	}
	return NULL;
}

void asked_recycle(struct asked_table *table)
{
	struct asked *asked;

	while ((asked = table->spent)) {
		table->spent = asked->next;
		put_unused(table, asked);
	}
}

void asked_table_free(struct asked_table *table)
{
	struct asked *asked, *next;

	HASH_ITER (hh, table->open, asked, next) {
		take(table, asked);
	}
	asked_recycle(table);
	while ((asked = table->unused)) {
		table->unused = asked->next;
		free_asked(asked);
	}
	mem_view_free(&table->view);
}

struct procaudit_string asked_path(const struct asked *asked)
{
	if (asked->path_error)
		return (struct procaudit_string){.error = asked->path_error};
	return (struct procaudit_string){asked->memory.data, asked->path_size - 1, 0};
}

struct procaudit_strings asked_argv(const struct asked *asked)
{
	const char *data = asked->memory.data ? asked->memory.data + asked->path_size : "";

	return (struct procaudit_strings){
		data, asked->argv_size, asked->argv_count, asked->argv_error};
}

struct procaudit_strings asked_env(const struct asked *asked)
{
	const char *data = asked->memory.data ? asked->memory.data + asked->path_size : "";

	if (asked->env_error == ENODATA)
		return (struct procaudit_strings){0};
	return (struct procaudit_strings){
		data + asked->argv_size, asked->env_size, asked->env_count, asked->env_error};
}

struct procaudit_string asked_dirfd_path(const struct asked *asked)
{
	return (struct procaudit_string){asked->dirfd_path, asked->dirfd_path_size, 0};
}
