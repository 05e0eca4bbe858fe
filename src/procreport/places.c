/* SPDX-License-Identifier: ISC */
#include "places.h"

#include "maps.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

bool places_is_system(const char *path)
{
	static const char *const roots[] = {"/", "/boot", "/dev/shm", "/home", "/media", "/mnt",
		"/opt", "/root", "/run", "/srv", "/tmp", "/usr/local/src", "/usr/src", "/var",
		"/var/cache", "/var/lib", "/var/tmp"};
	static const char *const trees[] = {"/bin", "/dev", "/etc", "/lib", "/lib32", "/lib64",
		"/libx32", "/nix", "/proc", "/sbin", "/sys", "/usr"};
	static const char *const free[] = {"/dev/shm/", "/usr/local/src/", "/usr/src/"};
	size_t i;

	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strcmp(path, roots[i]) == 0)
			return true;
	for (i = 0; i < sizeof(free) / sizeof(free[0]); i++)
		if (strncmp(path, free[i], strlen(free[i])) == 0)
			return false;
	for (i = 0; i < sizeof(trees) / sizeof(trees[0]); i++)
		if (maps_holds(trees[i], path))
			return true;
	return *path != '/';
}

/* --- Directories ------------------------------------------------------------------- */

static const struct normal *normal_of(const struct side *side, const struct exec *exec)
{
	return &side->normals[exec->process->log->number - 1];
}

static struct place *place_of(
	const struct places *places, const struct side *side, const struct exec *exec)
{
	const struct normal *normal = normal_of(side, exec);
	struct place *place;

	HASH_FIND_PTR(places->by_path, &exec->cwd, place);
	while (place && place->normal != normal)
		place = place->other;
	return place;
}

static void add_place(struct places *places, const struct side *side, const struct exec *exec)
{
	static struct bytes bytes;
	struct place *place = allocated(calloc(1, sizeof(*place)), "cannot compare directories"),
		     *first;

	place->path = exec->cwd;
	place->normal = normal_of(side, exec);
	place->side = side->number;
	bytes.size = 0;
	normal_add(place->normal, &bytes, exec->cwd->data, exec->cwd->size);
	place->name = intern(bytes.size ? bytes.data : "", bytes.size);
	place->next = places->all;
	places->all = place;
	HASH_FIND_PTR(places->by_path, &place->path, first);
	if (first) {
		place->other = first->other;
		first->other = place;
	} else {
		HASH_ADD_PTR(places->by_path, path, place);
	}
}

static void add_places(struct places *places, const struct side *side)
{
	unsigned i;

	for (i = 0; i < side->model.exec_count; i++) {
		const struct exec *exec = side->model.execs[i];

		if (exec->success && exec->cwd && !place_of(places, side, exec))
			add_place(places, side, exec);
	}
}

static int by_name(const void *left, const void *right)
{
	const struct place *a = *(struct place *const *)left, *b = *(struct place *const *)right;
	int order = strcmp(a->name->data, b->name->data);

	return order ? order : (int)a->side - (int)b->side;
}

static int by_path(const void *left, const void *right)
{
	const struct place *a = *(struct place *const *)left, *b = *(struct place *const *)right;

	return strcmp(a->path->data, b->path->data);
}

/* --- Those of one side alone --------------------------------------------------------- */

/* The one that holds a path; NULL: none. */
static struct top *top_of(struct places *places, unsigned side, const char *path)
{
	size_t i;

	for (i = 0; i < places->counts[side]; i++)
		if (maps_holds(places->tops[side][i].path, path))
			return &places->tops[side][i];
	return NULL;
}

/* Sorted by paths, what holds others comes first. */
static void add_top(struct places *places, struct place *place)
{
	size_t *count = &places->counts[place->side];

	place->top = top_of(places, place->side, place->path->data);
	if (place->top || *count == PLACES_TOPS || places_is_system(place->path->data))
		return;
	place->top = &places->tops[place->side][(*count)++];
	*place->top = (struct top){.path = place->path->data, .name = place->name->data};
}

