/* SPDX-License-Identifier: ISC */
/*
 * Prints what it was given of each of the 64 signals: its disposition, and
 * whether it is blocked or pending, for the process or for the thread.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As the kernel has them: libc keeps signals 32 and 33 for itself. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long long mask;
};

static const char *disposition(int signo)
{
	struct kernel_sigaction action;

	if (syscall(SYS_rt_sigaction, signo, NULL, &action, sizeof(action.mask)) < 0)
		err(1, "rt_sigaction %d", signo);
	if (action.handler == SIG_DFL)
		return "default";
	return action.handler == SIG_IGN ? "ignored" : "caught";
}

static void print_line_of_status(const char *key)
{
	char line[512];
	FILE *file = fopen("/proc/self/status", "re");

	if (!file)
		err(1, "/proc/self/status");
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			fputs(line, stdout);
	fclose(file);
}

int main(void)
{
	unsigned long long blocked, pending;
	int signo;

	if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof(blocked)) < 0 ||
		syscall(SYS_rt_sigpending, &pending, sizeof(pending)) < 0)
		err(1, "signal mask");
	for (signo = 1; signo <= 64; signo++)
		printf("%d %s%s%s\n", signo, disposition(signo),
			blocked >> (signo - 1) & 1 ? " blocked" : "",
			pending >> (signo - 1) & 1 ? " pending" : "");
	print_line_of_status("SigPnd:"); /* pending for the thread alone */
	print_line_of_status("ShdPnd:");
	return 0;
}
