/* SPDX-License-Identifier: ISC */
/*
 * Makes tasks in the ways that are hard to follow, and prints one line for
 * every process that it has made: pid and wait status.
 *
 *	newborns killed N	killed by the parent as soon as they exist
 *	newborns stopping N	stop themselves first; continued by the parent
 *	newborns stopped N	stopped by the parent as soon as they exist
 *	newborns vforked N	their parent is killed while it waits in vfork
 *	newborns threads N	N threads at once
 *	newborns born-stopped N	threads made while their process is stopped, N times
 *	newborns sigchld N	N threads that carry an exit signal, as processes do
 *	newborns exec N		N times: a thread executes while others fork
 *	newborns signal N	ends by leader first, then a thread; announced by signal N
 *	newborns signal-parent N the same, made by a child of ours: N is KILL or STOP
 *	newborns untraced N	N processes with CLONE_UNTRACED, then a plain one
 *	newborns vfork FIFO	vfork; the child ends with 3 when it has read a line
 *	newborns siblings N	eight make N each at once, with our process as their parent;
 *				the i-th's end with i
 *	newborns cgroup DIR	born into that cgroup
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
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

#define STACK ((size_t)64 * 1024)

/* Threads that fork, in newborns exec. */
#define FORKERS 3

static pid_t fork_or_die(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	return pid;
}

/* Waits for a child and says how it ended. */
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

static void wait_for_stop(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		errx(1, "the child has not stopped but 0x%x", (unsigned)status);
}

static void signal_child(pid_t pid, int signo)
{
	if (kill(pid, signo) < 0)
		err(1, "kill");
}

/* --- Processes ----------------------------------------------------------- */

static void killed(void)
{
	pid_t pid = fork_or_die();

	if (pid == 0)
		_exit(0);
	signal_child(pid, SIGKILL);
	report(pid);
}

static void stopping(void)
{
	pid_t pid = fork_or_die();

	if (pid == 0) {
		raise(SIGSTOP);
		_exit(7);
	}
	wait_for_stop(pid);
	signal_child(pid, SIGCONT);
	report(pid);
}

static void stopped(void)
{
	int fd[2];
	pid_t pid;
	char byte;

	if (pipe(fd) < 0)
		err(1, "pipe");
	pid = fork_or_die();
	if (pid == 0) {
		close(fd[1]);
		_exit(read(fd[0], &byte, 1) == 0 ? 8 : 1);
	}
	signal_child(pid, SIGSTOP);
	wait_for_stop(pid);
	signal_child(pid, SIGCONT);
	close(fd[1]);
	report(pid);
	close(fd[0]);
}

/* The child of a vfork: says who it is, waits until it is told to end. */
static _Noreturn void be_vforked(int tell, int hear)
{
	pid_t pid = getpid();
	char byte;

	if (write(tell, &pid, sizeof(pid)) != sizeof(pid) || read(hear, &byte, 1) != 1)
		_exit(1);
	_exit(5);
}

/* The parent's stop for its vfork is over then: nothing but the child's end is awaited. */
static void await_vfork(pid_t pid)
{
	char path[32], line[512], *name_end;
	FILE *file;
	bool waits;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	do {
		file = fopen(path, "re");
		if (!file || !fgets(line, sizeof(line), file))
			err(1, "%s", path);
		fclose(file);
		name_end = strrchr(line, ')');
		waits = name_end && name_end[2] == 'D';
		if (!waits)
			usleep(200);
	} while (!waits);
}

static void vforked(void)
{
	int tell[2], hear[2];
	pid_t middle, child;

	if (pipe(tell) < 0 || pipe(hear) < 0)
		err(1, "pipe");
	middle = fork_or_die();
	if (middle == 0) {
		if (vfork() == 0)
			be_vforked(tell[1], hear[0]);
		_exit(6);
	}
	if (read(tell[0], &child, sizeof(child)) != sizeof(child))
		err(1, "read");
	await_vfork(middle);
	signal_child(middle, SIGKILL);
	report(middle);
	if (write(hear[1], "", 1) != 1)
		err(1, "write");
	report(child);
	close(tell[0]), close(tell[1]), close(hear[0]), close(hear[1]);
}

