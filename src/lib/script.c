/* SPDX-License-Identifier: ISC */
#include "script.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where execvp has found it. */
static bool find(const char *name, char path[PATH_MAX])
{
	const char *from = getenv("PATH");
	size_t length = 0;
	int n;

	if (strchr(name, '/'))
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
	for (from = from ? from : "/usr/local/bin:/bin:/usr/bin"; from; from += length + 1) {
		length = strcspn(from, ":");
		n = snprintf(
			path, PATH_MAX, "%.*s%s%s", (int)length, from, length ? "/" : "", name);
		if (n < PATH_MAX && access(path, X_OK) == 0)
			return true;
		if (!from[length])
			break;
	}
	return false;
}

void script_exec(char *const argv[])
{
	char path[PATH_MAX];
	char shell[] = "/bin/sh";
	char **words;
	size_t count = 1;

	while (argv[count])
		count++;
	words = calloc(count + 2, sizeof(*words));
	if (words && find(argv[0], path)) {
		words[0] = shell;
		words[1] = path;
		/* With the NULL at the end. */
		memcpy(words + 2, argv + 1, count * sizeof(*words));
		execv(words[0], words);
	}
	free(words);
}
