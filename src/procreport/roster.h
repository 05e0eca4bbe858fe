/* SPDX-License-Identifier: ISC */
/* The processes of a log that is being verified, and its environments, by their
 * numbers. */
#ifndef ROSTER_H
#define ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

struct thread {
	int64_t tid;
	struct thread *next;
};

/* What the records of one process have told so far. */
struct member {
	int64_t proc, pid;
	int64_t parent;		/* its creator's proc; -1: none */
	int64_t since;		/* mono_us of its first record */
	int64_t images;		/* programs so far */
	int64_t ended;		/* seq of the record of its end; -1: it lives */
	bool announced;		/* by a fork or attach record, or by being the command */
	bool lost;		/* there was no memory for its place in the table */
	struct thread *threads; /* further ones that live */
	UT_hash_handle hh;
};

struct environment;

struct roster {
	struct member *members;
	struct environment *environments;
};

/* NULL if there is none; of roster_add() if there is no memory. */
struct member *roster_find(const struct roster *roster, int64_t proc);
struct member *roster_add(struct roster *roster, int64_t proc);

/* Forgets all processes. */
void roster_clear(struct roster *roster);

bool roster_has_environment(const struct roster *roster, int64_t env_id);
bool roster_add_environment(struct roster *roster, int64_t env_id); /* false: no memory */
void roster_forget_environments(struct roster *roster);

/* Further threads of a process. */
bool member_has_thread(const struct member *member, int64_t tid);
bool member_add_thread(struct member *member, int64_t tid); /* false: no memory */
void member_remove_thread(struct member *member, int64_t tid);
void member_drop_threads(struct member *member);

#endif
