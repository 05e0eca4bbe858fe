/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#define HASH_NONFATAL_OOM	     1
#define uthash_nonfatal_oom(element) ((element)->lost = true)
#include "roster.h"

struct environment {
	int64_t env_id;
	bool lost; /* there was no memory for its place in the table */
	UT_hash_handle hh;
};

struct member *roster_find(const struct roster *roster, int64_t proc)
{
	struct member *member;

	HASH_FIND(hh, roster->members, &proc, sizeof(proc), member);
	return member;
}

struct member *roster_add(struct roster *roster, int64_t proc)
{
	struct member *member = calloc(1, sizeof(*member));

	if (!member)
		return NULL;
	*member = (struct member){.proc = proc, .ended = -1};
	HASH_ADD(hh, roster->members, proc, sizeof(proc), member);
	if (member->lost) {
		free(member);
		return NULL;
	}
	return member;
}

void roster_clear(struct roster *roster)
{
	struct member *member, *next;

	HASH_ITER (hh, roster->members, member, next) {
		HASH_DEL(roster->members, member);
		member_drop_threads(member);
		free(member);
	}
}

bool roster_has_environment(const struct roster *roster, int64_t env_id)
{
	struct environment *environment;

	HASH_FIND(hh, roster->environments, &env_id, sizeof(env_id), environment);
	return environment != NULL;
}

bool roster_add_environment(struct roster *roster, int64_t env_id)
{
	struct environment *environment = calloc(1, sizeof(*environment));

	if (!environment)
		return false;
	*environment = (struct environment){.env_id = env_id};
	HASH_ADD(hh, roster->environments, env_id, sizeof(env_id), environment);
	if (environment->lost) {
		free(environment);
		return false;
	}
	return true;
}

void roster_forget_environments(struct roster *roster)
{
	struct environment *environment, *next;

	HASH_ITER (hh, roster->environments, environment, next) {
		HASH_DEL(roster->environments, environment);
		free(environment);
	}
}

bool member_has_thread(const struct member *member, int64_t tid)
{
	const struct thread *thread;

	for (thread = member->threads; thread; thread = thread->next)
		if (thread->tid == tid)
			return true;
	return false;
}

bool member_add_thread(struct member *member, int64_t tid)
{
	struct thread *thread = malloc(sizeof(*thread));

	if (!thread)
		return false;
	*thread = (struct thread){.tid = tid, .next = member->threads};
	member->threads = thread;
	return true;
}

void member_remove_thread(struct member *member, int64_t tid)
{
	struct thread **at = &member->threads, *gone;

	while (*at && (*at)->tid != tid)
		at = &(*at)->next;
	if (!*at)
		return;
	gone = *at;
	*at = gone->next;
	free(gone);
}

void member_drop_threads(struct member *member)
{
	struct thread *thread, *next;

	for (thread = member->threads; thread; thread = next) {
		next = thread->next;
		free(thread);
	}
	member->threads = NULL;
}
