/* SPDX-License-Identifier: ISC */
/*
 * Runs a command in a pid namespace of its own, so that nothing of it can get
 * lost: whoever is left is seen, and dies with this program.
 *
 *	cage [-m MICROSECONDS | -s CALL] [-v tracer|proxy|NUMBER] REPORT COMMAND [ARG...]
 *
 * COMMAND is procaudit, which is two processes: the one that is started, and its
 * first child, which traces. Kills, with -m after so long, with -s at the CALL-th
 * beginning or end of a system call of the tracer: the tracer, the other one, or
 * the NUMBER-th process besides, modulo how many there are. Writes to the file
 * REPORT, in this order:
 *
 *	killed PID		who was killed, if anybody
 *	main STATUS		COMMAND has ended; as from waitpid(2)
 *	left PID STATE NAME	a process that was alive then
 *	orphan PID STATUS	a process that nobody else has waited for has ended
 *	over			no process is left
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SEC 1000000000L

enum { TRACER = -1, PROXY = -2 };

struct plan {
	long microseconds; /* -1: not by time */
	long call;	   /* 0: not by call */
	long victim;	   /* or TRACER or PROXY */
	const char *report;
};

static int report;
static pid_t command; /* 0: it has ended */
static pid_t tracer;  /* 0: it is not known */

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vdprintf(report, format, arguments) < 0)
		err(1, "cannot write the report");
	va_end(arguments);
}

/* --- Processes of the namespace, but us ---------------------------------- */

/* Calls visit for each; returns their number. */
static long each_process(void (*visit)(pid_t pid, char state, const char *name))
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	long count = 0;

	if (!proc)
		err(1, "/proc");
	while ((entry = readdir(proc))) {
		char path[300], name[64] = "", state = '?';
		pid_t pid = atoi(entry->d_name);
		FILE *file;

		if (pid <= 1)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fscanf(file, "%*d (%63[^)]) %c", name, &state) == 2) {
			count++;
			visit(pid, state, name);
		}
		fclose(file);
	}
	closedir(proc);
	return count;
}

static void say_left(pid_t pid, char state, const char *name)
{
	/* Zombies are ours to wait for. */
	if (state != 'Z' && state != 'X')
		say("left %d %c %s\n", pid, state, name);
}

static pid_t others[4096];
static size_t others_count;

static void note_other(pid_t pid, char state, const char *name)
{
	(void)name;
	if (pid != command && pid != tracer && state != 'Z' &&
		others_count < sizeof(others) / sizeof(others[0]))
		others[others_count++] = pid;
}

/* Unless it has been traced, and so is known. */
static void find_tracer(void)
{
	char path[64];
	FILE *file;

	if (tracer || !command)
		return;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", command, command);
	file = fopen(path, "re");
	if (!file)
		err(1, "%s", path);
	if (fscanf(file, "%d", &tracer) != 1)
		tracer = 0;
	fclose(file);
}

static void kill_victim(long victim)
{
	pid_t pid = victim == TRACER && tracer ? tracer : command;

	if (victim >= 0) {
		others_count = 0;
		each_process(note_other);
		pid = tracer && others_count ? others[(size_t)victim % others_count] : 0;
	}
	if (pid && kill(pid, SIGKILL) == 0)
		say("killed %d\n", pid);
}

/* --- Namespace ----------------------------------------------------------- */

static void write_file(const char *path, const char *format, unsigned id)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, format, id) < 0)
		err(77, "%s", path);
	close(fd);
}

/* Status 77: this machine does not let us. */
static void enter_namespaces(void)
{
	unsigned uid = getuid(), gid = getgid();
	int flags = CLONE_NEWPID | CLONE_NEWNS;

	if (unshare(geteuid() == 0 ? flags : flags | CLONE_NEWUSER) < 0)
		err(77, "cannot make a pid namespace");
	if (uid == 0)
		return;
	write_file("/proc/self/setgroups", "deny", 0);
	write_file("/proc/self/uid_map", "0 %u 1", uid);
	write_file("/proc/self/gid_map", "0 %u 1", gid);
}

static void mount_proc(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("proc", "/proc", "proc", 0, NULL) < 0)
		err(77, "cannot mount /proc");
}

/* --- The namespace's init ------------------------------------------------ */

