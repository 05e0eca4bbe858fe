/* SPDX-License-Identifier: ISC */
/*
 * Programs that run without the privileges that their files give, since their
 * tracer has none (Linux security/commoncap.c, cap_bprm_creds_from_file).
 */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Whether our tracing takes privileges away: we lack CAP_SYS_PTRACE, and yet
 * could gain privileges ourselves. */
bool privilege_is_taken(void);

/* Whether a task has a user namespace of its own, or nobody knows: what it may do there
 * it may not here. */
bool privilege_is_apart(pid_t pid);

/*
 * Whether a task at its exec stop has lost privileges by that: its program
 * exe has a set-user-ID or set-group-ID bit or capabilities that it did not
 * get, and nothing else explains it. no_new_privs: the task has that from us.
 */
bool privilege_was_lost(pid_t pid, const struct stat *exe, bool no_new_privs);

#endif
