/* SPDX-License-Identifier: ISC */
/*
 * What whoever executed us meant for the command, since exec keeps it, and what a fork
 * takes away: timers of setitimer(2), the signal at the parent's end and being a
 * subreaper (prctl(2)).
 */
#ifndef HERITAGE_H
#define HERITAGE_H

/* In the process that was executed: takes note of it, and gives up what must not be
 * there twice. */
void heritage_note(void);

/* In whoever forks the command: the child is to have that. Returns 0 or -errno. */
int heritage_hand_on(void);

#endif
