/* SPDX-License-Identifier: ISC */
#include "fetch.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void copy(int from, FILE *to, const char *path)
{
	char buffer[65536];
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err(STATUS_FAILED, "cannot read %s", path);
		if (fwrite(buffer, 1, (size_t)n, to) != (size_t)n)
			break;
	}
	if (fflush(to) != 0 || ferror(to))
		err(STATUS_FAILED, "cannot copy %s to a temporary file", path);
}

void fetch_prepare(char **files)
{
	for (; *files; files++) {
		bool is_stdin = strcmp(*files, "-") == 0;
		struct stat st;
		FILE *temporary;
		int fd;

		if (!is_stdin &&
			(stat(*files, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
			continue;
		fd = is_stdin ? STDIN_FILENO : open(*files, O_RDONLY | O_CLOEXEC);
		temporary = tmpfile();
		if (fd < 0 || !temporary)
			err(STATUS_FAILED, "cannot copy %s to a temporary file", *files);
		copy(fd, temporary, *files);
		if (!is_stdin)
			close(fd);
		*files = permanent(64);
		snprintf(*files, 64, "/proc/self/fd/%d", fileno(temporary));
	}
}

const struct text *fetch_env(char *const *files, const struct exec *exec)
{
	const struct procaudit_record *record;
	const struct text *env = NULL;
	struct input input;

	if (exec->env_place.line == 0)
		return NULL;
	input_open(&input, files);
	if (procaudit_reader_seek(input.reader, &exec->env_place) == 0 &&
		procaudit_reader_next(input.reader, &record) == 1 && record->env.data)
		env = intern(record->env.data, record->env.size);
	input_close(&input);
	return env;
}