static void vfork_until(const char *fifo)
{
	pid_t pid = vfork();

	if (pid == 0) {
		char byte;
		int fd = open(fifo, O_RDONLY | O_CLOEXEC);

		_exit(fd >= 0 && read(fd, &byte, 1) == 1 ? 3 : 1);
	}
	if (pid < 0)
		err(1, "vfork");
	report(pid);
}

static void untraced(void)
{
	long pid = syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
	int status;

	if (pid < 0)
		err(1, "clone");
	if (pid == 0) {
		execl("/bin/true", "unseen", (char *)NULL);
		_exit(1);
	}
	if (waitpid((pid_t)pid, &status, 0) != pid || status != 0)
		errx(1, "the untraced child has not ended well");
}

static void into_cgroup(const char *dir)
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long pid;

	if (fd < 0)
		err(1, "%s", dir);
	args.cgroup = (unsigned long long)fd;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		err(1, "clone3");
	if (pid == 0) {
		execl("/bin/cat", "cat", "/proc/self/cgroup", (char *)NULL);
		_exit(1);
	}
	report((pid_t)pid);
}

static _Noreturn void make_siblings(unsigned count, int status)
{
	while (count--) {
		long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

		if (pid < 0)
			err(1, "clone");
		if (pid == 0)
			_exit(status);
	}
	_exit(0);
}

static void siblings(unsigned count)
{
	int i;

	for (i = 1; i <= 8; i++)
		if (fork_or_die() == 0)
			make_siblings(count, i);
	report_all();
}

/* --- Threads ------------------------------------------------------------- */

static void *end_at_once(void *unused)
{
	return unused;
}

static pthread_t start_thread(void *(*function)(void *))
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	error = pthread_create(&thread, &attributes, function, NULL);
	if (error)
		errx(1, "pthread_create: %s", strerror(error));
	return thread;
}

static pthread_barrier_t all_are_there;

static void *wait_for_others(void *unused)
{
	pthread_barrier_wait(&all_are_there);
	return unused;
}

static void threads(unsigned count)
{
	pthread_t *thread = calloc(count, sizeof(*thread));
	unsigned i;

	if (!thread)
		err(1, "calloc");
	pthread_barrier_init(&all_are_there, NULL, count);
	for (i = 0; i < count; i++)
		thread[i] = start_thread(wait_for_others);
	for (i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	free(thread);
}

/* Shared by the process that is stopped and the one that stops it. */
struct progress {
	atomic_ulong threads; /* made so far */
	atomic_bool enough;
};

static _Noreturn void make_threads(struct progress *progress)
{
	while (!progress->enough) {
		pthread_join(start_thread(end_at_once), NULL);
		progress->threads++;
	}
	_exit(9);
}

static void born_stopped(unsigned times)
{
	struct progress *progress = mmap(
		NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long before;
	pid_t pid;

	if (progress == MAP_FAILED)
		err(1, "mmap");
	pid = fork_or_die();
	if (pid == 0)
		make_threads(progress);
	while (times--) {
		before = progress->threads;
		while (progress->threads == before)
			sched_yield();
		signal_child(pid, SIGSTOP);
		wait_for_stop(pid);
		signal_child(pid, SIGCONT);
	}
	progress->enough = true;
	report(pid);
}

static int end_task(void *unused)
{
	(void)unused;
	syscall(SYS_exit, 0);
	return 0;
}

static void thread_with_sigchld(char *stack)
{
	static _Atomic(pid_t) tid;
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM |
		    CLONE_THREAD | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID | SIGCHLD;
	pid_t now;

	if (clone(end_task, stack + STACK, flags, NULL, &tid, NULL, &tid) < 0)
		err(1, "clone");
	while ((now = tid) != 0)
		syscall(SYS_futex, &tid, FUTEX_WAIT, now, NULL, NULL, 0);
}

static void *fork_on(void *unused)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(4);
		if (pid < 0)
			return unused;
	}
}

