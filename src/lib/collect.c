/* SPDX-License-Identifier: ISC */
#include "collect.h"

#include "abi.h"
#include "image.h"
#include "mem.h"
#include "privilege.h"
#include "proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

/* Memory kept for the next exec; larger ones are given back. */
#define KEEP ((size_t)256 * 1024)

static void copy_stack(struct collector *collector, pid_t pid)
{
	struct __ptrace_syscall_info info = {0};

	collector->sp = 0;
	buf_trim(&collector->memory, KEEP);
	buf_truncate(&collector->memory, 0);
	collector->memory.error = 0;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0) {
		collector->error = errno;
		return;
	}
	collector->sp = info.stack_pointer;
	collector->audit_arch = info.arch;
	collector->error = -mem_read_upwards(pid, info.stack_pointer, &collector->memory);
}

void collect_cwd(struct collector *collector, pid_t tid, struct procaudit_exec *exec)
{
	proc_link(tid, "cwd", collector->cwd, sizeof(collector->cwd), &exec->cwd);
}

/*
 * execveat with a descriptor: the kernel makes the file name /dev/fd/N or
 * /dev/fd/N/NAME of it (fs/exec.c, alloc_bprm), and puts it at the very end of
 * the stack. What N was can be seen as long as it is open.
 */
static void collect_dirfd(struct collector *collector, pid_t pid, struct procaudit_exec *exec)
{
	static const char prefix[] = "/dev/fd/";
	const struct buf *memory = &collector->memory;
	const char *start = memory->data, *end = start + memory->size;
	char name[32];

	/* Cut by the program's end, it is not whole. */
	if (end == start || end[-1] != '\0')
		return;
	while (end > start && end[-1] == '\0')
		end--;
	while (end > start && end[-1] != '\0')
		end--;
	if ((size_t)(start + memory->size - end) < sizeof(prefix) ||
		memcmp(end, prefix, sizeof(prefix) - 1) != 0)
		return;
	snprintf(name, sizeof(name), "fd/%d", atoi(end + sizeof(prefix) - 1));
	proc_link(pid, name, collector->dirfd, sizeof(collector->dirfd), &exec->dirfd_path);
	exec->dirfd_path.error = 0; /* closed on exec: not known any more */
}

/* Of a program that hides its auxiliary vector. */
static void collect_ids(pid_t pid, struct procaudit_exec *exec)
{
	struct proc_status status;

	if (proc_status(pid, &status) < 0)
		return;
	exec->uid = status.uid;
	exec->euid = status.euid;
	exec->gid = status.gid;
	exec->egid = status.egid;
	exec->has_ids = true;
}

static void collect_file(const struct collector *collector, pid_t pid, struct procaudit_exec *exec)
{
	struct stat st;

	exec->has_exe_id = proc_exe_stat(pid, &st);
	if (!exec->has_exe_id)
		return;
	exec->exe_dev = st.st_dev;
	exec->exe_ino = st.st_ino;
	exec->lost_privilege =
		collector->takes_privilege && privilege_was_lost(pid, &st, collector->no_new_privs);
}

void collect_stopped(
	struct collector *collector, pid_t pid, bool has_proc, struct procaudit_exec *exec)
{
	collector->is_cmdline = false;
	copy_stack(collector, pid);
	/* Programs that may be executed but not read hide their memory; their
	 * argv is public all the same. */
	if (has_proc && collector->error && collector->memory.size == 0)
		collector->is_cmdline = proc_cmdline(pid, &collector->memory) == 0;
	if (collector->is_cmdline)
		collect_ids(pid, exec);
	if (!has_proc) {
		exec->exe.error = exec->cwd.error = ENOENT;
		return;
	}
	proc_link(pid, "exe", collector->exe, sizeof(collector->exe), &exec->exe);
	collect_cwd(collector, pid, exec);
	if (!collector->is_cmdline)
		collect_dirfd(collector, pid, exec);
	collect_file(collector, pid, exec);
}

