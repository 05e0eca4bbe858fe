/* SPDX-License-Identifier: ISC */
/*
 * Lists its open descriptors, one a line: number, what it leads to, type
 * and file status flags.
 *
 *	fds FILE	appended to FILE, which is opened last
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Descriptors above are not looked for. */
#define LIMIT 4096

struct line {
	struct stat st;
	int fd, flags;
	char target[4096];
};

static struct line lines[64];

static size_t collect(void)
{
	size_t n = 0;
	int fd;

	for (fd = 0; fd < LIMIT; fd++) {
		struct line *line = &lines[n];
		char path[64];

		if (fstat(fd, &line->st) < 0)
			continue;
		if (++n == sizeof(lines) / sizeof(lines[0]))
			errx(1, "too many descriptors");
		line->fd = fd;
		line->flags = fcntl(fd, F_GETFL);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (readlink(path, line->target, sizeof(line->target) - 1) < 0)
			line->target[0] = '\0';
	}
	return n;
}

int main(int argc, char **argv)
{
	size_t n = collect(), i;
	FILE *out;

	if (argc != 2)
		errx(1, "usage: fds FILE");
	out = fopen(argv[1], "ae");
	if (!out)
		err(1, "%s", argv[1]);
	for (i = 0; i < n; i++)
		fprintf(out, "%d %s %lx:%lu mode=%o flags=%o\n", lines[i].fd, lines[i].target,
			(unsigned long)lines[i].st.st_dev, (unsigned long)lines[i].st.st_ino,
			lines[i].st.st_mode, (unsigned)lines[i].flags);
	return fclose(out) != 0;
}
