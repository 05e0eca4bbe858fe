/* SPDX-License-Identifier: ISC */
/* The descriptor of --ready-fd: whoever has its other end waits until recording is
 * up. */
#ifndef READY_H
#define READY_H

/* Takes the descriptor, which becomes close-on-exec. Returns 0; or -EBADF if it is
 * not open for writing. */
int ready_take(int fd);

/* Recording is up: writes an empty line, and closes. */
void ready_tell(void);

/* Closes, in a process that has nothing to tell. */
void ready_drop(void);

#endif
