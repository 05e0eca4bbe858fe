/* SPDX-License-Identifier: ISC */
#include "daemon.h"

#include "failure.h"
#include "inherited.h"
#include "notify.h"
#include "redaction.h"
#include "status.h"
#include "stdfds.h"
#include "user.h"

#include <procaudit/tracer.h>

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static bool is_daemon;

/* To the process that waits for an exit status; -1: it is closed. */
static int line = -1;

static pid_t starter;

pid_t daemon_starter(void)
{
	return starter;
}

/* Those that a daemon gets from its starter were meant for that. What may come now
 * waits until it can be looked at. */
static void reset_signals(void)
{
	static const int waiting[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
	static const int ignored[] = {SIGTSTP, SIGTTIN, SIGTTOU};
	sigset_t set;
	size_t i;
	int signo;

	sigemptyset(&set);
	for (i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++)
		sigaddset(&set, waiting[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
	for (signo = 1; signo < NSIG; signo++)
		signal(signo, SIG_DFL);
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

static void say_not_forked(int error)
{
	if (error == -ENOTSUP)
		warnx("--daemonize does not work for process 1 of a pid namespace, nor in its "
		      "place (use unshare --fork)");
	else
		warnc(-error, "cannot start a daemon");
}

static bool tell(int status)
{
	unsigned char byte = (unsigned char)status;
	bool ok = line < 0 || write(line, &byte, 1) == 1;

	if (line >= 0)
		close(line);
	line = -1;
	return ok;
}

bool daemon_settle(void)
{
	if (!is_daemon)
		return true;
	if (chdir("/") < 0)
		warn("cannot change to the root directory"); /* where we are will do */
	stdfds_release_all();
	inherited_close();
	return tell(STATUS_OK);
}

/* --- Attach mode --------------------------------------------------------- */

static int wait_for(pid_t daemon, int fd)
{
	unsigned char status;
	char state[64];
	ssize_t n;

	do
		n = read(fd, &status, 1);
	while (n < 0 && errno == EINTR);
	close(fd);
	if (n != 1) {
		warnx("the daemon, process %d, has been killed", daemon);
		return STATUS_ERROR;
	}
	if (status != STATUS_OK)
		return status;
	/* The manager believes its main process, which we are till now. */
	snprintf(state, sizeof(state), "MAINPID=%d\nREADY=1", daemon);
	notify(state);
	return STATUS_OK;
}

static int run_attached(const struct options *options,
	int (*record)(const struct options *options, struct procaudit_seat *seat))
{
	int fds[2], status;
	pid_t daemon;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		say_not_forked(-errno);
		return STATUS_ERROR;
	}
	starter = getpid();
	daemon = procaudit_fork_detached();
	if (daemon < 0)
		say_not_forked(daemon);
	if (daemon != 0)
		close(fds[1]);
	else
		close(fds[0]);
	if (daemon < 0)
		return STATUS_ERROR;
	if (daemon > 0)
		return wait_for(daemon, fds[0]);
	is_daemon = true;
	line = fds[1];
	reset_signals();
	status = record(options, NULL);
	tell(status);
	return status;
}

/* --- Run mode ------------------------------------------------------------ */

/* Says why the command was not executed. Only the name is shown: the redactor needs
 * not be that of the log. */
static int say_not_executed(const struct options *options, const struct procaudit_seat *seat)
{
	struct procaudit_redactor *redactor = NULL;

	if (!redaction_open(&redactor, options))
		return STATUS_FAILED;
	return failure_say(options, redactor, seat->error, seat->step);
}

/* As the one who was to become the command. Whoever traces us ends the attempts of
 * leak checkers. */
static _Noreturn void end_seat(
	const struct options *options, const struct procaudit_seat *seat, int result)
{
	if (result > 0)
		_exit(say_not_executed(options, seat));
	if (result != -ECANCELED)
		say_not_forked(result);
	_exit(STATUS_FAILED);
}

static int run_seated(const struct options *options,
	int (*record)(const struct options *options, struct procaudit_seat *seat))
{
	struct procaudit_tracer_options tracing = {.failed = options->failed};
	struct user user = {0};
	struct procaudit_seat seat;
	int result;

	if (options->user && !user_find(&user, options->user))
		return STATUS_FAILED;
	if (options->user)
		tracing.user = &user.ids;
	result = procaudit_seat_leave(&seat, options->command, &tracing);
	if (result != 0)
		end_seat(options, &seat, result);
	is_daemon = true;
	user_free(&user);
	reset_signals();
	return record(options, &seat);
}

int daemon_run(const struct options *options,
	int (*record)(const struct options *options, struct procaudit_seat *seat))
{
	return options->pids ? run_attached(options, record) : run_seated(options, record);
}
