/* SPDX-License-Identifier: ISC */
#include "normal.h"

#include <string.h>

/* How many bytes of a text belong to a path. */
static size_t path_run(const char *text, size_t size)
{
	size_t n = 0;

	while (n < size && (text[n] == '/' || normal_is_name((unsigned char)text[n])))
		n++;
	return n;
}

/* Goes from a directory to what a component names in it. Links are not known: ".." is
 * the one above. */
static void enter(struct bytes *path, const char *name, size_t size)
{
	if (size == 0 || (size == 1 && name[0] == '.'))
		return;
	if (size == 2 && memcmp(name, "..", 2) == 0) {
		while (path->size > 0 && path->data[--path->size] != '/')
			;
		return;
	}
	bytes_add(path, "/", 1);
	bytes_add(path, name, size);
}

static bool is_name(const char *name, size_t size)
{
	return size > 0 && strspn(name, ".") < size;
}

static const struct folder *mapped_at(const struct normal *normal, const struct bytes *path)
{
	size_t i;

	for (i = 0; i < normal->folder_count; i++) {
		const struct folder *folder = &normal->folders[i];

		if (folder->mapped && folder->size == path->size &&
			memcmp(folder->path, path->data, path->size) == 0)
			return folder;
	}
	return NULL;
}

/* The mapped folder that a relative path leads into, and how much of it leads there; NULL:
 * into none. */
static const struct folder *folder_behind(const struct normal *normal, const char *directory,
	const char *text, size_t size, size_t *used)
{
	static struct bytes path;
	const struct folder *found = NULL, *folder;
	size_t at = 0, end;

	path.size = 0;
	bytes_text(&path, strcmp(directory, "/") == 0 ? "" : directory);
	for (; at < size; at = end + 1) {
		for (end = at; end < size && text[end] != '/';)
			end++;
		enter(&path, text + at, end - at);
		folder = is_name(text + at, end - at) ? mapped_at(normal, &path) : NULL;
		if (!folder)
			continue;
		found = folder;
		*used = end;
	}
	return found;
}

void normal_add_relative(const struct normal *normal, struct bytes *out, const char *directory,
	const char *text, size_t size)
{
	size_t at, run, used;

	for (at = 0; at < size; at += run) {
		const struct folder *folder;

		run = 1;
		used = 0;
		if (text[at] != '/' && normal_is_start(text, at)) {
			run = path_run(text + at, size - at);
			folder = folder_behind(normal, directory, text + at, run, &used);
			if (folder)
				bytes_text(out, folder->name);
			/* -Idir: what follows may begin a path, too. */
			run = used ? used : 1;
		}
		bytes_add(out, text + at + used, run - used);
	}
}
