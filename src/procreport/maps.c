/* SPDX-License-Identifier: ISC */
#include "maps.h"

#include <bsd/err.h>
#include <stdio.h>
#include <string.h>

void maps_add(struct maps *maps, const char *a, const char *b, bool given)
{
	char name[32];
	int size;

	if (maps->count == NORMAL_MAPS)
		return;
	size = snprintf(name, sizeof(name), "%%map%zu%%", maps->count + 1);
	maps->list[maps->count++] = (struct map){{a, b}, intern(name, (size_t)size)->data, given};
}

/* A folder of the command line, without slashes at its end. */
static const char *folder_of(const char *given, const char *path, size_t size)
{
	while (size > 0 && path[size - 1] == '/')
		size--;
	if (size == 0)
		errx(STATUS_USAGE, "--map: '%s': the root directory cannot be mapped", given);
	return intern(path, size)->data;
}

void maps_parse(struct maps *maps, const struct list *given)
{
	size_t i;

	for (i = 0; i < given->count; i++) {
		const char *text = given->items[i], *equals = strstr(text, "=/");

		if (*text != '/' || !equals)
			errx(STATUS_USAGE,
				"--map: '%s' is not DIRECTORY=DIRECTORY, both absolute: that of "
				"the first log, and that of the second",
				text);
		maps_add(maps, folder_of(text, text, (size_t)(equals - text)),
			folder_of(text, equals + 1, strlen(equals + 1)), true);
	}
}

bool maps_holds(const char *folder, const char *path)
{
	size_t size = strlen(folder);

	return strncmp(folder, path, size) == 0 && (path[size] == '\0' || path[size] == '/');
}

/* What a folder in which a build runs is called by the maps; NULL: they do not hold it. */
static const char *name_of(const struct maps *maps, unsigned side, const char *root)
{
	const struct map *found = NULL;
	struct bytes bytes = {0};
	const char *name;
	size_t i;

	for (i = 0; root && i < maps->count; i++) {
		const struct map *map = &maps->list[i];

		if (maps_holds(map->paths[side], root) &&
			(!found || strlen(found->paths[side]) < strlen(map->paths[side])))
			found = map;
	}
	if (!found)
		return NULL;
	bytes_text(&bytes, found->name);
	bytes_text(&bytes, root + strlen(found->paths[side]));
	name = intern(bytes.data, bytes.size)->data;
	bytes_free(&bytes);
	return name;
}

static const char *root_of(const struct side *side, unsigned log)
{
	return side->model.logs[log]->cwd ? side->model.logs[log]->cwd->data : NULL;
}

/* A folder in which a build runs is the same in both, unless maps say otherwise. */
static void name_roots(const struct maps *maps, struct side sides[2])
{
	const char *first = NULL, *name;
	bool any = false, same = true;
	unsigned side, i;

	for (side = 0; side < 2; side++)
		for (i = 0; i < sides[side].normal_count; i++) {
			name = name_of(maps, side, root_of(&sides[side], i));
			same = same && (!any || name == first);
			first = name;
			any = true;
		}
	for (side = 0; side < 2 && !same; side++)
		for (i = 0; i < sides[side].normal_count; i++) {
			name = name_of(maps, side, root_of(&sides[side], i));
			if (name)
				normal_map(&sides[side].normals[i], root_of(&sides[side], i), name);
		}
}

void maps_apply(struct maps *maps, struct side sides[2])
{
	unsigned side, i;

	for (; maps->applied < maps->count; maps->applied++) {
		const struct map *map = &maps->list[maps->applied];

		for (side = 0; side < 2; side++)
			for (i = 0; i < sides[side].normal_count; i++)
				normal_map(&sides[side].normals[i], map->paths[side], map->name);
	}
	if (maps->count)
		name_roots(maps, sides);
}
