/* SPDX-License-Identifier: ISC */
#include "absolute.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

const char *extension_of(const char *name)
{
	const char *base = base_name(name), *dot = strrchr(base, '.');

	return dot && dot > base ? dot : base + strlen(base);
}

/* Takes the last component away. */
static size_t parent_of(const char *path, size_t size)
{
	while (size > 0 && path[size - 1] != '/')
		size--;
	return size > 0 ? size - 1 : 0;
}

struct text *absolute(const struct text *directory, const char *name)
{
	bool relative = *name != '/', leaving = relative;
	size_t used = relative ? directory->size : 0, size;
	char *path = malloc(used + strlen(name) + 3);
	struct text *result;

	if (!path)
		errc(STATUS_FAILED, ENOMEM, "cannot hold a file name");
	memcpy(path, directory->data, used);
	if (used == 1)
		used = 0; /* the root: a slash comes before each component */
	for (;;) {
		name += strspn(name, "/");
		size = strcspn(name, "/");
		if (size == 0)
			break;
		if (size == 2 && memcmp(name, "..", 2) == 0 && leaving) {
			used = parent_of(path, used);
		} else if (size != 1 || *name != '.') {
			path[used++] = '/';
			memcpy(path + used, name, size);
			used += size;
			leaving = false;
		}
		name += size;
	}
	if (used == 0)
		path[used++] = '/';
	result = intern(path, used);
	free(path);
	return result;
}