/* Moves those whose names only one side has to the beginning. */
static size_t keep_single(struct place **list, size_t count)
{
	size_t at, end, kept = 0;

	for (at = 0; at < count; at = end) {
		end = at + 1;
		while (end < count && list[end]->name == list[at]->name)
			end++;
		if (list[at]->side != list[end - 1]->side)
			continue;
		while (at < end)
			list[kept++] = list[at++];
	}
	return kept;
}

static void find_tops(struct places *places)
{
	size_t count = 0, i;
	struct place **list, *place;

	for (place = places->all; place; place = place->next)
		count++;
	list = allocated(calloc(count + 1, sizeof(void *)), "cannot compare directories");
	count = 0;
	for (place = places->all; place; place = place->next)
		list[count++] = place;
	qsort(list, count, sizeof(void *), by_name);
	count = keep_single(list, count);
	qsort(list, count, sizeof(void *), by_path);
	for (i = 0; i < count; i++)
		add_top(places, list[i]);
	free(list);
}

/* --- What runs there ------------------------------------------------------------------ */

/* A hash of a string of normal_add() in which of each path only the last component counts,
 * and nothing of one that leads to the top. */
static uint64_t hash_string(uint64_t hash, const struct top *top, const char *text, size_t size)
{
	static struct bytes path;
	size_t at, run, i;

	for (at = 0; at < size; at += run) {
		run = 1;
		if ((text[at] != '/' && text[at] != '%') || !normal_is_start(text, at)) {
			hash = hash_bytes(hash, text + at, 1);
			continue;
		}
		while (at + run < size &&
			(text[at + run] == '/' || normal_is_name((unsigned char)text[at + run])))
			run++;
		path.size = 0;
		bytes_add(&path, text + at, run);
		bytes_string(&path, "");
		if (maps_holds(path.data, top->name))
			continue;
		for (i = run; i > 0 && path.data[i - 1] != '/';)
			i--;
		hash = hash_bytes(hash, path.data + i, run - i);
	}
	return hash_bytes(hash, "", 1);
}

static uint64_t hash_command(const struct place *place, const struct exec *exec)
{
	static struct bytes bytes;
	const char *s = exec->argv->data, *end = s + exec->argv->size, *name = exec_name(exec);
	uint64_t hash = hash_bytes(HASH_START, name, strlen(name) + 1);

	name = place->path->data + strlen(place->top->path);
	hash = hash_bytes(hash, name, strlen(name) + 1);
	for (; s < end; s += strlen(s) + 1) {
		bytes.size = 0;
		normal_add(place->normal, &bytes, s, strlen(s));
		hash = hash_string(hash, place->top, bytes.size ? bytes.data : "", bytes.size);
	}
	return hash;
}

static void add_command(struct top *top, uint64_t hash)
{
	if (top->count == top->cap) {
		top->cap = top->cap ? 2 * top->cap : 64;
		top->commands =
			allocated(reallocarray(top->commands, top->cap, sizeof(*top->commands)),
				"cannot compare directories");
	}
	top->commands[top->count++] = hash;
}

static int by_hash(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static void add_commands(struct places *places, const struct side *side)
{
	const struct place *place;
	size_t i;

	for (i = 0; i < side->model.exec_count; i++) {
		const struct exec *exec = side->model.execs[i];

		if (!exec->success || !exec->cwd || !exec->has_argv)
			continue;
		place = place_of(places, side, exec);
		if (place && place->top)
			add_command(place->top, hash_command(place, exec));
	}
	for (i = 0; i < places->counts[side->number]; i++) {
		struct top *top = &places->tops[side->number][i];

		if (top->count)
			qsort(top->commands, top->count, sizeof(*top->commands), by_hash);
	}
}

void places_find(struct places *places, const struct side sides[2])
{
	int i;

	*places = (struct places){0};
	add_places(places, &sides[0]);
	add_places(places, &sides[1]);
	find_tops(places);
	for (i = 0; i < 2 && places->counts[0] && places->counts[1]; i++)
		add_commands(places, &sides[i]);
}

void places_free(struct places *places)
{
	struct place *place, *next;
	size_t side, i;

	HASH_CLEAR(hh, places->by_path);
	for (place = places->all; place; place = next) {
		next = place->next;
		free(place);
	}
	for (side = 0; side < 2; side++)
		for (i = 0; i < places->counts[side]; i++)
			free(places->tops[side][i].commands);
}
