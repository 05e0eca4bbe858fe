/* SPDX-License-Identifier: ISC */
#include "loose.h"

#include <string.h>

void loose_begin(struct loose *loose, const struct side sides[2])
{
	loose->sides = sides;
	pids_begin(&loose->pids[0], &sides[0].model);
	pids_begin(&loose->pids[1], &sides[1].model);
}

void loose_free(struct loose *loose)
{
	pids_free(&loose->pids[0]);
	pids_free(&loose->pids[1]);
}

static void restore_home(const struct loose *loose, const struct run *run, struct bytes *out,
	const char *text, size_t size)
{
	const struct side *side = &loose->sides[run->side];

	out->size = 0;
	normal_restore_home(&side->normals[run->exec->process->log->number - 1], out, text, size);
}

void loose_add(const struct loose *loose, const struct run *run, struct bytes *out,
	const char *text, size_t size, bool home)
{
	static struct bytes restored;

	if (home) {
		restore_home(loose, run, &restored, text, size);
		text = restored.data;
		size = restored.size;
	}
	pids_leave_out(&loose->pids[run->side], run->exec, out, text, size);
}

/* What struct text's uses tells of a string: it is in a key of this side as it stands,
 * or without process ids. */
#define PLAIN(side)   (1U << (side))
#define WITHOUT(side) (4U << (side))

/* A string of a key with the home folder as it was; *without: and without process ids,
 * NULL if there are none in it. */
static struct text *string_of(
	const struct loose *loose, const struct run *run, const char *string, struct text **without)
{
	static struct bytes plain, bytes;

	restore_home(loose, run, &plain, string, strlen(string));
	bytes.size = 0;
	loose_add(loose, run, &bytes, string, strlen(string), true);
	*without = NULL;
	if (memmem(bytes.data, bytes.size, PIDS_NAME, strlen(PIDS_NAME)))
		*without = intern(bytes.data, bytes.size);
	return intern(plain.size ? plain.data : "", plain.size);
}

static void mark(const struct loose *loose, const struct run *run)
{
	const char *s = run->key->data, *end = s + run->key->size;
	struct text *without;

	for (; s < end; s += strlen(s) + 1) {
		string_of(loose, run, s, &without)->uses |= PLAIN(run->side);
		if (without)
			without->uses |= WITHOUT(run->side);
	}
}

static void loosen(const struct loose *loose, struct run *run)
{
	static struct bytes key;
	const char *s = run->key->data, *end = s + run->key->size;
	struct text *plain, *without;

	key.size = 0;
	for (; s < end; s += strlen(s) + 1) {
		plain = string_of(loose, run, s, &without);
		if (without && (without->uses & WITHOUT(!run->side)) &&
			!(plain->uses & PLAIN(!run->side)))
			plain = without;
		bytes_string(&key, plain->data);
	}
	run->key = intern(key.data, key.size);
	run->program = intern(key.data, strlen(key.data));
}

void loose_keys(const struct loose *loose, struct run **list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		mark(loose, list[i]);
	for (i = 0; i < count; i++)
		loosen(loose, list[i]);
}
