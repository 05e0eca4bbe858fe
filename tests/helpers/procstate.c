/* SPDX-License-Identifier: ISC */
/*
 * Prints what a process inherits apart from signals and descriptors: group
 * and session, terminal, limits, umask, scheduling, credentials, attributes of
 * prctl(2), timers, directory, environment. What must differ between two
 * processes (ids, memory in use) is left out, and so is TracerPid.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

extern char **environ;

static void print_id(const char *name, pid_t id)
{
	if (id == getpid())
		printf("%s: own\n", name);
	else
		printf("%s: %d\n", name, id);
}

static void print_limits(void)
{
	struct rlimit limit;
	int i;

	for (i = 0; i < (int)RLIM_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &limit) == 0)
			printf("limit %d: %llu %llu\n", i, (unsigned long long)limit.rlim_cur,
				(unsigned long long)limit.rlim_max);
}

static void print_attributes(void)
{
	static const struct {
		const char *name;
		int option;
	} attributes[] = {
		{"dumpable", PR_GET_DUMPABLE},
		{"keepcaps", PR_GET_KEEPCAPS},
		{"no_new_privs", PR_GET_NO_NEW_PRIVS},
		{"seccomp", PR_GET_SECCOMP},
		{"securebits", PR_GET_SECUREBITS},
		{"thp_disable", PR_GET_THP_DISABLE},
		{"timerslack", PR_GET_TIMERSLACK},
	};
	int value = -1;
	size_t i;

	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		printf("%s: %d\n", attributes[i].name, prctl(attributes[i].option, 0, 0, 0, 0));
	prctl(PR_GET_PDEATHSIG, &value);
	printf("pdeathsig: %d\n", value);
	prctl(PR_GET_CHILD_SUBREAPER, &value);
	printf("subreaper: %d\n", value);
}

static void print_status(void)
{
	static const char *const keys[] = {"Umask:", "Uid:", "Gid:", "Groups:", "Cap",
		"NoNewPrivs:", "Seccomp", "Cpus_allowed:", "Mems_allowed:", "Threads:"};
	char line[4096];
	FILE *file = fopen("/proc/self/status", "re");
	size_t i;

	if (!file)
		err(1, "/proc/self/status");
	while (fgets(line, sizeof(line), file))
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (strncmp(line, keys[i], strlen(keys[i])) == 0)
				fputs(line, stdout);
	fclose(file);
}

static void print_timers(void)
{
	struct itimerval timer;
	int which;

	for (which = ITIMER_REAL; which <= ITIMER_PROF; which++)
		if (getitimer((__itimer_which_t)which, &timer) == 0)
			printf("timer %d: %s\n", which,
				timer.it_value.tv_sec || timer.it_value.tv_usec ? "runs" : "none");
}

int main(void)
{
	stack_t stack;
	char cwd[4096];
	char **s;

	print_id("group", getpgrp());
	print_id("session", getsid(0));
	print_id("terminal's group", tcgetpgrp(STDIN_FILENO));
	printf("nice %d policy %d personality %x\n", getpriority(PRIO_PROCESS, 0),
		sched_getscheduler(0), (unsigned)personality(0xffffffff));
	printf("cwd %s\n", getcwd(cwd, sizeof(cwd)) ? cwd : "?");
	if (sigaltstack(NULL, &stack) == 0)
		printf("sigaltstack %d\n", stack.ss_flags);
	print_limits();
	print_attributes();
	print_status();
	print_timers();
	for (s = environ; *s; s++)
		printf("env %s\n", *s);
	return 0;
}
