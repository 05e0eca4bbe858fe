/* SPDX-License-Identifier: ISC */
#include "attach.h"

#include "boot.h"
#include "claim.h"
#include "daemon.h"
#include "hold.h"
#include "notify.h"
#include "ready.h"
#include "recorder.h"
#include "rights.h"
#include "robust.h"
#include "status.h"
#include "stdfds.h"

#include <procaudit/tracer.h>

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A reader of the log that is behind is looked after so often. */
#define READER_NS (NS_PER_SEC / 100)

/* So many processes that cannot be attached to get a line each. */
#define REFUSED_LINES 10

struct attach {
	const struct options *options;
	struct procaudit_tracer *tracer;
	struct recorder recorder;
	sigset_t signals;
	sigset_t ending;  /* those of them that end us */
	unsigned refused; /* processes that could not be attached to */
	bool denied;	  /* one of them for want of permission */
	bool ready;	  /* all has been attached to, and those who wait for it know */
	bool lost;	  /* a process was let go that nobody asked us to */
	bool stopping;	  /* a service manager has been told of the end */
};

/* --- What cannot be attached to ------------------------------------------ */

static void say_denied(pid_t pid, int error)
{
	struct procaudit_obstacle obstacle;

	procaudit_obstacle(&obstacle);
	if (obstacle.ptrace_scope >= 3)
		warnx("cannot attach to process %d: kernel.yama.ptrace_scope is %d, which cannot "
		      "be lowered before the next boot",
			pid, obstacle.ptrace_scope);
	else if (obstacle.ptrace_scope > 0 && geteuid() != 0)
		warnx("cannot attach to process %d: kernel.yama.ptrace_scope is %d; run procaudit "
		      "as root",
			pid, obstacle.ptrace_scope);
	else if (geteuid() != 0)
		warnc(error,
			"cannot attach to process %d, which belongs to somebody else or has "
			"privileges; run procaudit as root",
			pid);
	else
		warnc(error,
			"cannot attach to process %d; allow ptrace for this container (docker "
			"run --cap-add=SYS_PTRACE), or see the kernel's audit log",
			pid);
}

static void say_refused(const struct procaudit_gap *gap)
{
	pid_t pid = gap->child_pid;

	switch (gap->reason) {
	case PROCAUDIT_GAP_ATTACH_DENIED:
		say_denied(pid, gap->error);
		break;
	case PROCAUDIT_GAP_ATTACH_TRACED:
		warnx("cannot attach to process %d: process %d traces it already (a debugger, "
		      "strace or another procaudit); end that first",
			pid, gap->tracer_pid);
		break;
	case PROCAUDIT_GAP_ATTACH_KERNEL:
		warnx("cannot attach to process %d: it is a kernel thread, which nobody can trace",
			pid);
		break;
	case PROCAUDIT_GAP_ATTACH_GONE:
		warnx("cannot attach to process %d: there is none; see 'pgrep -l NAME'", pid);
		break;
	case PROCAUDIT_GAP_ATTACH_RACE:
		warnx("process %d may have come from what is recorded, and is not in the log: it "
		      "was made just then; if it lives, attach once more",
			pid);
		break;
	case PROCAUDIT_GAP_VANISHED:
	case PROCAUDIT_GAP_WRITE_ERROR:
	case PROCAUDIT_GAP_MEMORY:
	case PROCAUDIT_GAP_UNTRACED:
	case PROCAUDIT_GAP_FILTER:
		break;
	}
}

static bool is_refusal(const struct procaudit_event *event)
{
	return event->kind == PROCAUDIT_GAP && event->gap.reason >= PROCAUDIT_GAP_ATTACH_DENIED &&
	       event->gap.reason <= PROCAUDIT_GAP_ATTACH_RACE;
}

