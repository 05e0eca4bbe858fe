/* SPDX-License-Identifier: ISC */
/* Descriptors from 3 on that we were started with: they are the command's. */
#ifndef INHERITED_H
#define INHERITED_H

/* Closes them, which are those that are not close-on-exec: all of our own are. */
void inherited_close(void);

#endif
