/* SPDX-License-Identifier: ISC */
/* What is read of tasks, where the kernel refuses it or it is not as expected. */
#include "census.h"
#include "mem.h"
#include "proc.h"
#include "refuse.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <procaudit/tracer.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- Calls that fail ----------------------------------------------------- */

/* What read yields, if not NULL. */
static const char *given;

static void allow_all(void)
{
	refuse("", 0, 0, 0);
	given = NULL;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
typedef struct __dirstream directory;

WRAP(ssize_t, -1, process_vm_readv,
	(pid_t pid, const struct iovec *local, unsigned long locals, const struct iovec *remote,
		unsigned long remotes, unsigned long flags),
	(pid, local, locals, remote, remotes, flags))
WRAP(ssize_t, -1, pread64, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP(int, -1, open64, (const char *path, int flags, mode_t mode), (path, flags, mode))
WRAP(directory *, NULL, opendir, (const char *path), (path))
WRAP(int, -1, kill, (pid_t pid, int signo), (pid, signo))
WRAP(void *, NULL, malloc, (size_t size), (size))
WRAP(void *, NULL, realloc, (void *old, size_t size), (old, size))
WRAP(FILE *, NULL, fopen64, (const char *path, const char *mode), (path, mode))
WRAP(long, -1, syscall, (long number, long a, long b, long c, long d, long e),
	(number, a, b, c, d, e))

ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size)
{
	if (fails("read"))
		return -1;
	if (!given)
		return __real_read(fd, data, size);
	snprintf(data, size, "%s", given);
	return (ssize_t)strlen(data);
}

ssize_t __real_readlink(const char *path, char *data, size_t size);
ssize_t __wrap_readlink(const char *path, char *data, size_t size);
ssize_t __wrap_readlink(const char *path, char *data, size_t size)
{
	if (fails("readlink"))
		return -1;
	if (!given)
		return __real_readlink(path, data, size);
	memcpy(data, given, strlen(given));
	return (ssize_t)strlen(given);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* --- Memory -------------------------------------------------------------- */

#define PAGES 64

/* Of mem.c, MAX_READS. */
#define MOST_READS (1U << 20)

static size_t page;
static char *pages; /* PAGES of them, and nothing behind */

static void map_pages(void)
{
	size_t i;

	page = (size_t)sysconf(_SC_PAGESIZE);
	pages = mmap(NULL, (PAGES + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	if (pages == MAP_FAILED || munmap(pages + PAGES * page, page) < 0)
		abort();
	for (i = 0; i < PAGES * page; i++)
		pages[i] = (char)('a' + i % 23);
}

static uint64_t address_of(const void *place)
{
	return (uint64_t)(uintptr_t)place;
}

static void check_upwards(const char *how)
{
	const char *start = pages + page / 2;
	size_t size = PAGES * page - page / 2;
	struct buf out = {0};

	ok_int(mem_read_upwards(getpid(), address_of(start), &out), 0, how);
	ok(out.size == size && memcmp(out.data, start, size) == 0, "all up to the end is read");
	buf_free(&out);
}

static int upwards(const void *place)
{
	struct buf out = {0};
	int error = mem_read_upwards(getpid(), address_of(place), &out);

	ok(out.size == 0 || error == 0, "where memory is refused nothing is there");
	buf_free(&out);
	return error;
}

static void test_upwards(void)
{
	char *behind = pages + PAGES * page;

	check_upwards("memory is read");
	refuse("process_vm_readv", 1, 1, EINTR);
	check_upwards("a read that is interrupted is done again");
	refuse("process_vm_readv", 0, -1, ENOSYS);
	check_upwards("without process_vm_readv through a file");
	ok_int(upwards(behind), -ENOSYS, "what is not there is not there in the file either");
	refuse("process_vm_readv", 0, -1, EPERM);
	check_upwards("likewise where it is forbidden");
	allow_all();
	ok_int(upwards(behind), -EFAULT, "what is not there is an error");
	refuse("realloc", 0, -1, 0);
	ok_int(upwards(pages), -ENOMEM, "so is no memory for it");
	allow_all();
}

static struct mem_view view;

static int copy(const void *place, char *out, size_t size)
{
	return mem_view_copy(&view, address_of(place), out, size);
}

static int string(const void *place, size_t max, struct buf *out)
{
	return mem_view_string(&view, address_of(place), max, out);
}

static void check_pieces(const char *how)
{
	const char *middle = pages + 3 * page - 5;
	char out[3 * 4096];

	mem_view_begin(&view, getpid());
	ok_int(copy(middle, out, sizeof(out)), 0, how);
	ok(memcmp(out, middle, sizeof(out)) == 0, "over the borders of pages");
	ok_int(copy(pages + PAGES * page - 5, out, 6), -EFAULT, "and not behind the last");
}

static void test_pieces(void)
{
	char out[8];

	refuse("malloc", 0, -1, 0);
	mem_view_begin(&view, getpid());
	ok_int(copy(pages, out, 1), -ENOMEM, "a view needs memory");
	allow_all();
	check_pieces("pieces are copied");
	refuse("process_vm_readv", 0, -1, ENOSYS);
	check_pieces("without process_vm_readv, too");
	mem_view_begin(&view, getpid());
	ok_int(copy(pages + PAGES * page, out, 1), -EFAULT, "the error is the same then");
	refuse("process_vm_readv", 0, -1, EPERM);
	mem_view_begin(&view, -1);
	ok_int(copy(pages, out, 1), -EPERM, "no file, no memory");
	refuse("process_vm_readv", 0, -1, ESRCH);
	mem_view_begin(&view, getpid());
	ok_int(copy(pages, out, 1), -ESRCH, "nor where the task is gone");
	allow_all();
}

static void test_strings(void)
{
	struct buf out = {0};
	char *end = pages + PAGES * page, last = end[-1];
	int error = 0, i;

	mem_view_begin(&view, getpid());
	buf_str(&out, "x");
	ok_int(string(end - 9, 100, &out), -EFAULT, "a string that has no end");
	ok_bytes(out.data, out.size, "x", 1, "leaves what was there before");
	end[-1] = '\0';
	mem_view_begin(&view, getpid());
	ok_int(string(end - 9, 9, &out), 0, "one at the end of memory is read");
	ok_bytes(out.data + 1, out.size - 1, end - 9, 9, "with its end");
	ok_int(string(end - 9, 8, &out), -E2BIG, "no more than asked for");
	ok_int(string(pages, PAGES * page, &out), 0, "a long one");
	ok_int((long long)out.size, 1 + 9 + (long long)(PAGES * page), "is whole");
	ok_int(string(pages, PAGES * page - 1, &out), -E2BIG, "and not too long by a byte");
	end[-1] = last;
	mem_view_begin(&view, getpid());
	view.reads = MOST_READS - 3;
	for (i = 0; i < 10 && !error; i++)
		error = copy(pages + (size_t)(i % 3) * 9 * page, &(char){0}, 1);
	ok_int(error, 0, "what is remembered is not read again");
	for (i = 0; i < PAGES && !error; i++)
		error = copy(pages + (size_t)i * page, &(char){0}, 1);
	ok_int(error, -E2BIG, "who has us read here and there for ever is left");
	mem_view_free(&view);
	buf_free(&out);
}

/* --- /proc --------------------------------------------------------------- */

static void test_ours(void)
{
	ok(proc_is_ours() && procaudit_has_proc(), "/proc is ours");
	refuse("readlink", 0, 1, ENOENT);
	ok(!proc_is_ours(), "one that is not there is not");
	given = "1";
	ok(!proc_is_ours(), "nor one where we are somebody else");
	allow_all();
}

static void test_status(void)
{
	struct proc_status status;
	struct proc_stat stat;

	ok(proc_status(getpid(), &status) == 0 && status.ppid == getppid() &&
			status.tgid == getpid() && status.state == 'R' && status.euid == geteuid(),
		"a task's status is read");
	refuse("open64", 0, 1, EMFILE);
	ok_int(proc_status(getpid(), &status), -EMFILE, "unless it cannot be opened");
	refuse("read", 0, 1, ESRCH);
	ok_int(proc_status(getpid(), &status), -ESRCH, "or read");
	given = "Name:\tx\nState:\tZ (zombie)\nNSpid:\t7\t3\t1\nUid:\t1\t2\t3\t4\n";
	ok_int(proc_status(1, &status), 0, "a status that lacks much");
	ok(status.state == 'Z' && status.ns_pid == 1 && status.uid == 1 && status.euid == 2 &&
			!status.ppid && !status.pending && !status.no_new_privs,
		"says the rest");
	given = "7 (a) Z 1 (b) S 5 7 7 0 -1 64 1 2 3 4 5 6 7 8 9 10 11 12 1234 5";
	ok_int(proc_stat(7, &stat), 0, "whatever a program is called");
	ok(stat.state == 'S' && stat.ppid == 5 && stat.flags == 64 && stat.start_ticks == 1234,
		"its stat is understood");
	given = "7 (a) S 5 7";
	ok_int(proc_stat(7, &stat), -ESRCH, "not if it is cut");
	given = "7 a S 5 7";
	ok_int(proc_stat(7, &stat), -ESRCH, "or something else");
	allow_all();
	ok_int(proc_stat(-1, &stat), -ENOENT, "nobody has no stat");
}

static void test_parent(void)
{
	ok_int(proc_ppid(getpid()), getppid(), "a parent is known");
	refuse("syscall", 0, 1, EMFILE);
	ok_int(proc_ppid(getpid()), getppid(), "without a descriptor, too");
	refuse("syscall", 0, 1, ENOSYS);
	ok_int(proc_ppid(getpid()), getppid(), "and on a kernel that cannot tell");
	refuse("syscall", 0, 1, EMFILE);
	ok_int(proc_ppid(getpid()), getppid(), "of which nobody asks that again");
	ok_int(plan.fail, 1, "as nothing has failed");
	given = "7 a S 5 7";
	ok_int(proc_ppid(getpid()), 0, "what is not understood says nothing");
	given = "7 (a)";
	ok_int(proc_ppid(getpid()), 0, "nor does what is cut");
	refuse("open64", 0, 1, ESRCH);
	ok_int(proc_ppid(getpid()), 0, "who is gone has no parent");
	allow_all();
}

static void test_files(void)
{
	struct procaudit_string link;
	struct buf out = {0};
	char buffer[4096];
	struct stat st;

	proc_link(getpid(), "cwd", buffer, sizeof(buffer), &link);
	ok(link.data && !link.error && link.data[0] == '/', "a link is read");
	refuse("readlink", 0, 1, EACCES);
	proc_link(getpid(), "cwd", buffer, sizeof(buffer), &link);
	ok(!link.data && link.error == EACCES, "or its error is known");
	ok(proc_exe_stat(getpid(), &st) && st.st_ino, "the program is known");
	refuse("syscall", 0, 1, EACCES);
	ok(!proc_exe_stat(getpid(), &st), "unless it is not");
	ok(proc_cmdline(getpid(), &out) == 0 && out.size > 0, "arguments are read");
	refuse("open64", 0, 1, ENOENT);
	ok_int(proc_cmdline(getpid(), &out), -ENOENT, "unless they cannot be opened");
	refuse("read", 1, 1, EIO);
	ok_int(proc_cmdline(getpid(), &out), -EIO, "or read to their end");
	buf_free(&out);
	refuse("realloc", 0, 1, 0);
	ok_int(proc_environ(getpid(), &out), -ENOMEM, "or there is no memory for them");
	allow_all();
	buf_free(&out);
}

static bool count(void *context, pid_t id)
{
	(void)id;
	return ++*(int *)context < 3;
}

static void test_each(void)
{
	int seen = 0;

	ok_int(proc_each("/proc", count, &seen), 0, "processes are looked at");
	ok(seen == 3 || seen == 2, "as long as somebody wants to");
	ok_int(proc_each("/nonexistent", count, &seen), -ENOENT, "where there are some");
	ok(proc_exists(getpid()) && proc_exists(getppid()), "who lives exists");
	refuse("kill", 0, 1, EPERM);
	ok(proc_exists(1), "also if he is somebody else's");
	refuse("kill", 0, 1, ESRCH);
	ok(!proc_exists(getpid()), "and who does not, not");
	allow_all();
}

/* A child that sleeps. */
static pid_t make_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		exit(1);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void test_tracees(void)
{
	pid_t child = make_child();

	ok(!proc_traces_any(getpid()), "at first nobody is traced");
	if (ptrace(PTRACE_SEIZE, child, 0, 0) < 0)
		abort();
	ok(proc_traces_any(getpid()), "who is traced is found");
	refuse("opendir", 0, 1, EMFILE);
	ok(!proc_traces_any(getpid()), "nobody if nobody can look");
	refuse("opendir", 1, -1, EMFILE);
	ok(!proc_traces_any(getpid()), "or not at threads");
	allow_all();
	kill(child, SIGKILL);
	waitpid(child, NULL, __WALL);
}

static void test_census(void)
{
	const struct census_entry *entry;
	struct census census = {0};
	pid_t child = make_child();
	siginfo_t info;

	kill(child, SIGKILL);
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	ok_int(census_take(&census), 0, "all processes are counted");
	entry = census_find(&census, getpid());
	ok(entry && entry->ppid == getppid() && !entry->zombie, "we are among them");
	entry = census_find(&census, child);
	ok(entry && entry->ppid == getpid() && entry->zombie, "and who has ended and waits");
	waitpid(child, NULL, 0);
	census_take(&census);
	ok(!census_find(&census, child), "nobody who is gone");
	ok(!census_find(&census, 0) && !census_find(&census, 1 << 30), "or never was");
	refuse("open64", 0, -1, ESRCH);
	ok_int(census_take(&census), 0, "who ends meanwhile is left out");
	ok(!census_find(&census, getpid()), "even if that is everybody");
	refuse("opendir", 0, 1, EMFILE);
	ok_int(census_take(&census), -EMFILE, "without /proc there are no numbers");
	census_free(&census);
	refuse("realloc", 0, 1, 0);
	ok_int(census_take(&census), -ENOMEM, "nor without memory");
	allow_all();
	census_free(&census);
}

/* What stands in the way of ptrace. */
static void test_obstacle(void)
{
	struct procaudit_obstacle obstacle;

	procaudit_obstacle(&obstacle);
	ok(obstacle.tracer_pid == 0, "nobody traces us");
	refuse("fopen64", 0, 1, ENOENT);
	procaudit_obstacle(&obstacle);
	ok_int(obstacle.ptrace_scope, -1, "a kernel without Yama has no scope");
	refuse("readlink", 0, 1, ENOENT);
	procaudit_obstacle(&obstacle);
	ok_int(obstacle.tracer_pid, 0, "without /proc nobody knows a tracer");
	allow_all();
}

int main(void)
{
	allow_all();
	map_pages();
	test_upwards();
	test_pieces();
	test_strings();
	test_ours();
	test_status();
	test_parent();
	test_files();
	test_each();
	test_tracees();
	test_census();
	test_obstacle();
	return tap_end();
}
