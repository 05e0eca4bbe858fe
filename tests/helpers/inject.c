/* SPDX-License-Identifier: ISC */
/*
 * Preloaded, makes one call fail:
 *
 *	INJECT="CALL N ERRNO [PLACE]"	the N-th CALL, from 1; ERRNO is a number. With
 *				PLACE, hexadecimal: the N-th that a process does there
 *	INJECT_COUNTS=FILE	where to count all calls: a number of 64 bits each, in
 *				the order of `names`; then how many calls there were,
 *				and of each the index of its name and its place
 *
 * A place is where a call returns to, whatever the addresses of this run.
 *
 * Only in the process that it was preloaded to and in the first that it forks, as
 * procaudit is a recorder and its parent, and in the two that become a daemon: neither
 * further children nor the programs that they run see anything of it. Before a call of
 * ptrace fails with ESRCH the tracee is killed, since nothing else makes the kernel say
 * that. A close that fails has closed. With INJECT=list it prints the names and ends.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of calls that are defined below by FAILING and those behind. */
enum call {
	PTRACE_SEIZE_,
	PTRACE_INTERRUPT_,
	PTRACE_INFO,
	PTRACE_LOOK,
	PTRACE_RESTART,
	WAITID,
	WAIT4,
	WAITPID,
	OPEN,
	OPENAT,
	READ,
	PREAD,
	WRITE,
	FORK,
	PIPE2,
	VM_READ,
	READLINK,
	STAT,
	FSTAT,
	FTRUNCATE,
	LSEEK,
	FLOCK,
	FCHMOD,
	MMAP,
	OPENDIR,
	KILL,
	SIGTIMEDWAIT,
	GETRANDOM,
	DUP3,
	POLL,
	FCNTL,
	CLOSE,
	FOPEN,
	FDOPENDIR,
	FSTATAT,
	LSTAT,
	FSYNC,
	FDATASYNC,
	RENAMEAT,
	UNLINKAT,
	GETCWD,
	CHDIR,
	SOCKET,
	PWRITE,
	PTHREAD_CREATE,
	CLONE,
	RENAMEAT2,
	OPENAT2,
	PIDFD_OPEN,
	PIDFD_INFO,
	SECCOMP,
	MALLOC,
	CALLOC,
	REALLOC,
	REALLOCARRAY,
	CALLS
};

static const char *const names[CALLS] = {"ptrace-seize", "ptrace-interrupt", "ptrace-info",
	"ptrace-look", "ptrace-restart", "waitid", "wait4", "waitpid", "open", "openat", "read",
	"pread", "write", "fork", "pipe2", "process_vm_readv", "readlink", "stat", "fstat",
	"ftruncate", "lseek", "flock", "fchmod", "mmap", "opendir", "kill", "sigtimedwait",
	"getrandom", "dup3", "poll", "fcntl", "close", "fopen", "fdopendir", "fstatat", "lstat",
	"fsync", "fdatasync", "renameat", "unlinkat", "getcwd", "chdir", "socket", "pwrite",
	"pthread_create", "clone", "renameat2", "openat2", "pidfd_open", "pidfd_info", "seccomp",
	"malloc", "calloc", "realloc", "reallocarray"};

#define NOTES 65536

/* What INJECT_COUNTS is. */
struct counts {
	uint64_t calls[CALLS];
	uint64_t noted; /* of the following */
	struct {
		uint64_t call, place;
	} notes[NOTES];
};

static pid_t owner; /* 0: nothing is counted yet */
static struct counts *counts;
static unsigned target = CALLS;
static uint64_t at;
static uint64_t place; /* 0: anywhere */
static uint64_t seen;  /* calls of the target there, by this process */
static int error;

/* While tests/coverage writes what it has counted, whose calls are not procaudit's. */
extern bool counters_busy __attribute__((weak));