static void on_refusal(struct attach *attach, const struct procaudit_gap *gap)
{
	attach->refused++;
	attach->denied |= gap->reason == PROCAUDIT_GAP_ATTACH_DENIED ||
			  gap->reason == PROCAUDIT_GAP_ATTACH_TRACED ||
			  gap->reason == PROCAUDIT_GAP_ATTACH_KERNEL;
	if (!stdfds_can_say())
		return;
	if (attach->refused <= REFUSED_LINES)
		say_refused(gap);
	else if (attach->refused == REFUSED_LINES + 1)
		warnx("there are more that cannot be attached to; the log %s names all",
			attach->recorder.sink.name);
}

/* --- Start --------------------------------------------------------------- */

/* Who closes a terminal wants its jobs to end. A daemon has none. */
static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Signals that end us, but those that we were told to ignore. */
static void choose_signals(struct attach *attach)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	struct sigaction action;
	size_t i;

	sigemptyset(&attach->ending);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&attach->ending, ending[i]);
	attach->signals = attach->ending;
	if (!has_terminal())
		sigdelset(&attach->ending, SIGHUP);
	sigaddset(&attach->signals, SIGUSR1);
	sigaddset(&attach->signals, SIGUSR2);
}

/* What is traced would have to wait for us. */
static void ignore_job_control(void)
{
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
}

/* Returns 0 or the exit status, having said why. */
static int start(struct attach *attach)
{
	const struct options *options = attach->options;
	struct procaudit_tracer_options tracing = {
		.threads = options->threads,
		.response_files = options->response_files,
		.signals = &attach->signals,
		.spare = daemon_starter(),
	};
	int error;

	robust_become();
	ignore_job_control();
	choose_signals(attach);
	if (!recorder_open(&attach->recorder, options))
		return STATUS_NOT_CONFIGURED;
	attach->recorder.pid = getpid();
	rights_drop(recorder_needs(&attach->recorder) | claim_needs());
	error = procaudit_tracer_attach(
		&attach->tracer, options->pids, options->pid_count, &tracing);
	if (error == -ENOENT)
		warnx("cannot attach: /proc is not that of this pid namespace; mount it (unshare "
		      "--mount-proc)");
	else if (error)
		warnc(-error, "cannot attach");
	return error ? STATUS_ERROR : 0;
}

/* --- Loop ---------------------------------------------------------------- */

/* All have been seized, and are in the log: nothing is missed any more. */
static void become_ready(struct attach *attach)
{
	attach->ready = true;
	recorder_flush(&attach->recorder);
	ready_tell();
	if (!attach->options->daemonize)
		notify("READY=1");
	if (!daemon_settle())
		procaudit_tracer_detach(attach->tracer, PROCAUDIT_DETACH_SIGNAL);
}

static void on_event(struct attach *attach, const struct procaudit_event *event)
{
	recorder_add(&attach->recorder, event);
	if (is_refusal(event))
		on_refusal(attach, &event->gap);
	if (event->kind == PROCAUDIT_DETACH && event->detach.reason != PROCAUDIT_DETACH_SIGNAL)
		attach->lost = true;
}

/* From now on a service manager waits no longer for signs of life, which there are
 * none of while the last parts are compressed (systemd.service(5), TimeoutStopSec=). */
static void tell_stopping(struct attach *attach)
{
	if (!attach->stopping)
		notify("STOPPING=1");
	attach->stopping = true;
}

static void reopen(struct attach *attach)
{
	notify_reloading();
	recorder_reopen(&attach->recorder);
	notify("READY=1");
}

static void on_signal(struct attach *attach, int signo)
{
	if (signo == SIGHUP && sigismember(&attach->ending, SIGHUP) == 0)
		signo = SIGUSR1;
	switch (signo) {
	case SIGUSR1:
		reopen(attach);
		break;
	case SIGUSR2:
		recorder_add_stats(
			&attach->recorder, procaudit_tracer_pids(attach->tracer, NULL, 0));
		break;
	default:
		tell_stopping(attach);
		procaudit_tracer_detach(attach->tracer, PROCAUDIT_DETACH_SIGNAL);
	}
}

