/* SPDX-License-Identifier: ISC */
/* Small files in the working directory of a test. */
#ifndef FILES_H
#define FILES_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void put_file(const char *name, const char *content)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, content, strlen(content)) != (ssize_t)strlen(content))
		abort();
	close(fd);
}

/* Valid until the next one. */
static inline const char *content(const char *name)
{
	static char data[256];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data) - 1);

	if (fd >= 0)
		close(fd);
	data[n < 0 ? 0 : n] = '\0';
	return fd < 0 ? "(none)" : data;
}

#endif
