/* SPDX-License-Identifier: ISC */
#include "run.h"

#include "boot.h"
#include "claim.h"
#include "daemon.h"
#include "failure.h"
#include "heritage.h"
#include "hold.h"
#include "ready.h"
#include "recorder.h"
#include "redaction.h"
#include "relay.h"
#include "rights.h"
#include "robust.h"
#include "status.h"
#include "stdfds.h"
#include "user.h"

#include <procaudit/tracer.h>

#include <bsd/err.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Processes that outlive the command by less are not worth a line. */
#define NOTICE_NS NS_PER_SEC

/* How many of them are named. */
#define NOTICE_NAMES 5

/* A reader of the log that is behind is looked after so often. */
#define READER_NS (NS_PER_SEC / 100)

struct run {
	const struct options *options;
	const struct proxy *proxy;
	struct user user; /* valid if options->user */
	struct procaudit_tracer *tracer;
	struct relay relay;
	struct recorder recorder;
	sigset_t ending; /* signals that are neither of job control nor to the log */
	int status;	 /* of the command, as from waitpid(2); valid if has_status */
	bool has_status; /* the command has ended */
	int64_t ended;	 /* when, CLOCK_BOOTTIME */
	bool noticed;	 /* its survivors have been named */
	bool warned;	 /* a program that lost its privileges has been named */
	int stopped_by;	 /* the signal that made us let go; 0: none */
	bool detached;	 /* some tracee was let go */
	bool let_go;	 /* told to end: tracees are detached or, with --failed, killed */
	bool killed;	 /* all tracees, since the log cannot be written */
};

/* --- Start --------------------------------------------------------------- */

/* Opens the log. Its writing must not end us, yet the command is to inherit
 * the dispositions that we were given. */
static bool open_log(struct run *run)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, xfsz, broken_pipe;
	bool ok;

	sigaction(SIGXFSZ, &ignore, &xfsz);
	sigaction(SIGPIPE, &ignore, &broken_pipe);
	ok = recorder_open(&run->recorder, run->options);
	run->recorder.pid = run->proxy->pid ? run->proxy->pid : getpid();
	sigaction(SIGXFSZ, &xfsz, NULL);
	sigaction(SIGPIPE, &broken_pipe, NULL);
	return ok;
}

static bool start(struct run *run)
{
	static const int harmless[] = {SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGUSR1, SIGUSR2};
	bool is_daemon = run->proxy->seat != NULL;
	struct procaudit_tracer_options options = {
		.failed = run->options->failed,
		.threads = run->options->threads,
		.response_files = run->options->response_files,
		.kill_on_exit = run->options->kill_on_exit,
		.signals = &run->proxy->signals,
		.stops = !is_daemon,
		.user = run->options->user && !is_daemon ? &run->user.ids : NULL,
		.seat = run->proxy->seat,
	};
	size_t i;
	int error;

	run->ending = run->proxy->signals;
	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		sigdelset(&run->ending, harmless[i]);
	if (is_daemon)
		sigdelset(&run->ending, SIGHUP);
	error = is_daemon ? 0 : heritage_hand_on();
	if (!error)
		error = procaudit_tracer_start(&run->tracer, run->options->command, &options);
	if (error) {
		failure_say_not_started(error);
		return false;
	}
	run->relay = (struct relay){.proxy = run->proxy, .tracer = run->tracer};
	robust_become();
	proxy_leave(run->proxy);
	stdfds_release();
	/* The command has its own. */
	rights_drop(recorder_needs(&run->recorder) | claim_needs() | RIGHTS_SIGNAL);
	ready_tell();
	daemon_settle();
	return true;
}

/* --- Events -------------------------------------------------------------- */

/* Copies what is for a terminal to see, with question marks for the rest. */
static const char *plain(
	const struct run *run, char *out, size_t room, const char *text, size_t size)
{
	struct procaudit_string string = redaction_of(run->recorder.redactor, text, size);
	size_t i;

	for (i = 0; i < string.size && i + 1 < room; i++)
		out[i] = string.data[i];
	out[i] = '\0';
	while (i-- > 0)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '?';
	return out;
}

/* Said of the first such program: the command may fail for it. */
static void say_lost_privilege(struct run *run, const struct procaudit_string *exe)
{
	char name[PATH_MAX];

	if (run->warned || run->options->quiet || !stdfds_can_say())
		return;
	run->warned = true;
	warnx("%s runs without the privileges that its file gives, since procaudit has none; "
	      "root can use -u (this is said once)",
		plain(run, name, sizeof(name), exe->data, exe->size));
}

