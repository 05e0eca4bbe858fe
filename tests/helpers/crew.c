/* SPDX-License-Identifier: ISC */
/*
 * Processes to attach to in the middle of their work. Each ends when the file
 * "stop" exists.
 *
 *	crew threads N		N threads, each of which now and then has a child execute
 *				/bin/true; appends "PID BEGIN END" of each to "journal",
 *				in ns of CLOCK_REALTIME, before its fork and when it
 *				has ended
 *	crew orphans		children that end at once, and leave a child to us, without
 *				end; prints the pid of each of those that has ended since
 *				the file "attached" exists
 *	crew leaderless		a process whose first thread has ended: another waits for
 *				"stop", and executes /bin/echo leaderless
 *	crew execs N		a process that executes itself all the time, from one of N
 *				threads
 *	crew vfork		a process whose parent waits for it in vfork(2); the parent
 *				then has a child execute /bin/true, and prints its pid
 *
 * Prints "ready" to standard error when all that is there.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* So many children at a time. */
#define ORPHANS 30

static char **arguments;
static int journal;

static bool exists(const char *name)
{
	return access(name, F_OK) == 0;
}

static void pause_us(long us)
{
	struct timespec ts = {us / 1000000, us % 1000000 * 1000};

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void ready(void)
{
	if (write(STDERR_FILENO, "ready\n", 6) != 6)
		err(1, "stderr");
}

static pid_t reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			err(1, "waitpid");
	if (status)
		errx(1, "%d ended with %d", pid, status);
	return pid;
}

static pid_t run_true(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	return reap(pid);
}

/* --- threads ------------------------------------------------------------- */

static void *work(void *argument)
{
	unsigned seed = (unsigned)(uintptr_t)argument;
	char line[80];
	int64_t begin;
	pid_t pid;
	int size;

	while (!exists("stop")) {
		pause_us(rand_r(&seed) % 2000000);
		begin = now();
		pid = run_true();
		size = snprintf(line, sizeof(line), "%d %lld %lld\n", pid, (long long)begin,
			(long long)now());
		if (write(journal, line, (size_t)size) != size)
			err(1, "journal");
	}
	return NULL;
}

static int threads(size_t count)
{
	pthread_t *thread = calloc(count, sizeof(*thread));
	size_t i;

	journal = open("journal", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (!thread || journal < 0)
		err(1, "journal");
	for (i = 0; i < count; i++)
		if (pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(i + 1)))
			errx(1, "pthread_create");
	ready();
	for (i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	free(thread);
	return 0;
}

/* --- orphans ------------------------------------------------------------- */

static void leave_one(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return;
	if (fork() == 0)
		pause_us(getpid() % 3000);
	_exit(0);
}

static int orphans(void)
{
	bool told = false;
	unsigned alive = 0;
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ready();
	while (!exists("stop") || alive > 0) {
		while (alive < ORPHANS && !exists("stop")) {
			leave_one();
			alive += 2;
		}
		while (alive > 0 && (pid = waitpid(-1, NULL, WNOHANG)) > 0) {
			alive--;
			if (told)
				printf("%d\n", pid);
		}
		/* What had ended when we were told is gone by now. */
		told = told || exists("attached");
		pause_us(200);
	}
	return 0;
}

/* --- The others ---------------------------------------------------------- */

static void *echo_at_stop(void *argument)
{
	(void)argument;
	char path[40], line[64] = "";
	FILE *file;

	/* Until the first thread is a zombie. */
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	while (!strstr(line, ") Z ")) {
		file = fopen(path, "re");
		if (!file || !fgets(line, sizeof(line), file))
			err(1, "%s", path);
		fclose(file);
	}
	ready();
	while (!exists("stop"))
		pause_us(1000);
	execl("/bin/echo", "echo", "leaderless", (char *)NULL);
	_exit(127);
}

static void *idle(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static void *execute(void *argument)
{
	(void)argument;
	pause_us(300);
	execv("/proc/self/exe", arguments);
	_exit(127);
}

static int execs(size_t count)
{
	pthread_t thread;

	if (exists("stop")) {
		puts("stopped");
		return 0;
	}
	while (--count > 0)
		pthread_create(&thread, NULL, idle, NULL);
	pthread_create(&thread, NULL, execute, NULL);
	pthread_join(thread, NULL);
	return 1;
}

static int waits_in_vfork(void)
{
	pid_t pid = vfork();

	if (pid < 0)
		err(1, "vfork");
	if (pid == 0) {
		ready();
		while (!exists("stop"))
			pause_us(1000);
		_exit(0);
	}
	reap(pid);
	printf("%d\n", run_true());
	return 0;
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	pthread_t thread;

	arguments = argv;
	if (strcmp(what, "threads") == 0)
		return threads(count);
	if (strcmp(what, "orphans") == 0)
		return orphans();
	if (strcmp(what, "execs") == 0)
		return execs(count);
	if (strcmp(what, "vfork") == 0)
		return waits_in_vfork();
	if (strcmp(what, "leaderless") != 0)
		errx(2, "what?");
	if (pthread_create(&thread, NULL, echo_at_stop, NULL))
		errx(1, "pthread_create");
	pthread_exit(NULL);
}