static void read_order(void)
{
	const char *order = getenv("INJECT");
	char name[32];
	unsigned i;

	if (order && strcmp(order, "list") == 0) {
		for (i = 0; i < CALLS; i++)
			puts(names[i]);
		exit(0);
	}
	if (!order || sscanf(order, "%31s %ju %d %jx", name, &at, &error, &place) < 3)
		return;
	for (i = 0; i < CALLS; i++)
		if (strcmp(name, names[i]) == 0)
			target = i;
	if (target == CALLS)
		abort();
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("INJECT_COUNTS");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd >= 0 && ftruncate(fd, sizeof(*counts)) < 0)
		abort();
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (counts == MAP_FAILED)
		abort();
	if (fd >= 0)
		close(fd);
	read_order();
	unsetenv("INJECT");
	unsetenv("INJECT_COUNTS");
	unsetenv("LD_PRELOAD");
	owner = getpid();
}

/* The offset in a file, and a hash of that file's name. */
static uint64_t place_of(const void *address)
{
	const char *name = "";
	uint64_t hash = 5381;
	Dl_info info = {0};

	if (dladdr(address, &info) && info.dli_fname)
		name = info.dli_fname;
	if (strrchr(name, '/'))
		name = strrchr(name, '/') + 1;
	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return (uint64_t)((uintptr_t)address - (uintptr_t)info.dli_fbase) ^ hash << 32;
}

static void note(enum call call, uint64_t there)
{
	uint64_t n = __atomic_fetch_add(&counts->noted, 1, __ATOMIC_RELAXED);

	if (n >= NOTES)
		return;
	counts->notes[n].call = call;
	counts->notes[n].place = there;
}

/* Whether this is the call that fails, which returns to the caller. Not static: what it
 * is called by may be inline functions of libc's headers. */
bool strikes(enum call call, const void *caller);

__attribute__((visibility("hidden"))) bool strikes(enum call call, const void *caller)
{
	uint64_t number;

	if (!owner || getpid() != owner || (&counters_busy && counters_busy))
		return false;
	number = __atomic_add_fetch(&counts->calls[call], 1, __ATOMIC_RELAXED);
	if (target == CALLS)
		note(call, place_of(caller));
	if (call != target)
		return false;
	if (place)
		number = place_of(caller) == place ? ++seen : 0;
	if (number != at)
		return false;
	errno = error;
	return true;
}

#define STRIKES(call) strikes(call, __builtin_return_address(0))

/* A call of libc, by the name that it has in the library. */
static void *real(void **function, const char *symbol)
{
	if (!*function)
		*function = dlsym(RTLD_NEXT, symbol);
	if (!*function)
		abort();
	return *function;
}

#define REAL(name, symbol) (__extension__(__typeof__(&(name))) real(&function, symbol))

#define FAILING(call, failed, type, name, symbol, parameters, arguments)                           \
	type name parameters                                                                       \
	{                                                                                          \
		static void *function;                                                             \
		return STRIKES(call) ? (failed) : REAL(name, symbol) arguments;                    \
	}

#ifdef __USE_FILE_OFFSET64
#define LARGE(name) name "64"
#else
#define LARGE(name) name
#endif

/* clang-format off */
FAILING(WAITID, -1, int, waitid, "waitid",
	(idtype_t type, id_t id, siginfo_t *info, int options), (type, id, info, options))
FAILING(WAIT4, -1, pid_t, wait4, "wait4",
	(pid_t pid, int *status, int options, struct rusage *usage), (pid, status, options, usage))
FAILING(WAITPID, -1, pid_t, waitpid, "waitpid",
	(pid_t pid, int *status, int options), (pid, status, options))
FAILING(READ, -1, ssize_t, read, "read", (int fd, void *data, size_t size), (fd, data, size))
FAILING(PREAD, -1, ssize_t, pread, LARGE("pread"),
	(int fd, void *data, size_t size, off_t offset), (fd, data, size, offset))
