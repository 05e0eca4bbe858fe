/* SPDX-License-Identifier: ISC */
/*
 * A library for tests/coverage: writes the counters of gcov where a process ends and
 * gcov does not notice, as by a signal that it sends itself, and before it executes
 * a program. Each program and library has counted.c linked to it, which says how its
 * own are written.
 *
 * Calls that do so are not procaudit's; helpers/inject.c asks counters_busy.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

bool counters_busy;
void counters_add(void (*dump)(void));
void counters_begin(void);

static void (*dumps[8])(void);
static unsigned count;

/* What the process has, but for the time of writing. */
static struct rlimit file_size;
static void (*on_file_size)(int signo);

/* Tests limit the size of files. */
void counters_begin(void)
{
	static const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

	counters_busy = true;
	on_file_size = signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &file_size);
	setrlimit(RLIMIT_FSIZE, &none);
}

/* Who has dropped his rights cannot lift the limit, and half a file of counters would
 * spoil those that there are. */
static bool can_write(void)
{
	struct rlimit now;

	return getrlimit(RLIMIT_FSIZE, &now) == 0 && now.rlim_cur >= 1 << 20;
}

static void dump_all(void)
{
	unsigned i;

	counters_begin();
	for (i = 0; can_write() && i < count; i++)
		dumps[i]();
	setrlimit(RLIMIT_FSIZE, &file_size);
	signal(SIGXFSZ, on_file_size);
	counters_busy = false;
}

/* The library's own call of this name. Object and function pointers are the same here. */
static void *next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		abort();
	return function;
}

#define NEXT(name) (__extension__(__typeof__(&(name))) next(#name))

/* Before gcov itself writes, as it does at the very end. */
static void at_end(int status, void *unused)
{
	(void)unused;
	counters_begin();
	if (can_write())
		return;
	fflush(NULL);
	NEXT(_exit)(status);
}

/* A program adds its own after ld.so has told exit(3) of the libraries; what comes
 * last is called first. */
void counters_add(void (*dump)(void))
{
	if (count == sizeof(dumps) / sizeof(dumps[0]))
		abort();
	dumps[count++] = dump;
	on_exit(at_end, NULL);
}

void _exit(int status)
{
	dump_all();
	NEXT(_exit)(status);
	abort();
}

int kill(pid_t pid, int signo)
{
	if (pid == (pid_t)syscall(SYS_getpid) && signo)
		dump_all();
	return NEXT(kill)(pid, signo);
}

int raise(int signo)
{
	dump_all();
	return NEXT(raise)(signo);
}

int execvp(const char *file, char *const argv[])
{
	dump_all();
	return NEXT(execvp)(file, argv);
}
