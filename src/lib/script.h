/* SPDX-License-Identifier: ISC */
/* A file that can be executed, of which the kernel does not know how. */
#ifndef SCRIPT_H
#define SCRIPT_H

/*
 * Has sh read it, as POSIX wants of execvp(3) when the kernel says ENOEXEC, and as glibc
 * has done by then: musl leaves it out. Returns only if it fails.
 */
void script_exec(char *const argv[]);

#endif
