/* SPDX-License-Identifier: ISC */
#include "relay.h"

#include "boot.h"

#include <errno.h>
#include <unistd.h>

/* Two of the same within this time, one to the proxy and one to us, are one: on a busy
 * machine the proxy may take its time. */
#define COPY_NS (5 * NS_PER_SEC)

/* The proxy stops and goes on with the command. */
static void on_stop(struct relay *relay, const siginfo_t *signal)
{
	if (signal->si_code == CLD_STOPPED)
		proxy_stop(relay->proxy, signal->si_status);
	else
		proxy_continue(relay->proxy);
	relay->continued = false;
}

/* The proxy has not stopped with the command, because it was told to go on. */
static void on_doubt(struct relay *relay)
{
	int signo = procaudit_tracer_stopped(relay->tracer);

	if (signo)
		proxy_stop(relay->proxy, signo);
}

/* A job is stopped: so the command is, unless it was stopped already. When it
 * has ended the proxy is all that can stop, and when this has taken back a
 * SIGCONT that had let only the proxy go on. */
static void on_job_stop(struct relay *relay, const siginfo_t *signal, bool after_stop)
{
	bool alone = after_stop && !relay->continued && proxy_goes_on_alone(relay->proxy);
	int passed = alone ? -ESRCH : procaudit_tracer_pass_signal(relay->tracer, signal);

	if (passed == -ESRCH)
		proxy_stop(relay->proxy, signal->si_signo);
	if (passed > 0 || alone)
		relay->stop_passed = true;
}

/* One that was overtaken by a stop of the whole job would undo that. But what we
 * have passed on ourselves has to be undone. */
static void on_job_continue(struct relay *relay, const siginfo_t *signal)
{
	if ((relay->stop_passed || !proxy_signal_is_stale(relay->proxy)) &&
		procaudit_tracer_pass_signal(relay->tracer, signal) >= 0)
		relay->continued = true;
	relay->stop_passed = false;
}

/* Who signals all processes of a name, of a service, or all there are, signals the
 * proxy and us, and means the command once. */
static bool is_copy(struct relay *relay, const siginfo_t *signal, bool told)
{
	struct arrival *last = &relay->last;
	int64_t now = boot_ns();
	bool copy = last->when && last->told != told && last->signo == signal->si_signo &&
		    last->code == signal->si_code && last->sender == signal->si_pid &&
		    now - last->when < COPY_NS;

	*last = (struct arrival){
		signal->si_signo, signal->si_code, signal->si_pid, told, copy ? 0 : now};
	return copy;
}

/* A terminal's signals reach the command without us. Others are handed on; the
 * second one is meant for us, unless the last tracee has ended by it, too. */
static bool on_ending_signal(struct relay *relay, const siginfo_t *signal)
{
	int passed;

	if (relay->passed == 0) {
		passed = procaudit_tracer_pass_signal(relay->tracer, signal);
		if (passed > 0)
			relay->passed++;
		if (passed >= 0)
			return false;
	} else if (signal->si_code == SI_KERNEL && !relay->has_ended) {
		return false;
	}
	return procaudit_tracer_pids(relay->tracer, NULL, 0) > 0;
}

bool relay_signal(struct relay *relay, const siginfo_t *got)
{
	siginfo_t signal = *got;
	bool told = proxy_is_told(relay->proxy, got);
	bool after_stop = proxy_translate(relay->proxy, &signal);

	if (signal.si_signo != SIGCHLD && proxy_doubts(relay->proxy))
		on_doubt(relay);
	switch (signal.si_signo) {
	case SIGCHLD:
		on_stop(relay, &signal);
		return false;
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		on_job_stop(relay, &signal, after_stop);
		return false;
	case SIGCONT:
		if (signal.si_pid != getpid())
			on_job_continue(relay, &signal);
		return false;
	default:
		return !is_copy(relay, &signal, told) && on_ending_signal(relay, &signal);
	}
}

void relay_end(struct relay *relay)
{
	relay->has_ended = true;
	proxy_continue(relay->proxy);
}