static void on_event(struct run *run, const struct procaudit_event *event)
{
	recorder_add(&run->recorder, event);
	if (event->kind == PROCAUDIT_EXEC && event->exec.lost_privilege)
		say_lost_privilege(run, &event->exec.exe);
	if (event->kind == PROCAUDIT_DETACH)
		run->detached = true;
	if (event->kind != PROCAUDIT_EXIT || event->proc != 1)
		return;
	run->has_status = true;
	run->status = event->exit.status;
	run->ended = event->boot_ns;
	relay_end(&run->relay);
}

/* Whether it was meant for ourselves. A daemon does not stand for the command. */
static bool is_for_us(struct run *run, const siginfo_t *signal)
{
	return run->proxy->seat || relay_signal(&run->relay, signal);
}

static void on_signal(struct run *run, const siginfo_t *signal)
{
	switch (signal->si_signo) {
	case SIGHUP:
		if (!run->proxy->seat)
			break;
		recorder_reopen(&run->recorder);
		return;
	case SIGUSR1:
		recorder_reopen(&run->recorder);
		return;
	case SIGUSR2:
		recorder_add_stats(&run->recorder, procaudit_tracer_pids(run->tracer, NULL, 0));
		return;
	default:
		break;
	}
	if (!is_for_us(run, signal))
		return;
	run->stopped_by = signal->si_signo;
	run->let_go = true;
	procaudit_tracer_detach(run->tracer, PROCAUDIT_DETACH_SIGNAL);
}

static void print_name(const struct run *run, pid_t pid)
{
	char path[32], name[32], shown[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(name, sizeof(name), file)) {
		plain(run, shown, sizeof(shown), name, strcspn(name, "\n"));
		fprintf(stderr, " %s(%d)", shown, pid);
	}
	fclose(file);
}

/* The command has ended and we do not: says why. */
static void notice(struct run *run)
{
	pid_t pids[NOTICE_NAMES];
	size_t i, all = procaudit_tracer_pids(run->tracer, pids, NOTICE_NAMES);

	run->noticed = true;
	if (run->options->quiet || all == 0 || !stdfds_can_say())
		return;
	fprintf(stderr, "procaudit: the command has ended, still following %zu process%s:", all,
		all == 1 ? "" : "es");
	for (i = 0; i < all && i < NOTICE_NAMES; i++)
		print_name(run, pids[i]);
	fprintf(stderr, "%s (--linger limits this)\n", all > NOTICE_NAMES ? " ..." : "");
}

/* --- Loop ---------------------------------------------------------------- */

/* How long to wait for the next event: not at all while records wait to be
 * written, or not for long if they can only wait, else until something falls
 * due. Returns NULL for ever. */
static const struct timespec *patience(const struct run *run, struct timespec *limit)
{
	long long linger = run->options->linger;
	int64_t due = recorder_due(&run->recorder);

	if (recorder_pending(&run->recorder)) {
		*limit = (struct timespec){.tv_nsec = run->recorder.blocked ? READER_NS : 0};
		return limit;
	}
	if (run->has_status && !run->noticed && run->ended + NOTICE_NS < due)
		due = run->ended + NOTICE_NS;
	/* Once that has been said the tracer ends by itself. */
	if (run->has_status && linger >= 0 && !run->let_go &&
		run->ended + linger * NS_PER_SEC < due)
		due = run->ended + linger * NS_PER_SEC;
	return boot_until(due, limit);
}

/* Nothing happened within the patience. */
static void on_quiet(struct run *run)
{
	long long linger = run->options->linger;
	int64_t now;

	now = boot_ns();
	if (recorder_pending(&run->recorder) || now >= recorder_due(&run->recorder))
		recorder_flush(&run->recorder);
	if (!run->has_status)
		return;
	if (linger >= 0 && now >= run->ended + linger * NS_PER_SEC) {
		run->noticed = run->let_go = true;
		procaudit_tracer_detach(run->tracer, PROCAUDIT_DETACH_LINGER);
	} else if (!run->noticed && now >= run->ended + NOTICE_NS) {
		notice(run);
	}
}

