/* SPDX-License-Identifier: ISC */
/*
 * Runs a command with what an exec keeps and a fork takes away.
 *
 *	bequeath MS COMMAND [ARG...]
 *
 * Its parent's end will send SIGUSR2, it is a subreaper, and its timers run: that of
 * its processor time runs out after so many milliseconds, the others much later.
 */
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct itimerval later = {.it_value = {1000, 0}}, soon = {{0, 0}, {0, 0}};
	long ms = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

	if (ms <= 0)
		errx(1, "usage: bequeath MS COMMAND [ARG...]");
	soon.it_value.tv_sec = ms / 1000;
	soon.it_value.tv_usec = ms % 1000 * 1000;
	if (prctl(PR_SET_PDEATHSIG, SIGUSR2) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		err(1, "prctl");
	if (setitimer(ITIMER_REAL, &later, NULL) < 0 ||
		setitimer(ITIMER_VIRTUAL, &soon, NULL) < 0 ||
		setitimer(ITIMER_PROF, &later, NULL) < 0)
		err(1, "setitimer");
	execvp(argv[2], argv + 2);
	err(1, "%s", argv[2]);
}
