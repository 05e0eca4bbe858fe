/* SPDX-License-Identifier: ISC */
/* A stopped task's memory. */
#ifndef MEM_H
#define MEM_H

#include "buf.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * Reads everything from address to the end of its mapping into out, which is
 * emptied first. Returns 0, or -errno if reading ended for another reason;
 * out then holds what came before.
 */
int mem_read_upwards(pid_t tid, uint64_t address, struct buf *out);

#endif
