/* SPDX-License-Identifier: ISC */
/*
 * Lives that are hard to follow. Prints one line for every process that it has
 * made, pid and wait status, in the order of their ends, unless said otherwise.
 *
 *	lives many N		N processes one after the other, made in every way;
 *				some execute /bin/true, some are killed
 *	lives same TID N	N processes one after the other, all with this number
 *	lives storm SEED N	a process that executes itself N times from whatever
 *				thread, while others fork, execute and end
 *	lives zombies N		N children that it never waits for; prints how many
 *				are zombies once all are, executes and tells again
 *	lives unwaited N	the same where SIGCHLD is ignored: there are none
 *	lives orphan		a subreaper gets the child of its child, which tells
 *				its parents, and executes /bin/true
 *	lives daemon FIFO FILE	leaves a daemon behind that holds nothing of ours;
 *				when FIFO can be read it writes a line to FILE
 *	lives traces		asks for tracing in all ways; prints what it gets
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK ((size_t)64 * 1024)

extern char **environ;

/* This program: once the leader has ended, /proc/self/exe leads nowhere. */
static char self[PATH_MAX];

static char true_name[] = "true";
static char *const true_argv[] = {true_name, NULL};

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static pid_t fork_or_die(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	return pid;
}

static void report(pid_t pid)
{
	int status;

	pid = waitpid(pid, &status, __WALL);
	if (pid < 0)
		err(1, "waitpid");
	printf("%d %d\n", pid, status);
}

static void report_all(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0)
		printf("%d %d\n", pid, status);
}

static _Noreturn void exec_true(void)
{
	execve("/bin/true", true_argv, environ);
	_exit(127);
}

/* --- Ways to make a process ---------------------------------------------- */

static int end_in_clone(void *unused)
{
	(void)unused;
	return 23;
}

static pid_t make_fork(void)
{
	pid_t pid = fork_or_die();

	if (pid == 0)
		_exit(3);
	return pid;
}

static pid_t make_killed(void)
{
	pid_t pid = fork_or_die();

	if (pid == 0)
		raise(SIGKILL);
	return pid;
}

static pid_t make_vfork(void)
{
	pid_t pid = vfork();

	if (pid < 0)
		err(1, "vfork");
	if (pid == 0)
		exec_true();
	return pid;
}

static pid_t make_spawn(void)
{
	pid_t pid;

	errno = posix_spawn(&pid, "/bin/true", NULL, NULL, true_argv, environ);
	if (errno)
		err(1, "posix_spawn");
	return pid;
}

/* Shares memory and is no thread; its end is told by no signal. */
static pid_t make_clone(void)
{
	static _Thread_local char stack[STACK] __attribute__((aligned(16)));
	pid_t pid = clone(end_in_clone, stack + STACK, CLONE_VM, NULL);

	if (pid < 0)
		err(1, "clone");
	return pid;
}

static pid_t make_clone3(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		err(1, "clone3");
	if (pid == 0)
		_exit(5);
	return (pid_t)pid;
}

static pid_t (*const ways[])(void) = {
	make_fork, make_killed, make_vfork, make_spawn, make_clone3, make_clone};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static void many(char **argv)
{
	unsigned i, n = number(argv[0]);

	for (i = 0; i < n; i++)
		report(ways[i % WAYS]());
}

static void same(char **argv)
{
	pid_t tid = (pid_t)number(argv[0]);
	unsigned i, n = number(argv[1]);

	for (i = 0; i < n; i++) {
		struct clone_args args = {
			.exit_signal = SIGCHLD,
			.set_tid = (uintptr_t)&tid,
			.set_tid_size = 1,
		};
		long pid = syscall(SYS_clone3, &args, sizeof(args));

		if (pid < 0)
			err(1, "clone3 with set_tid");
		if (pid == 0 && i % 3 == 0)
			exec_true();
		if (pid == 0 && i % 3 == 1)
			abort();
		if (pid == 0)
			_exit((int)(i % 256));
		report((pid_t)pid);
	}
}

/* --- Storm --------------------------------------------------------------- */

/* Threads of each image, and what each does before it ends. */
#define THREADS 4
#define DEEDS	4

/* What a thread does, from this alone. Its children are never waited for. */
struct part {
	uint64_t seed;
	char **argv; /* to execute; NULL: it does not */
};

/* splitmix64 */
static uint64_t random_below(uint64_t *seed, uint64_t limit)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % limit;
}

static void *end_thread(void *unused)
{
	return unused;
}

static void start_thread(void *(*function)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	do /* EAGAIN while another thread executes (Linux kernel/fork.c, copy_fs) */
		errno = pthread_create(&thread, &attributes, function, argument);
	while (errno == EAGAIN);
	if (errno)
		err(1, "pthread_create");
}

static void *play(void *argument)
{
	struct part part = *(struct part *)argument;
	unsigned i;

	for (i = 0; i < DEEDS; i++) {
		/* Not the one whose stack goes with its thread. */
		uint64_t way = random_below(&part.seed, WAYS);

		if (way == WAYS - 1)
			start_thread(end_thread, NULL);
		else
			ways[way]();
	}
	if (part.argv)
		execve(self, part.argv, environ);
	return NULL;
}

