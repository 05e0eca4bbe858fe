/* SPDX-License-Identifier: ISC */
/*
 * A fork bomb with a known end: COUNT processes below this one, all short,
 * deep, broad and racing: orphans, double forks, ends before the parent has
 * seen its child. Whoever waits for a process writes down its end; this
 * process is the subreaper and waits for all that are left. At the end it
 * prints one line for every process: pid and wait status.
 *
 *	bomb SEED COUNT
 *	bomb -k SEED COUNT	processes fork on and on and are killed while they do
 */
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Deeper ones do not fork. */
#define DEPTH 12

extern char **environ;

struct end {
	pid_t pid;
	int status; /* as from waitpid(2) */
};

/* Shared by all. */
struct bomb {
	atomic_long tickets;   /* how many more processes may be made */
	atomic_size_t ends;    /* entries of end in use */
	atomic_size_t workers; /* entries of worker in use, -k only */
	pid_t *worker;	       /* those that fork on and on; 0: waited for */
	struct end *end;
};

static struct bomb *bomb;
static uint64_t seed;

/* splitmix64: every process has its own sequence. */
static uint64_t random_below(uint64_t limit)
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % limit;
}

static void *share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

static bool take_ticket(void)
{
	if (atomic_fetch_sub(&bomb->tickets, 1) > 0)
		return true;
	atomic_fetch_add(&bomb->tickets, 1);
	return false;
}

static void note_end(pid_t pid, int status)
{
	bomb->end[atomic_fetch_add(&bomb->ends, 1)] = (struct end){pid, status};
}

static void wait_for_all(int flags)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL | flags)) > 0)
		note_end(pid, status);
}

/* --- Processes ----------------------------------------------------------- */

static _Noreturn void end_somehow(void)
{
	volatile unsigned spin = (unsigned)random_below(20000);

	switch (random_below(8)) {
	case 0:
		kill(getpid(), random_below(2) ? SIGKILL : SIGTERM);
		break;
	case 1:
		execl("/bin/true", "true", (char *)NULL);
		break;
	case 2:
		while (spin)
			spin--;
		break;
	default:
		break;
	}
	_exit((int)random_below(256));
}

/* Forks in one of many ways. Returns true in a child that has all freedom. */
static bool fork_somehow(unsigned depth)
{
	char name[] = "true", *const argv[] = {name, NULL};
	uint64_t childs_seed = random_below(UINT64_MAX);
	unsigned long flags = SIGCHLD;
	long pid;

	switch (random_below(8)) {
	case 0:
		pid = vfork();
		if (pid == 0)
			_exit(3);
		break;
	case 1:
		if (posix_spawn((pid_t[1]){0}, "/bin/true", NULL, NULL, argv, environ) != 0)
			errx(1, "posix_spawn");
		return false;
	case 2: /* a sibling; but this process has one parent that is not of the bomb */
		if (depth > 0)
			flags |= CLONE_PARENT;
		/* fall through */
	default:
		pid = syscall(SYS_clone, flags, 0, 0, 0, 0);
	}
	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		seed = childs_seed;
	return pid == 0;
}

static void grow(unsigned depth)
{
	unsigned children = (unsigned)random_below(4);

	while (children-- && depth < DEPTH && take_ticket()) {
		if (!fork_somehow(depth))
			continue;
		grow(depth + 1);
		end_somehow();
	}
	if (depth > 0 && random_below(3) == 0)
		_exit((int)random_below(256)); /* leaves orphans */
	if (depth > 0)
		wait_for_all(0);
}

/* --- Kills --------------------------------------------------------------- */

/* Only the subreaper waits, so no number is used twice while it may be
 * killed: what is not waited for is at least a zombie. */
static void forget_worker(pid_t pid)
{
	size_t i;

	for (i = 0; i < atomic_load(&bomb->workers); i++)
		if (bomb->worker[i] == pid)
			bomb->worker[i] = 0;
}

static void reap_workers(int flags)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL | flags)) > 0) {
		forget_worker(pid);
		note_end(pid, status);
	}
}

static void become_worker(void)
{
	bomb->worker[atomic_fetch_add(&bomb->workers, 1)] = getpid();
}

static _Noreturn void fork_on(void)
{
	unsigned depth = 1;

	setpgid(0, 0);
	become_worker();
	while (take_ticket()) {
		if (!fork_somehow(depth))
			continue;
		if (++depth > DEPTH || random_below(6) > 0)
			end_somehow();
		become_worker();
	}
	_exit(0);
}

static void kill_somebody(void)
{
	size_t workers = atomic_load(&bomb->workers);
	pid_t pid, group;

	if (workers == 0)
		return;
	/* The newest are most likely in the middle of it. */
	pid = bomb->worker[workers - 1 - random_below(workers < 8 ? workers : 8)];
	if (pid <= 0)
		return;
	/* With its children, who may not have run at all, or alone. */
	group = getpgid(pid);
	if (random_below(2) && group > 0 && group != getpgrp())
		kill(-group, SIGKILL);
	else
		kill(pid, SIGKILL);
}

static void fork_and_kill(void)
{
	while (take_ticket()) {
		if (fork_somehow(0))
			fork_on();
		usleep((useconds_t)random_below(2000)); /* so that the kill hits anywhere */
		kill_somebody();
		reap_workers(WNOHANG);
	}
	reap_workers(0);
}

/* ------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	bool kills = argc > 1 && strcmp(argv[1], "-k") == 0;
	size_t i, count;

	if (argc != (kills ? 4 : 3))
		errx(1, "usage: bomb [-k] SEED COUNT");
	seed = strtoull(argv[argc - 2], NULL, 10);
	count = strtoul(argv[argc - 1], NULL, 10);
	bomb = share(sizeof(*bomb));
	bomb->tickets = (long)count;
	bomb->end = share(count * sizeof(bomb->end[0]));
	bomb->worker = share(count * sizeof(bomb->worker[0]));
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		err(1, "subreaper");
	if (kills)
		fork_and_kill();
	while (!kills && atomic_load(&bomb->tickets) > 0) {
		grow(0);
		wait_for_all(WNOHANG);
	}
	wait_for_all(0);
	for (i = 0; i < bomb->ends; i++)
		printf("%d %d\n", bomb->end[i].pid, bomb->end[i].status);
	return 0;
}