FAILING(WRITE, -1, ssize_t, write, "write",
	(int fd, const void *data, size_t size), (fd, data, size))
FAILING(PIPE2, -1, int, pipe2, "pipe2", (int fd[2], int flags), (fd, flags))
FAILING(VM_READ, -1, ssize_t, process_vm_readv, "process_vm_readv",
	(pid_t pid, const struct iovec *local, unsigned long locals, const struct iovec *remote,
		unsigned long remotes, unsigned long flags),
	(pid, local, locals, remote, remotes, flags))
FAILING(READLINK, -1, ssize_t, readlink, "readlink",
	(const char *path, char *buffer, size_t size), (path, buffer, size))
FAILING(STAT, -1, int, stat, LARGE("stat"), (const char *path, struct stat *st), (path, st))
FAILING(FSTAT, -1, int, fstat, LARGE("fstat"), (int fd, struct stat *st), (fd, st))
FAILING(FTRUNCATE, -1, int, ftruncate, LARGE("ftruncate"), (int fd, off_t size), (fd, size))
FAILING(LSEEK, -1, off_t, lseek, LARGE("lseek"),
	(int fd, off_t offset, int whence), (fd, offset, whence))
FAILING(FLOCK, -1, int, flock, "flock", (int fd, int how), (fd, how))
FAILING(FCHMOD, -1, int, fchmod, "fchmod", (int fd, mode_t mode), (fd, mode))
FAILING(MMAP, MAP_FAILED, void *, mmap, LARGE("mmap"),
	(void *address, size_t size, int protection, int flags, int fd, off_t offset),
	(address, size, protection, flags, fd, offset))
FAILING(OPENDIR, NULL, DIR *, opendir, "opendir", (const char *path), (path))
FAILING(KILL, -1, int, kill, "kill", (pid_t pid, int signo), (pid, signo))
FAILING(SIGTIMEDWAIT, -1, int, sigtimedwait, "sigtimedwait",
	(const sigset_t *set, siginfo_t *info, const struct timespec *limit), (set, info, limit))
FAILING(GETRANDOM, -1, ssize_t, getrandom, "getrandom",
	(void *data, size_t size, unsigned flags), (data, size, flags))
FAILING(DUP3, -1, int, dup3, "dup3", (int old, int new, int flags), (old, new, flags))
FAILING(FDOPENDIR, NULL, DIR *, fdopendir, "fdopendir", (int fd), (fd))
FAILING(FOPEN, NULL, FILE *, fopen, LARGE("fopen"), (const char *path, const char *how),
	(path, how))
FAILING(FSTATAT, -1, int, fstatat, LARGE("fstatat"),
	(int dir, const char *path, struct stat *st, int flags), (dir, path, st, flags))
FAILING(LSTAT, -1, int, lstat, LARGE("lstat"), (const char *path, struct stat *st), (path, st))
FAILING(FSYNC, -1, int, fsync, "fsync", (int fd), (fd))
FAILING(FDATASYNC, -1, int, fdatasync, "fdatasync", (int fd), (fd))
FAILING(RENAMEAT, -1, int, renameat, "renameat",
	(int from, const char *old, int to, const char *new), (from, old, to, new))
FAILING(UNLINKAT, -1, int, unlinkat, "unlinkat", (int dir, const char *path, int flags),
	(dir, path, flags))
FAILING(GETCWD, NULL, char *, getcwd, "getcwd", (char *buffer, size_t size), (buffer, size))
FAILING(CHDIR, -1, int, chdir, "chdir", (const char *path), (path))
FAILING(SOCKET, -1, int, socket, "socket", (int domain, int type, int protocol),
	(domain, type, protocol))
FAILING(PWRITE, -1, ssize_t, pwrite, LARGE("pwrite"),
	(int fd, const void *data, size_t size, off_t offset), (fd, data, size, offset))