static pid_t born; /* in exec: how many forkers have begun */

static void *execute(void *unused)
{
	int i;

	for (i = 0; i < born; i++)
		sched_yield();
	execl("/bin/true", "true", (char *)NULL);
	return unused;
}

static void exec_among_forks(unsigned round)
{
	pid_t pid = fork_or_die();
	int i;

	if (pid != 0) {
		report(pid);
		report_all(); /* its children: we are the subreaper */
		return;
	}
	born = (pid_t)(round % 7);
	for (i = 0; i < FORKERS; i++)
		start_thread(fork_on);
	start_thread(execute);
	for (;;)
		pause();
}

/* --- Exit signals -------------------------------------------------------- */

static void *end_after_leader(void *leader)
{
	(void)leader;
	/* A leader that has ended is a zombie: it cannot be asked for much. */
	for (;;) {
		char path[64], state = 0;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
		file = fopen(path, "re");
		if (!file || fscanf(file, "%*d %*s %c", &state) != 1)
			_exit(1);
		fclose(file);
		if (state == 'Z')
			_exit(11);
		sched_yield();
	}
}

static void announced_by(int signo)
{
	unsigned long long all = ~0ULL;
	long pid;

	/* libc's sigfillset leaves out signals 32 and 33 */
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, sizeof(all));
	pid = syscall(SYS_clone, signo, 0, 0, 0, 0);
	if (pid < 0)
		err(1, "clone");
	if (pid == 0) {
		start_thread(end_after_leader);
		syscall(SYS_exit, 0);
	}
	report((pid_t)pid);
}

static void announced_to_child_by(int signo)
{
	pid_t pid = fork_or_die();

	if (pid == 0) {
		announced_by(signo);
		_exit(0);
	}
	if (signo == SIGSTOP) {
		wait_for_stop(pid);
		signal_child(pid, SIGCONT);
	}
	report(pid);
	report_all();
}

/* ------------------------------------------------------------------------- */

static void make(const char *what, unsigned n)
{
	static char stack[STACK] __attribute__((aligned(16)));
	static const struct {
		const char *name;
		void (*make)(void);
	} processes[] = {
		{"killed", killed},
		{"stopping", stopping},
		{"stopped", stopped},
		{"vforked", vforked},
		{"untraced", untraced},
	};
	size_t i;
	unsigned k;

	for (i = 0; i < sizeof(processes) / sizeof(processes[0]); i++)
		for (k = 0; strcmp(what, processes[i].name) == 0 && k < n; k++)
			processes[i].make();
	if (strcmp(what, "untraced") == 0)
		killed();
	if (strcmp(what, "siblings") == 0)
		siblings(n);
	if (strcmp(what, "threads") == 0)
		threads(n);
	if (strcmp(what, "born-stopped") == 0)
		born_stopped(n);
	for (k = 0; strcmp(what, "sigchld") == 0 && k < n; k++)
		thread_with_sigchld(stack);
	for (k = 0; strcmp(what, "exec") == 0 && k < n; k++)
		exec_among_forks(k);
	if (strcmp(what, "signal") == 0)
		announced_by((int)n);
	if (strcmp(what, "signal-parent") == 0)
		announced_to_child_by((int)n);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(1, "usage: newborns WHAT N");
	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (strcmp(argv[1], "cgroup") == 0)
		into_cgroup(argv[2]);
	else if (strcmp(argv[1], "vfork") == 0)
		vfork_until(argv[2]);
	else
		make(argv[1], (unsigned)strtoul(argv[2], NULL, 10));
	return 0;
}