/* What the log asks of us before the next event. */
static void heed_log(struct run *run)
{
	siginfo_t signal;

	if (run->recorder.lossy && run->options->on_log_error == ON_LOG_ERROR_KILL &&
		!run->killed) {
		run->killed = run->let_go = true;
		procaudit_tracer_kill(run->tracer);
	}
	if (recorder_is_held(&run->recorder) && !hold(&run->recorder, &run->ending, false, &signal))
		on_signal(run, &signal);
}

static void follow(struct run *run)
{
	const struct procaudit_event *event;
	struct timespec limit;
	int found;

	for (;;) {
		heed_log(run);
		found = procaudit_tracer_next(run->tracer, &event, patience(run, &limit));
		if (found > 0)
			on_event(run, event);
		else if (found == -EAGAIN)
			on_quiet(run);
		else if (found == -EINTR)
			on_signal(run, procaudit_tracer_signal(run->tracer));
		else
			return;
	}
}

/* --- End ----------------------------------------------------------------- */

static void print_summary(const struct run *run)
{
	const struct recorder *recorder = &run->recorder;
	uint64_t forks = procaudit_encoder_count(recorder->encoder, PROCAUDIT_FORK);
	uint64_t execs = procaudit_encoder_count(recorder->encoder, PROCAUDIT_EXEC);

	fprintf(stderr, "procaudit: %" PRIu64 " process%s, %" PRIu64 " program%s executed",
		forks + 1, forks ? "es" : "", recorder->executed,
		recorder->executed == 1 ? "" : "s");
	if (run->options->failed)
		fprintf(stderr, ", %" PRIu64 " failed", execs - recorder->executed);
	fprintf(stderr, ", %s; log: %s\n", recorder->complete ? "complete" : "RECORD INCOMPLETE",
		recorder->sink.name);
}

/* Waits for what is yet to be written. False if a signal ended that: one that
 * came now, not one that the command got, too. */
static bool drain(struct run *run)
{
	static const struct timespec none;
	siginfo_t signal;

	while (sigtimedwait(&run->ending, &signal, &none) > 0)
		;
	return hold(&run->recorder, &run->ending, true, &signal);
}

static void end_log(struct run *run)
{
	struct procaudit_trailer trailer = {
		.status = run->status,
		.has_status = run->has_status,
		.complete = run->has_status && !run->let_go && !run->detached,
	};
	bool drained = drain(run);

	recorder_end(&run->recorder, &trailer);
	if (drained)
		drain(run);
	else
		recorder_flush(&run->recorder);
	recorder_close(&run->recorder);
}

/* They come too late from now on, as what the proxy tells of when the command has
 * ended by the same signal; they must not end us when the tracer no longer blocks
 * them. */
static void forget_signals(const sigset_t *set)
{
	int signo;

	for (signo = 1; signo < NSIG; signo++)
		if (sigismember(set, signo) == 1)
			signal(signo, SIG_IGN);
}

static void forget_signals_to_log(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	forget_signals(&set);
}

static int exit_status(struct run *run)
{
	enum procaudit_step step;
	int error = procaudit_tracer_exec_error(run->tracer, &step);

	if (run->proxy->seat) /* what has been in it ends for itself */
		return run->recorder.complete ? STATUS_OK : STATUS_FAILED;
	if (error)
		return failure_say(run->options, run->recorder.redactor, error, step);
	if (run->killed)
		return STATUS_FAILED;
	if (run->stopped_by && (!run->has_status || run->options->failed))
		return status_die_by(run->stopped_by);
	if (!run->has_status)
		return STATUS_FAILED;
	if (WIFSIGNALED(run->status))
		return status_die_by(WTERMSIG(run->status));
	if (WEXITSTATUS(run->status) == 0 && run->recorder.incomplete)
		return STATUS_FAILED;
	return WEXITSTATUS(run->status);
}

int run(const struct options *options, const struct proxy *proxy)
{
	struct run run = {.options = options, .proxy = proxy};
	int status = STATUS_FAILED;

	if (options->user && !proxy->seat && !user_find(&run.user, options->user))
		return STATUS_FAILED;
	if (open_log(&run) && start(&run)) {
		follow(&run);
		forget_signals_to_log();
		end_log(&run);
		if (options->verbose)
			print_summary(&run);
		status = exit_status(&run);
		forget_signals(&proxy->signals);
	}
	procaudit_tracer_free(run.tracer);
	recorder_free(&run.recorder);
	user_free(&run.user);
	return status;
}
