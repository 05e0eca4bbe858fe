/* SPDX-License-Identifier: ISC */
#include "replace.h"

#include "kept.h"
#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static _Noreturn void no_memory(void)
{
	errc(STATUS_FAILED, ENOMEM, "cannot hold a file");
}

static _Noreturn void give_up(const struct replace *replace)
{
	err(STATUS_FAILED, "cannot write %s", replace->name);
}

/* What the file of this name may be read by; those of a new one. */
static mode_t mode_of(const char *name, bool *direct)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	*direct = false;
	if (stat(name, &st) != 0)
		return 0666 & ~mask;
	*direct = !S_ISREG(st.st_mode);
	return st.st_mode & 0777;
}

/* The file itself: symbolic links stay. */
static char *target_of(const char *name)
{
	char *target;
	struct stat st;

	if (lstat(name, &st) == 0 && S_ISLNK(st.st_mode)) {
		target = realpath(name, NULL);
		if (target || errno != ENOENT)
			return target;
	}
	return strdup(name);
}

static FILE *open_beside(const char *target, mode_t mode)
{
	const char *temporary = kept_beside(target);

	return chmod(temporary, mode) == 0 ? fopen(temporary, "we") : NULL;
}

void replace_begin(struct replace *replace, const char *name)
{
	bool direct;
	mode_t mode = mode_of(name, &direct);

	*replace = (struct replace){.name = name};
	if (!direct) {
		replace->target = target_of(name);
		if (!replace->target)
			give_up(replace);
	}
	replace->out = direct ? fopen(name, "we") : open_beside(replace->target, mode);
	if (!replace->out)
		give_up(replace);
}

void replace_end(struct replace *replace)
{
	if (ferror(replace->out) || fflush(replace->out) != 0)
		give_up(replace);
	if (fclose(replace->out) != 0)
		give_up(replace);
	if (replace->target)
		kept_replace(replace->target);
	free(replace->target);
}

char *replace_old(const char *name, size_t *size)
{
	FILE *file = fopen(name, "re");
	size_t cap = 65536, got;
	char *data = malloc(cap);

	*size = 0;
	if (!data)
		no_memory();
	if (!file && errno == ENOENT)
		return data;
	if (!file)
		err(STATUS_FAILED, "cannot read %s", name);
	while ((got = fread(data + *size, 1, cap - *size, file)) > 0) {
		*size += got;
		if (*size < cap)
			continue;
		cap *= 2;
		data = realloc(data, cap);
		if (!data)
			no_memory();
	}
	if (ferror(file))
		err(STATUS_FAILED, "cannot read %s", name);
	fclose(file);
	return data;
}
