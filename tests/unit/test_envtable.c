/* SPDX-License-Identifier: ISC */
/* Environments are known by their bytes; memory is bounded, ids are not used twice. */
#include "envtable.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOUND ((size_t)1024 * 1024)

static void test_same(void)
{
	struct envtable table = {0};
	bool is_new;
	uint64_t first, other, empty;

	first = envtable_id(&table, "A=1\0B=2", 8, &is_new);
	ok(first == 1 && is_new, "the first environment is new and has the id 1");
	ok(envtable_id(&table, "A=1\0B=2", 8, &is_new) == first && !is_new, "again it is known");
	other = envtable_id(&table, "A=1\0B=3", 8, &is_new);
	ok(other != first && is_new, "one byte behind a NUL makes another");
	ok(envtable_id(&table, "A=1", 4, &is_new) != first && is_new, "so does a shorter one");
	empty = envtable_id(&table, "", 0, &is_new);
	ok(is_new && envtable_id(&table, "", 0, &is_new) == empty && !is_new,
		"the empty environment is one like others");
	envtable_clear(&table);
	ok(envtable_id(&table, "A=1\0B=2", 8, &is_new) > empty && is_new,
		"forgetting forgets environments, not ids");
	envtable_clear(&table);
	ok(!table.entries && !table.bytes, "a cleared table holds nothing");
}

static void test_bound(void)
{
	struct envtable table = {0};
	uint64_t id, last = 0;
	size_t most = 0, known = 0;
	char env[1000];
	bool is_new, grows = true;
	int i;

	for (i = 0; i < 5000; i++) {
		memset(env, 'x', sizeof(env));
		snprintf(env, sizeof(env), "N=%d", i);
		id = envtable_id(&table, env, sizeof(env), &is_new);
		grows &= id > last && is_new;
		last = id;
		id = envtable_id(&table, env, sizeof(env), &is_new);
		known += id == last && !is_new;
		most = table.bytes > most ? table.bytes : most;
	}
	ok(grows, "five thousand environments have five thousand ids");
	ok(known == 5000, "each is known right after");
	ok(most <= BOUND && most > BOUND / 2, "memory grows to its bound and not beyond");
	envtable_clear(&table);
}

static void test_giant(void)
{
	struct envtable table = {0};
	char *env = calloc(1, 2 * BOUND);
	bool is_new;
	uint64_t id = envtable_id(&table, env, 2 * BOUND, &is_new);

	ok(is_new && table.bytes == 0, "one larger than the bound is not kept");
	ok(envtable_id(&table, env, 2 * BOUND, &is_new) > id && is_new, "and is new each time");
	free(env);
	envtable_clear(&table);
}

int main(void)
{
	test_same();
	test_bound();
	test_giant();
	return tap_end();
}
