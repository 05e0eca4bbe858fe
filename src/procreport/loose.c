/* SPDX-License-Identifier: ISC */
#include "loose.h"

#include <string.h>

void loose_begin(struct loose *loose, const struct side sides[2])
{
	unsigned side, i;

	*loose = (struct loose){.sides = sides};
	for (side = 0; side < 2; side++)
		for (i = 0; i < sides[side].normal_count; i++)
			loose->mapped = loose->mapped || normal_has_maps(&sides[side].normals[i]);
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

/* Replaces names of mapped folders that are relative to where the run was, or to where
 * its build began. */
static void without_relative(const struct loose *loose, const struct run *run, struct bytes *out,
	const char *text, size_t size)
{
	static struct bytes first;
	const struct model_log *log = run->exec->process->log;
	const struct normal *normal = &loose->sides[run->side].normals[log->number - 1];

	first.size = out->size = 0;
	normal_add_relative(normal, &first, run->exec->cwd ? run->exec->cwd->data : "", text, size);
	normal_add_relative(normal, out, log->cwd ? log->cwd->data : "", first.data, first.size);
}

void loose_add(const struct loose *loose, const struct run *run, struct bytes *out,
	const char *text, size_t size, bool home)
{
	static struct bytes restored, mapped;

	if (home) {
		restore_home(loose, run, &restored, text, size);
		text = restored.data;
		size = restored.size;
	}
	if (loose->mapped) {
		without_relative(loose, run, &mapped, text, size);
		text = mapped.data;
		size = mapped.size;
	}
	pids_leave_out(&loose->pids[run->side], run->exec, out, text, size);
}

/* What struct text's uses tells of a string: it is in a key of this side as it stands,
 * or without what may differ. */
#define PLAIN(side)   (1U << (side))
#define WITHOUT(side) (4U << (side))

/* A string of a key with the home folder as it was; *without: and without process ids and
 * relative names of mapped folders, NULL if there are none in it. */
static struct text *string_of(
	const struct loose *loose, const struct run *run, const char *string, struct text **without)
{
	static struct bytes plain, bytes;

	restore_home(loose, run, &plain, string, strlen(string));
	bytes.size = 0;
	loose_add(loose, run, &bytes, string, strlen(string), true);
	*without = NULL;
	if (bytes.size != plain.size ||
		(plain.size && memcmp(bytes.data, plain.data, plain.size) != 0))
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
