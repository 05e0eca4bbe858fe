/* SPDX-License-Identifier: ISC */
/* Descriptors 0, 1 and 2: ours, and those of the command. */
#ifndef STDFDS_H
#define STDFDS_H

#include <stdbool.h>

/* Opens placeholders for those of 0, 1, 2 that are closed, so that nothing we
 * open becomes the command's standard output. They are close-on-exec: the
 * command finds them closed. To be called first. Returns 0 or -errno. */
int stdfds_fill(void);

/* Whether the descriptor was closed when we were started. */
bool stdfds_was_closed(int fd);

/* A duplicate out of the way, close-on-exec, or -errno. */
int stdfds_duplicate(int fd);

/* Whether standard error takes a line without waiting for its reader, who may
 * be waiting for us. */
bool stdfds_can_say(void);

/* Lets go of standard input and output, so that the other end of a pipe sees
 * the command close it. */
void stdfds_release(void);

/* Of standard error, too. Each line that is written there in one piece becomes a
 * message of syslog(3), if there is a place for them, and is lost if not. */
void stdfds_release_all(void);

#endif