/* One image of the storm. Its leader ends, executes, or sits and waits. */
static _Noreturn void storm_on(uint64_t seed, unsigned left)
{
	static struct part parts[THREADS + 1];
	char name[] = "lives", kind[] = "storm-on", seed_text[32], left_text[32];
	char *argv[] = {name, kind, seed_text, left_text, NULL};
	uint64_t who, leader;
	unsigned i;

	if (left == 0)
		_exit(0);
	who = random_below(&seed, THREADS + 1);
	leader = random_below(&seed, 2);
	snprintf(seed_text, sizeof(seed_text), "%llu", (unsigned long long)seed);
	snprintf(left_text, sizeof(left_text), "%u", left - 1);
	for (i = 0; i <= THREADS; i++)
		parts[i] = (struct part){.seed = seed + i, .argv = i == who ? argv : NULL};
	for (i = 1; i <= THREADS; i++)
		start_thread(play, &parts[i]);
	play(&parts[0]);
	/* argv lives on our stack, which stays until the exec. */
	if (leader == 0)
		syscall(SYS_exit, 0);
	for (;;)
		pause();
}

static void storm(char **argv)
{
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork_or_die();
	if (pid == 0)
		storm_on(strtoull(argv[0], NULL, 10), number(argv[1]));
	report_all();
}

static void storm_again(char **argv)
{
	storm_on(strtoull(argv[0], NULL, 10), number(argv[1]));
}

/* --- Nobody waits -------------------------------------------------------- */

/* How many children of ours are there, and how many of those are zombies. */
static void count_children(unsigned *all, unsigned *zombies)
{
	char path[300], state;
	struct dirent *entry;
	int ppid;
	DIR *dir = opendir("/proc");

	*all = *zombies = 0;
	while (dir && (entry = readdir(dir))) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		if (number(entry->d_name) == 0 || !(file = fopen(path, "re")))
			continue;
		if (fscanf(file, "%*d %*s %c %d", &state, &ppid) == 2 && ppid == getpid()) {
			++*all;
			*zombies += state == 'Z';
		}
		fclose(file);
	}
	if (dir)
		closedir(dir);
}

static void tell_zombies(void)
{
	unsigned all, zombies;

	do
		count_children(&all, &zombies);
	while (all != zombies);
	printf("%u zombies\n", zombies);
	fflush(stdout);
}

static void leave_children(unsigned n, bool ignored)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (fork_or_die() == 0)
			_exit((int)(i % 256));
	/* Where they are not to be waited for this waits until all are gone. */
	while (ignored && (waitpid(-1, NULL, 0) > 0 || errno == EINTR))
		;
	tell_zombies();
	execl(self, "lives", "still", (char *)NULL);
	err(1, "exec");
}

static void zombies(char **argv)
{
	leave_children(number(argv[0]), false);
}

static void unwaited(char **argv)
{
	signal(SIGCHLD, SIG_IGN);
	leave_children(number(argv[0]), true);
}

static void still(char **argv)
{
	(void)argv;
	tell_zombies();
}

/* --- Other parents ------------------------------------------------------- */

static void orphan(char **argv)
{
	pid_t reaper = getpid(), child;

	(void)argv;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child = fork_or_die();
	if (child == 0) {
		child = getpid();
		if (fork_or_die() != 0)
			_exit(4);
		while (getppid() == child)
			sched_yield();
		printf("the orphan's parent is %s\n",
			getppid() == reaper ? "the subreaper" : "not");
		fflush(stdout);
		exec_true();
	}
	waitpid(child, NULL, 0);
	waitpid(-1, NULL, 0);
}

static void be_daemon(const char *fifo, const char *path)
{
	int fd;
	char byte;

	if (setsid() < 0 || fork_or_die() != 0)
		_exit(0);
	umask(0);
	syscall(SYS_close_range, 0, ~0U, 0);
	fd = open(fifo, O_RDONLY);
	if (fd < 0 || read(fd, &byte, 1) != 1)
		_exit(1);
	close(fd);
	fd = open(path, O_WRONLY | O_CREAT, 0600); /* descriptor 0: nobody else's */
	dprintf(fd, "%d %d %d\n", fd, getsid(0) != getpid(), getpgid(0) != getpid());
	_exit(6);
}

static void leave_daemon(char **argv)
{
	pid_t pid = fork_or_die();

	if (pid == 0)
		be_daemon(argv[0], argv[1]);
	waitpid(pid, NULL, 0);
}

/* --- Tracing ------------------------------------------------------------- */

static void tell(const char *what, long result)
{
	printf("%s: %s\n", what, result == 0 ? "done" : strerror(errno));
	fflush(stdout);
}

static void traces(char **argv)
{
	pid_t pid = fork_or_die();

	(void)argv;
	if (pid == 0) {
		tell("TRACEME", ptrace(PTRACE_TRACEME, 0, 0, 0));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	pid = fork_or_die();
	if (pid == 0)
		for (;;)
			pause();
	tell("SEIZE", ptrace(PTRACE_SEIZE, pid, 0, 0));
	tell("ATTACH", ptrace(PTRACE_ATTACH, pid, 0, 0));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int arguments;
	void (*live)(char **argv);
} kinds[] = {
	{"many", 1, many},
	{"same", 2, same},
	{"storm", 2, storm},
	{"storm-on", 2, storm_again},
	{"zombies", 1, zombies},
	{"unwaited", 1, unwaited},
	{"still", 0, still},
	{"orphan", 0, orphan},
	{"daemon", 2, leave_daemon},
	{"traces", 0, traces},
};

int main(int argc, char **argv)
{
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		err(1, "/proc/self/exe");
	for (i = 0; argc > 1 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0 && argc == 2 + kinds[i].arguments) {
			kinds[i].live(argv + 2);
			return 0;
		}
	errx(1, "usage: lives KIND [ARG...]");
}