static void start(char **argv, bool traced)
{
	int go[2];
	char byte;

	if (pipe2(go, O_CLOEXEC) < 0)
		err(1, "pipe");
	command = fork();
	if (command < 0)
		err(1, "fork");
	if (command == 0) {
		sigset_t none;

		setsid();
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (read(go[0], &byte, 1) != 1)
			_exit(127);
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	if (traced &&
		ptrace(PTRACE_SEIZE, command, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK) < 0)
		err(1, "seize");
	if (write(go[1], "", 1) != 1)
		err(1, "write");
	close(go[0]);
	close(go[1]);
}

/* COMMAND or its first child has stopped: counts the calls of the latter. What
 * comes from that is not ours to trace. */
static void on_stop(struct plan *plan, pid_t pid, int status)
{
	int event = status >> 16, signo = WSTOPSIG(status);
	bool call = signo == (SIGTRAP | 0x80);

	if (event == PTRACE_EVENT_STOP && signo != SIGTRAP) {
		ptrace(PTRACE_LISTEN, pid, 0, 0);
		return;
	}
	if (pid != command && !tracer) {
		tracer = pid;
		ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	}
	if (call && --plan->call == 0)
		kill_victim(plan->victim);
	ptrace(pid == tracer && plan->call > 0 ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0,
		event || call ? 0 : signo);
}

/* Returns false when nothing is left to be waited for. */
static bool reap(struct plan *plan, int flags)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, flags | __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			on_stop(plan, pid, status);
		} else if (pid == command) {
			command = 0;
			say("main %d\n", status);
			each_process(say_left);
		} else if (pid != tracer) {
			say("orphan %d %d\n", pid, status);
		}
	}
	return pid == 0;
}

static void reap_until(struct plan *plan, const sigset_t *chld)
{
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += plan->microseconds % 1000000 * 1000;
	end.tv_sec += plan->microseconds / 1000000 + end.tv_nsec / NS_PER_SEC;
	end.tv_nsec %= NS_PER_SEC;
	while (reap(plan, WNOHANG)) {
		struct timespec left;

		clock_gettime(CLOCK_MONOTONIC, &now);
		left.tv_sec = end.tv_sec - now.tv_sec;
		left.tv_nsec = end.tv_nsec - now.tv_nsec;
		if (left.tv_nsec < 0) {
			left.tv_nsec += NS_PER_SEC;
			left.tv_sec--;
		}
		if (left.tv_sec < 0)
			break;
		sigtimedwait(chld, NULL, &left);
	}
	find_tracer();
	if (command)
		kill_victim(plan->victim);
}

/* alive: end of file when who has made us is dead. */
static _Noreturn void be_init(struct plan *plan, char **argv, int alive)
{
	struct pollfd watch = {.fd = alive};
	sigset_t chld;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		err(1, "prctl");
	if (poll(&watch, 1, 0) != 0)
		exit(1);
	report = open(plan->report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0600);
	if (report < 0)
		err(1, "%s", plan->report);
	mount_proc();
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	start(argv, plan->call > 0);
	if (plan->microseconds >= 0)
		reap_until(plan, &chld);
	reap(plan, 0);
	say("over\n");
	exit(0);
}

static long victim_of(const char *name)
{
	if (strcmp(name, "tracer") == 0)
		return TRACER;
	return strcmp(name, "proxy") == 0 ? PROXY : atol(name);
}

int main(int argc, char **argv)
{
	struct plan plan = {.microseconds = -1, .victim = TRACER};
	int option, status, alive[2];
	pid_t pid;

	while ((option = getopt(argc, argv, "+m:s:v:")) != -1) {
		if (option == 'm')
			plan.microseconds = atol(optarg);
		else if (option == 's')
			plan.call = atol(optarg);
		else if (option == 'v')
			plan.victim = victim_of(optarg);
		else
			return 2;
	}
	if (argc - optind < 2)
		errx(2, "usage: cage [-m MICROSECONDS | -s CALL] [-v tracer|proxy|NUMBER] "
			"REPORT COMMAND [ARG...]");
	plan.report = argv[optind];
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		err(1, "prctl");
	enter_namespaces();
	if (pipe2(alive, O_CLOEXEC) < 0)
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		close(alive[1]);
		be_init(&plan, argv + optind + 1, alive[0]);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