static void take_cmdline(struct collector *collector, struct procaudit_exec *exec)
{
	const struct abi *abi = abi_find(collector->audit_arch, (const unsigned char[8]){0});
	const struct buf *memory = &collector->memory;
	size_t i;

	if (abi && collector->sp)
		exec->arch = abi->name;
	exec->argv = (struct procaudit_strings){.data = memory->data, .size = memory->size};
	for (i = 0; i < memory->size; i++)
		exec->argv.count += memory->data[i] == '\0';
	/* Cut by the program's end: only whole strings count. */
	while (exec->argv.size && memory->data[exec->argv.size - 1] != '\0')
		exec->argv.size--;
	if (exec->argv.size != memory->size || memory->size == 0)
		exec->argv.error = collector->error;
	exec->env.error = exec->path.error = collector->error;
}

void collect_parse(struct collector *collector, struct procaudit_exec *exec)
{
	const struct buf *memory = &collector->memory;
	const struct abi *abi = NULL;
	struct image image;

	if (collector->is_cmdline) {
		take_cmdline(collector, exec);
		return;
	}
	if (memory->size >= 8)
		abi = abi_find(collector->audit_arch, (const unsigned char *)memory->data);
	if (abi) {
		exec->arch = abi->name;
		image_parse(&image, memory->data, memory->size, collector->sp, abi->word,
			collector->error);
	} else {
		image_parse(
			&image, NULL, 0, 0, 8, collector->error ? collector->error : EOPNOTSUPP);
	}
	exec->path = image.path;
	exec->argv = image.argv;
	exec->env = image.env;
	exec->uid = image.uid;
	exec->euid = image.euid;
	exec->gid = image.gid;
	exec->egid = image.egid;
	exec->has_ids = image.has_ids;
}

/* The strings of memory from start on; error kept them from being read. */
static struct procaudit_strings strings_from(
	const struct buf *memory, size_t start, size_t end, int error)
{
	struct procaudit_strings strings = {.error = error};
	size_t i;

	if (error || !memory->data)
		return strings;
	strings.data = memory->data + start;
	strings.size = end - start;
	for (i = start; i < end; i++)
		strings.count += memory->data[i] == '\0';
	return strings;
}

/* A program may have overwritten the last NUL byte. */
static void end_string(struct buf *memory, size_t start)
{
	if (memory->size > start && memory->data[memory->size - 1] != '\0')
		buf_char(memory, '\0');
}

static const char *arch_of(pid_t tid)
{
	struct __ptrace_syscall_info info = {0};
	const struct abi *abi;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0)
		return NULL;
	abi = abi_find(info.arch, (const unsigned char[8]){0});
	return abi ? abi->name : NULL;
}

void collect_process(struct collector *collector, pid_t tid, struct procaudit_exec *program)
{
	struct buf *memory = &collector->memory;
	int no_argv, no_env;
	struct stat st;
	size_t args;

	buf_trim(memory, KEEP);
	memory->error = 0;
	buf_reserve(memory, 1);
	no_argv = -proc_cmdline(tid, memory);
	end_string(memory, 0);
	args = memory->size;
	no_env = -proc_environ(tid, memory);
	end_string(memory, args);
	if (memory->error)
		no_argv = no_env = -memory->error;
	program->argv = strings_from(memory, 0, args, no_argv);
	program->env = strings_from(memory, args, memory->size, no_env);
	program->arch = arch_of(tid);
	proc_link(tid, "exe", collector->exe, sizeof(collector->exe), &program->exe);
	collect_cwd(collector, tid, program);
	collect_ids(tid, program);
	program->has_exe_id = proc_exe_stat(tid, &st);
	if (program->has_exe_id) {
		program->exe_dev = st.st_dev;
		program->exe_ino = st.st_ino;
	}
}

void collect_free(struct collector *collector)
{
	buf_free(&collector->memory);
}
