/* SPDX-License-Identifier: ISC */
/*
 * The faults that kill the init of a pid namespace.
 *
 * While such an init is traced the kernel does not let it die of a fault
 * (kernel/signal.c, force_sig_info_to_task). It is let go instead, and faults
 * once more.
 */
#ifndef FAULT_H
#define FAULT_H

#include "state.h"

/* Whether this signal, in whose stop the task is, is a fault that would kill the
 * init of another pid namespace. task may be NULL. */
bool fault_kills_init(const struct procaudit_tracer *t, const struct task *task, int signo);

/* Has the task, which is in the stop of this signal, begin the instruction
 * again that made the signal, unless it would do so by itself. */
void fault_again(pid_t tid, int signo);

#endif
