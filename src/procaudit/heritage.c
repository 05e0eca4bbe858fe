/* SPDX-License-Identifier: ISC */
#include "heritage.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <time.h>

#define US_PER_SEC INT64_C(1000000)

/* What setitimer(2) takes; numbers in musl. */
#ifdef __GLIBC__
typedef __itimer_which_t timer_kind;
#else
typedef int timer_kind;
#endif

static const timer_kind kinds[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct {
	int death_signal;
	int is_reaper;
	struct itimerval timers[KINDS];
	int64_t noted; /* CLOCK_MONOTONIC, us */
} heritage;

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * US_PER_SEC + ts.tv_nsec / 1000;
}

void heritage_note(void)
{
	static const struct itimerval none;
	size_t i;

	prctl(PR_GET_PDEATHSIG, &heritage.death_signal, 0, 0, 0);
	prctl(PR_GET_CHILD_SUBREAPER, &heritage.is_reaper, 0, 0, 0);
	if (heritage.is_reaper)
		prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	for (i = 0; i < KINDS; i++)
		setitimer(kinds[i], &none, &heritage.timers[i]);
	heritage.noted = now();
}

/* It has gone on meanwhile; if it has run out, it is about to. */
static void set_back(struct timeval *left)
{
	int64_t us = left->tv_sec * US_PER_SEC + left->tv_usec - (now() - heritage.noted);

	if (us < 1)
		us = 1;
	left->tv_sec = us / US_PER_SEC;
	left->tv_usec = us % US_PER_SEC;
}

/* In the child, where clocks and these two calls are all that is used. */
static void take(void)
{
	struct itimerval timer;
	size_t i;

	if (heritage.death_signal)
		prctl(PR_SET_PDEATHSIG, heritage.death_signal, 0, 0, 0);
	if (heritage.is_reaper)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	for (i = 0; i < KINDS; i++) {
		timer = heritage.timers[i];
		if (!timer.it_value.tv_sec && !timer.it_value.tv_usec)
			continue;
		if (kinds[i] == ITIMER_REAL)
			set_back(&timer.it_value);
		setitimer(kinds[i], &timer, NULL);
	}
}

int heritage_hand_on(void)
{
	return -pthread_atfork(NULL, NULL, take);
}
