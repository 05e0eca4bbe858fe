/* SPDX-License-Identifier: ISC */
#include "hold.h"

#include "boot.h"
#include "notify.h"
#include "stdfds.h"

#include <bsd/err.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS INT64_C(1000000)

/* Waiting that takes less is not worth a line. */
#define MOMENT_NS (1000 * NS_PER_MS)

/* A disk is tried after so long, then after twice as long, and so on. */
#define FIRST_TRY_MS 50
#define LAST_TRY_MS  1000

/* Our signals are looked at at least so often while a reader is waited for. */
#define READER_MS 50

/* A reader that seems to be ready yet takes nothing is left alone for so long. */
#define NAP_MS 10

struct wait {
	struct recorder *recorder;
	const sigset_t *signals;
	uint64_t bytes; /* in the log, when it last took some */
	int64_t since;	/* when that was, CLOCK_BOOTTIME */
	int pause_ms;	/* before the disk is tried again */
	bool said;
};

/* What a child sends us at its end is no news (clone(2)). */
static bool is_from_child(const siginfo_t *info)
{
	return info->si_code >= CLD_EXITED && info->si_code <= CLD_CONTINUED;
}

static bool take_signal(const struct wait *wait, int ms, siginfo_t *signal)
{
	struct timespec limit = {ms / 1000, ms % 1000 * NS_PER_MS};

	return sigtimedwait(wait->signals, signal, &limit) > 0 && !is_from_child(signal);
}

/* Waits until it is time to try again: true; or for a signal: false. */
static bool rest(struct wait *wait, siginfo_t *signal)
{
	int ms = 0;

	if (wait->recorder->failing) {
		ms = wait->pause_ms;
		wait->pause_ms = 2 * ms > LAST_TRY_MS ? LAST_TRY_MS : 2 * ms;
	} else if (sink_wait(&wait->recorder->sink, READER_MS)) {
		ms = wait->recorder->bytes == wait->bytes ? NAP_MS : 0;
	}
	return !take_signal(wait, ms, signal);
}

static void say(struct wait *wait)
{
	const char *name = wait->recorder->sink.name;
	int error = wait->recorder->failing;

	if (!stdfds_can_say())
		return;
	wait->said = true;
	if (error)
		warnc(-error, "waiting for room for the log %s ('kill %d' ends this)", name,
			wait->recorder->pid);
	else
		warnx("waiting for the reader of the log %s ('kill %d' ends this)", name,
			wait->recorder->pid);
}

static void try(struct wait *wait)
{
	struct recorder *recorder = wait->recorder;

	wait->bytes = recorder->bytes;
	notify_alive();
	recorder_flush(recorder);
	if (recorder->bytes != wait->bytes) {
		wait->since = boot_ns();
		wait->pause_ms = FIRST_TRY_MS;
	} else if (!wait->said && boot_ns() - wait->since >= MOMENT_NS) {
		say(wait);
	}
}

static bool is_over(const struct recorder *recorder, bool all)
{
	return !recorder_is_held(recorder) && !(all && recorder_pending(recorder));
}

bool hold(struct recorder *recorder, const sigset_t *signals, bool all, siginfo_t *signal)
{
	struct wait wait = {
		.recorder = recorder,
		.signals = signals,
		.since = boot_ns(),
		.pause_ms = FIRST_TRY_MS,
	};

	for (try(&wait); !is_over(recorder, all); try(&wait)) {
		if (rest(&wait, signal))
			continue;
		recorder_give_up(recorder);
		return false;
	}
	if (wait.said && !recorder->incomplete && stdfds_can_say())
		warnx("the log %s is written again", recorder->sink.name);
	return true;
}
