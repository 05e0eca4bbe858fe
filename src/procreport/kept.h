/* SPDX-License-Identifier: ISC */
/*
 * A file that is written: whole under its name, or not at all. One at a time.
 *
 * Functions end the program where they fail, having said why.
 */
#ifndef KEPT_H
#define KEPT_H

/* Makes an empty file, mode 0600, beside path, and returns its name. It is removed if the
 * program ends before kept_finish() or kept_replace(). */
const char *kept_beside(const char *path);

/* The same for a path that must not exist. */
const char *kept_new(const char *path);

/* It is whole: gives it its name, unless there is such a file meanwhile. */
void kept_finish(const char *path);

/* It is whole: puts it in the place of what has its name. */
void kept_replace(const char *path);

#endif
