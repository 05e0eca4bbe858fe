/* SPDX-License-Identifier: ISC */
#include "inherited.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Where /proc is not there, so many are looked at. */
#define FEW 1024

static void close_inherited(int fd)
{
	if (fd >= 3 && fcntl(fd, F_GETFD) == 0)
		close(fd);
}

void inherited_close(void)
{
	DIR *all = opendir("/proc/self/fd");
	const struct dirent *entry;
	int fd;

	for (fd = 3; !all && fd < FEW; fd++)
		close_inherited(fd);
	while (all && (entry = readdir(all)))
		close_inherited((int)strtol(entry->d_name, NULL, 10));
	if (all)
		closedir(all);
}
