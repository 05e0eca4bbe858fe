/* SPDX-License-Identifier: ISC */
/* Who writes a file. */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>

/*
 * Whether somebody has locked the file by flock(2), as a recorder does as long as it
 * writes. That is read in proc_locks(5): a lock of our own would be in the way of one
 * that begins. False also where nobody knows: the kernel does not tell of other pid
 * namespaces, and has its own device numbers for some file systems, as btrfs.
 */
bool writer_holds(int fd);

#endif