FAILING(PTHREAD_CREATE, error, int, pthread_create, "pthread_create",
	(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *argument),
	(thread, how, run, argument))
FAILING(POLL, -1, int, poll, "poll", (struct pollfd *fds, nfds_t count, int limit),
	(fds, count, limit))
/* clang-format on */

pid_t fork(void)
{
	static void *function;
	static bool is_first = true;
	bool was_first = is_first;
	pid_t pid;

	if (STRIKES(FORK))
		return -1;
	is_first = false;
	pid = REAL(fork, "fork")();
	if (pid == 0 && was_first)
		owner = getpid();
	return pid;
}

int close(int fd)
{
	static void *function;
	bool fails = STRIKES(CLOSE);
	int result = REAL(close, "close")(fd);

	if (!fails)
		return result;
	errno = error;
	return -1;
}

int fcntl(int fd, int command, ...)
{
	static void *function;
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	return STRIKES(FCNTL) ? -1 : REAL(fcntl, LARGE("fcntl"))(fd, command, argument);
}

/* The kind of a call that has no name in the library; CALLS: it does not fail. */
static enum call kind_of_syscall(long number)
{
	switch (number) {
	case SYS_clone:
		return CLONE;
	case SYS_renameat2:
		return RENAMEAT2;
	case SYS_openat2:
		return OPENAT2;
	case SYS_pidfd_open:
		return PIDFD_OPEN;
	case SYS_ioctl:
		return PIDFD_INFO;
	case SYS_seccomp:
		return SECCOMP;
	default:
		return CALLS;
	}
}

static long real_syscall(long number, const long a[6])
{
	static void *function;

	return REAL(syscall, "syscall")(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

long syscall(long number, ...)
{
	enum call kind = kind_of_syscall(number);
	bool ours = owner && getpid() == owner;
	va_list arguments;
	long a[6], result;
	size_t i;

	va_start(arguments, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (kind != CALLS && STRIKES(kind))
		return -1;
	result = real_syscall(number, a);
	if (number == SYS_clone && result == 0 && ours)
		owner = getpid();
	return result;
}

static mode_t mode_of(int flags, va_list arguments)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	static void *function;
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return STRIKES(OPEN) ? -1 : REAL(open, LARGE("open"))(path, flags, mode);
}

int openat(int fd, const char *path, int flags, ...)
{
	static void *function;
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return STRIKES(OPENAT) ? -1 : REAL(openat, LARGE("openat"))(fd, path, flags, mode);
}

static enum call kind_of(enum __ptrace_request request)
{
	switch ((int)request) {
	case PTRACE_SEIZE:
		return PTRACE_SEIZE_;
	case PTRACE_INTERRUPT:
		return PTRACE_INTERRUPT_;
	case PTRACE_GET_SYSCALL_INFO:
		return PTRACE_INFO;
	case PTRACE_CONT:
	case PTRACE_SYSCALL:
	case PTRACE_LISTEN:
	case PTRACE_DETACH:
		return PTRACE_RESTART;
	default:
		return PTRACE_LOOK;
	}
}

long ptrace(enum __ptrace_request request, ...)
{
	enum call kind = kind_of(request);
	static void *function;
	void *address, *data;
	va_list arguments;
	pid_t pid;

	va_start(arguments, request);
	pid = va_arg(arguments, pid_t);
	address = va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);
	if (!STRIKES(kind))
		return REAL(ptrace, "ptrace")(request, pid, address, data);
	if (error == ESRCH)
		real_syscall(SYS_tkill, (long[6]){pid, SIGKILL});
	errno = error;
	return -1;
}

/* Where dlsym() itself asks for memory. The names are glibc's.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

void *malloc(size_t size)
{
	return STRIKES(MALLOC) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return STRIKES(CALLOC) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return STRIKES(REALLOC) ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(count, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return STRIKES(REALLOCARRAY) ? NULL : __libc_realloc(old, all);
}