/* How long to wait for the next event; NULL: for ever. */
static const struct timespec *patience(const struct attach *attach, struct timespec *limit)
{
	int64_t due = recorder_due(&attach->recorder);

	*limit = (struct timespec){0};
	if (recorder_pending(&attach->recorder)) {
		limit->tv_nsec = attach->recorder.blocked ? READER_NS : 0;
		return limit;
	}
	return boot_until(due < notify_due() ? due : notify_due(), limit);
}

/* Without memory for it an attached process is told as a fork that is seen too late. */
static bool has_begun(const struct attach *attach)
{
	const struct procaudit_encoder *encoder = attach->recorder.encoder;

	return procaudit_encoder_count(encoder, PROCAUDIT_ATTACH) +
		       procaudit_encoder_count(encoder, PROCAUDIT_FORK) >
	       0;
}

/* What there is to do beside events. */
static void attend(struct attach *attach)
{
	siginfo_t signal;

	notify_alive();
	if (!attach->ready && !procaudit_tracer_is_attaching(attach->tracer) && has_begun(attach))
		become_ready(attach);
	if (recorder_is_held(&attach->recorder) &&
		!hold(&attach->recorder, &attach->ending, false, &signal))
		on_signal(attach, signal.si_signo);
}

static void follow(struct attach *attach)
{
	const struct procaudit_event *event;
	struct timespec limit;
	int found;

	for (;;) {
		attend(attach);
		found = procaudit_tracer_next(attach->tracer, &event, patience(attach, &limit));
		if (found > 0)
			on_event(attach, event);
		else if (found == -EAGAIN)
			recorder_flush(&attach->recorder);
		else if (found == -EINTR)
			on_signal(attach, procaudit_tracer_signal(attach->tracer)->si_signo);
		else
			return;
	}
}

/* --- End ----------------------------------------------------------------- */

static void end_log(struct attach *attach)
{
	struct recorder *recorder = &attach->recorder;
	struct procaudit_trailer trailer = {.complete = !attach->lost};
	siginfo_t signal;
	bool drained = hold(recorder, &attach->ending, true, &signal);

	if (attach->ready)
		tell_stopping(attach);
	recorder_end(recorder, &trailer);
	if (drained)
		hold(recorder, &attach->ending, true, &signal);
	else
		recorder_flush(recorder);
	recorder_close(recorder);
}

/* Those that are for the log come too late from now on. They must not end us when
 * the tracer no longer blocks them. */
static void forget_signals(const struct attach *attach)
{
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	if (sigismember(&attach->ending, SIGHUP) == 0)
		signal(SIGHUP, SIG_IGN);
}

static void print_summary(const struct attach *attach)
{
	const struct recorder *recorder = &attach->recorder;
	uint64_t attached = procaudit_encoder_count(recorder->encoder, PROCAUDIT_ATTACH);
	uint64_t forks = procaudit_encoder_count(recorder->encoder, PROCAUDIT_FORK);

	fprintf(stderr,
		"procaudit: attached to %" PRIu64 " process%s, %" PRIu64 " more, %" PRIu64
		" program%s executed, %s; log: %s\n",
		attached, attached == 1 ? "" : "es", forks, recorder->executed,
		recorder->executed == 1 ? "" : "s",
		recorder->complete ? "complete" : "RECORD INCOMPLETE", recorder->sink.name);
}

static int exit_status(const struct attach *attach)
{
	if (procaudit_encoder_count(attach->recorder.encoder, PROCAUDIT_ATTACH) == 0)
		return attach->denied ? STATUS_NO_PERMISSION : STATUS_ERROR;
	return attach->recorder.complete ? STATUS_OK : STATUS_ERROR;
}

int attach(const struct options *options)
{
	struct attach attach = {.options = options};
	int status = start(&attach);

	if (!status) {
		follow(&attach);
		forget_signals(&attach);
		end_log(&attach);
		if (options->verbose)
			print_summary(&attach);
		status = exit_status(&attach);
	}
	procaudit_tracer_free(attach.tracer);
	recorder_free(&attach.recorder);
	return status;
}
