/* SPDX-License-Identifier: ISC */
/*
 * A file that is written: whole under its name, or not at all. One at a time.
 *
 * Functions end the program where they fail, having said why.
 */
#ifndef KEPT_H
#define KEPT_H

/* Makes an empty file, mode 0600, beside path, which must not exist, and returns its
 * name. It is removed if the program ends before kept_finish(). */
const char *kept_new(const char *path);

/* It is whole: gives it its name, unless there is such a file meanwhile. */
void kept_finish(const char *path);

#endif
