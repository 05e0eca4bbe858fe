/* SPDX-License-Identifier: ISC */
/*
 * Many tasks that do nothing, and some of them, whichever, that do: a task
 * whose stop is never answered hangs all. Prints the end of each process but
 * this one: pid and wait status.
 *
 *	crowd processes SEED COUNT ROUNDS	idle processes; some fork, execute, stop
 *	crowd threads SEED COUNT ROUNDS		idle threads; some fork, execute, make threads
 *	crowd ring SEED COUNT ROUNDS		each hands over to the next by the end of a
 *						child, round by round
 *	crowd stops SEED COUNT ROUNDS		all are stopped and continued at once
 *
 * At the end all processes are killed at once.
 */
#include <err.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* So many work at a time: more than anybody remembers. */
#define WORKERS 40

enum order { IDLE, FORK, VFORK_EXEC, FORK_EXEC, STOP, WORKS };

/* A task of the crowd, shared by all. */
struct member {
	_Atomic(uint32_t) order; /* IDLE again when it is done */
	pid_t pid;
};

struct end {
	pid_t pid;
	int status; /* as from waitpid(2) */
};

struct crowd {
	atomic_size_t ends;
	struct end *end;
	struct member *member;
};

static struct crowd *crowd;
static size_t count;
static uint64_t seed;

/* splitmix64 */
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

static void set(_Atomic(uint32_t) *word, uint32_t value)
{
	*word = value;
	syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

static void wait_while(_Atomic(uint32_t) *word, uint32_t value)
{
	while (*word == value)
		syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void wait_until_idle(_Atomic(uint32_t) *word)
{
	uint32_t order;

	while ((order = *word) != IDLE)
		wait_while(word, order);
}

static void note_end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	crowd->end[atomic_fetch_add(&crowd->ends, 1)] = (struct end){pid, status};
}

/* --- A member ------------------------------------------------------------ */

static _Noreturn void exec_true(void)
{
	execl("/bin/true", "true", (char *)NULL);
	_exit(127);
}

static void work(uint32_t order)
{
	pid_t pid;

	if (order == STOP) {
		raise(SIGSTOP); /* who gave the order continues us */
		return;
	}
	pid = order == VFORK_EXEC ? vfork() : fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0 && order == FORK)
		_exit(3);
	if (pid == 0)
		exec_true();
	note_end(pid);
}

static void *serve(void *argument)
{
	struct member *member = argument;
	uint32_t order;

	for (;;) {
		wait_while(&member->order, IDLE);
		order = member->order;
		if (order == WORKS)
			return NULL;
		work(order);
		set(&member->order, IDLE);
	}
}

/* --- The crowd ----------------------------------------------------------- */

/* A member that is a process of its own: dies with us. Returns 0 in it. */
static pid_t make_member(struct member *member)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		member->pid = pid;
	else if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	return pid;
}

static void make_processes(void)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (make_member(&crowd->member[i]) != 0)
			continue;
		serve(&crowd->member[i]);
		_exit(0);
	}
}

static void make_threads(pthread_t *thread)
{
	pthread_attr_t small;
	size_t i;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 * 1024);
	for (i = 0; i < count; i++) {
		errno = pthread_create(&thread[i], &small, serve, &crowd->member[i]);
		if (errno)
			err(1, "pthread_create");
	}
}

static void wait_for_stop(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		errx(1, "%d has not stopped", pid);
}

/* So many orders to members who are far from each other, then all are waited
 * for. */
static void burst(uint32_t orders)
{
	size_t first = random_below(count), i;

	for (i = 0; i < WORKERS; i++) {
		struct member *member = &crowd->member[(first + i * (count / WORKERS)) % count];

		set(&member->order, FORK + (uint32_t)random_below(orders));
	}
	for (i = 0; i < WORKERS; i++) {
		struct member *member = &crowd->member[(first + i * (count / WORKERS)) % count];

		if (member->order == STOP) {
			wait_for_stop(member->pid);
			kill(member->pid, SIGCONT);
		}
		wait_until_idle(&member->order);
	}
}

static void kill_all(void)
{
	size_t i;

	for (i = 0; i < count; i++)
		kill(crowd->member[i].pid, SIGKILL);
	for (i = 0; i < count; i++)
		note_end(crowd->member[i].pid);
}

static void run_processes(size_t rounds)
{
	make_processes();
	while (rounds--)
		burst(4);
	kill_all();
}

static void run_threads(size_t rounds)
{
	pthread_t *thread = calloc(count, sizeof(*thread));
	size_t i;

	if (!thread)
		err(1, "calloc");
	make_threads(thread);
	while (rounds--)
		burst(3);
	for (i = 0; i < count; i++)
		set(&crowd->member[i].order, WORKS);
	for (i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	free(thread);
}

static void run_stops(size_t rounds)
{
	int status;
	size_t i;

	make_processes();
	while (rounds--) {
		for (i = 0; i < count; i++)
			kill(crowd->member[i].pid, SIGSTOP);
		for (i = 0; i < count; i++)
			wait_for_stop(crowd->member[i].pid);
		for (i = 0; i < count; i++)
			kill(crowd->member[i].pid, SIGCONT);
		for (i = 0; i < count; i++)
			if (waitpid(crowd->member[i].pid, &status, WCONTINUED) < 0 ||
				!WIFCONTINUED(status))
				errx(1, "not continued");
		burst(4);
	}
	kill_all();
}

/* Each waits for its turn, has a child run and end, and gives the turn on. */
static _Noreturn void run_in_ring(size_t self, size_t rounds)
{
	struct member *next = &crowd->member[(self + 1) % count];

	while (rounds--) {
		wait_while(&crowd->member[self].order, IDLE);
		crowd->member[self].order = IDLE;
		work(FORK + (uint32_t)random_below(3));
		wait_until_idle(&next->order);
		set(&next->order, WORKS);
	}
	pause();
	_exit(1);
}

static void run_ring(size_t rounds)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (make_member(&crowd->member[i]) != 0)
			continue;
		seed += i;
		run_in_ring(i, rounds);
	}
	set(&crowd->member[0].order, WORKS);
	while (atomic_load(&crowd->ends) < count * rounds)
		usleep(1000);
	kill_all();
}

static const struct {
	const char *name;
	void (*run)(size_t rounds);
} kinds[] = {
	{"processes", run_processes},
	{"threads", run_threads},
	{"ring", run_ring},
	{"stops", run_stops},
};

int main(int argc, char **argv)
{
	size_t i, rounds;

	if (argc != 5)
		errx(1, "usage: crowd KIND SEED COUNT ROUNDS");
	seed = strtoull(argv[2], NULL, 10);
	count = strtoul(argv[3], NULL, 10);
	rounds = strtoul(argv[4], NULL, 10);
	if (count < WORKERS)
		errx(1, "a crowd is at least %d", WORKERS);
	crowd = share(sizeof(*crowd));
	crowd->member = share(count * sizeof(crowd->member[0]));
	crowd->end = share((count + (count + WORKERS) * rounds) * sizeof(crowd->end[0]));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, argv[1]) == 0)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		errx(1, "no kind %s", argv[1]);
	kinds[i].run(rounds);
	for (i = 0; i < crowd->ends; i++)
		printf("%d %d\n", crowd->end[i].pid, crowd->end[i].status);
	return 0;
}
