/* SPDX-License-Identifier: ISC */
/* Who the command runs as, if it is not ourselves. */
#ifndef USER_H
#define USER_H

#include <procaudit/tracer.h>

#include <stdbool.h>

struct user {
	struct procaudit_user ids; /* its groups are owned */
};

/*
 * Looks up USER[:GROUP], names or numbers, for root; ids and groups are those of
 * runuser(1) -u USER [-g GROUP]. Sets HOME, USER and LOGNAME in our environment,
 * which the command inherits. Prints one line and returns false on failure.
 */
bool user_find(struct user *user, const char *text);

void user_free(struct user *user);

#endif
