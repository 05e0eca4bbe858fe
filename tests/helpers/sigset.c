/* SPDX-License-Identifier: ISC */
/*
 * Runs a command with signals ignored or blocked that its parent has not.
 *
 *	sigset [-i LIST] [-b LIST] [-d LIST] COMMAND [ARG...]
 *
 * -i ignores, -b blocks, -d makes default and unblocks; LIST is like
 * 1-31,34,64. SIGKILL and SIGSTOP are left out silently.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As the kernel has them: libc keeps signals 32 and 33 for itself. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long long mask;
};

static void set_disposition(int signo, void (*handler)(int))
{
	struct kernel_sigaction action = {.handler = handler};

	if (signo == SIGKILL || signo == SIGSTOP)
		return;
	if (syscall(SYS_rt_sigaction, signo, &action, NULL, sizeof(action.mask)) < 0)
		err(1, "rt_sigaction %d", signo);
}

static void set_mask(int how, int signo)
{
	unsigned long long mask = 1ULL << (signo - 1);

	if (syscall(SYS_rt_sigprocmask, how, &mask, NULL, sizeof(mask)) < 0)
		err(1, "rt_sigprocmask %d", signo);
}

static void apply(int option, int signo)
{
	if (option == 'b') {
		set_mask(SIG_BLOCK, signo);
		return;
	}
	set_disposition(signo, option == 'i' ? SIG_IGN : SIG_DFL);
	if (option == 'd')
		set_mask(SIG_UNBLOCK, signo);
}

static void apply_list(int option, const char *list)
{
	while (*list) {
		char *end;
		long first = strtol(list, &end, 10), last = first;

		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		if (first < 1 || last > 64 || (*end && *end != ','))
			errx(1, "bad list at '%s'", list);
		for (; first <= last; first++)
			apply(option, (int)first);
		list = *end ? end + 1 : end;
	}
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+i:b:d:")) != -1) {
		if (option == '?')
			return 1;
		apply_list(option, optarg);
	}
	if (optind == argc)
		errx(1, "no command");
	execvp(argv[optind], argv + optind);
	err(1, "%s", argv[optind]);
}
