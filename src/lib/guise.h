/* SPDX-License-Identifier: ISC */
/*
 * The guise of a process: what files it may open, so that a tracer that may do more
 * opens no others for it.
 */
#ifndef GUISE_H
#define GUISE_H

#include "buf.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <sys/types.h>

/* What the calling thread was before. Zeroed at first. */
struct guise {
	uid_t uid; /* those for files, setfsuid(2) */
	gid_t gid;
	struct buf groups; /* gid_t */
	struct __user_cap_data_struct capabilities[2];
	int dumpable;	  /* PR_GET_DUMPABLE in prctl(2) */
	int death_signal; /* PR_GET_PDEATHSIG, for the end of parent */
	pid_t parent;
	bool others; /* the ids are another user's now */
	bool fewer;  /* some capabilities are not effective now */
};

/*
 * Until guise_drop() the calling thread opens files as the task could, which is
 * stopped: with its user and groups for files, and with no capability that it has not.
 * In a user namespace of its own it has none here. Returns 0, or -errno, -EPERM if we
 * may not; then nothing has changed.
 */
int guise_take(struct guise *guise, pid_t pid);
void guise_drop(struct guise *guise);

#endif
