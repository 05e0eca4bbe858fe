/* SPDX-License-Identifier: ISC */
/*
 * A program that works with the terminal as an editor does. Says "up", and ends
 * when it reads a line that begins with q;
 * to others it says "read".
 *
 *	editor SIGNAL	catches SIGTSTP, and then stops itself by SIGNAL: TSTP,
 *			STOP, TTIN or TTOU; says "back" when it goes on
 *	editor threads	has THREADS threads and catches nothing
 *	editor headless	the same, and its first thread ends; another one reads
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 8

static int stop_signal;
static char thread_reads[] = "";

static void say(const char *what)
{
	if (write(STDOUT_FILENO, what, strlen(what)) < 0)
		_exit(1);
}

static void stop(int signo)
{
	struct sigaction ours, standard = {.sa_handler = SIG_DFL};
	sigset_t set;

	(void)signo;
	say("leaving\n");
	sigaction(stop_signal, &standard, &ours);
	raise(stop_signal);
	sigemptyset(&set);
	sigaddset(&set, stop_signal);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	sigaction(stop_signal, &ours, NULL);
	say("back\n");
}

static _Noreturn void read_until_q(void)
{
	char line[100];

	for (;;) {
		ssize_t n = read(STDIN_FILENO, line, sizeof(line));

		if (n == 0 || (n > 0 && line[0] == 'q'))
			exit(0);
		if (n < 0 && errno != EINTR)
			err(1, "read");
		if (n > 0)
			say("read\n");
	}
}

static void *be_thread(void *reads)
{
	if (reads)
		read_until_q();
	for (;;)
		pause();
}

static void start_threads(bool headless)
{
	pthread_t thread;
	int i;

	for (i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, be_thread,
			    headless && i == 0 ? thread_reads : NULL) != 0)
			errx(1, "no thread");
}

static int signal_of(const char *name)
{
	static const struct {
		const char *name;
		int signo;
	} signals[] = {{"TSTP", SIGTSTP}, {"STOP", SIGSTOP}, {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU}};
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (strcmp(name, signals[i].name) == 0)
			return signals[i].signo;
	errx(1, "what is %s?", name);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = stop};
	bool headless = argc == 2 && strcmp(argv[1], "headless") == 0;

	if (argc != 2)
		errx(1, "usage: editor SIGNAL|threads|headless");
	if (headless || strcmp(argv[1], "threads") == 0) {
		start_threads(headless);
	} else {
		stop_signal = signal_of(argv[1]);
		sigaction(SIGTSTP, &action, NULL);
	}
	say("up\n");
	if (headless)
		pthread_exit(NULL);
	read_until_q();
}
