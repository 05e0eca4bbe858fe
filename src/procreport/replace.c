/* SPDX-License-Identifier: ISC */
#include "replace.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static _Noreturn void no_memory(void)
{
	errc(STATUS_FAILED, ENOMEM, "cannot hold a file");
}

static _Noreturn void give_up(const struct replace *replace)
{
	int error = errno;

	if (replace->temporary)
		unlink(replace->temporary);
	errc(STATUS_FAILED, error, "cannot write %s", replace->name);
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

/* Beside the file itself: symbolic links stay. */
static void begin_beside(struct replace *replace, mode_t mode)
{
	int fd;

	replace->target = realpath(replace->name, NULL);
	if (!replace->target && errno == ENOENT)
		replace->target = strdup(replace->name);
	if (!replace->target)
		give_up(replace);
	if (asprintf(&replace->temporary, "%s.XXXXXX", replace->target) < 0)
		no_memory();
	fd = mkostemp(replace->temporary, O_CLOEXEC);
	if (fd < 0) {
		free(replace->temporary);
		replace->temporary = NULL;
		give_up(replace);
	}
	if (fchmod(fd, mode) != 0)
		give_up(replace);
	replace->out = fdopen(fd, "we");
}

void replace_begin(struct replace *replace, const char *name)
{
	bool direct;
	mode_t mode = mode_of(name, &direct);

	*replace = (struct replace){.name = name};
	if (direct)
		replace->out = fopen(name, "we");
	else
		begin_beside(replace, mode);
	if (!replace->out)
		give_up(replace);
}

void replace_end(struct replace *replace)
{
	if (ferror(replace->out) || fflush(replace->out) != 0)
		give_up(replace);
	if (fclose(replace->out) != 0)
		give_up(replace);
	if (replace->temporary && rename(replace->temporary, replace->target) != 0)
		give_up(replace);
	free(replace->temporary);
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
