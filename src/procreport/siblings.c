/* SPDX-License-Identifier: ISC */
#include "siblings.h"

#include "input.h"

#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The path of one part; NULL: it is not there. To be freed. */
static char *find_part(const char *path, const char *log_id, int64_t wanted)
{
	char *copy = strdup(path), *found = NULL;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	DIR *directory = copy ? opendir(dirname(copy)) : NULL;
	const struct dirent *entry;

	while (directory && !found && (entry = readdir(directory))) {
		char id[33] = "";

		if (strncmp(entry->d_name, name, strlen(name)) != 0 ||
			entry->d_name[strlen(name)] != '.')
			continue;
		if (asprintf(&found, "%.*s%s", (int)(name - path), path, entry->d_name) < 0) {
			found = NULL;
			break;
		}
		if (input_log_id(found, id) != wanted || strcmp(id, log_id) != 0) {
			free(found);
			found = NULL;
		}
	}
	if (directory)
		closedir(directory);
	free(copy);
	return found;
}

/* False: it is not there, perhaps since it has just been compressed. */
static bool read_part(const char *path, const char *log_id, int64_t part,
	siblings_record *on_record, void *context)
{
	char *found = find_part(path, log_id, part);
	const struct procaudit_record *record;
	struct procaudit_reader *reader;
	bool any = false;
	int got;

	if (!found || procaudit_reader_new(&reader) != 0) {
		free(found);
		return false;
	}
	if (procaudit_reader_add(reader, found) == 0)
		while ((got = procaudit_reader_next(reader, &record)) != 0) {
			if (got > 0)
				on_record(context, record);
			any = any || got > 0;
		}
	procaudit_reader_free(reader);
	free(found);
	return any;
}

int64_t siblings_read(const char *path, const char *log_id, int64_t first, int64_t end,
	siblings_record *on_record, void *context)
{
	int64_t part = first;
	unsigned tries = 0;

	while (part < end && tries < 2) {
		bool there = read_part(path, log_id, part, on_record, context);

		part += there;
		tries = there ? 0 : tries + 1;
	}
	return part - first;
}
