/* SPDX-License-Identifier: ISC */
#include "writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

bool writer_holds(int fd)
{
	struct stat st;
	char line[128];
	unsigned device[2];
	uint64_t inode;
	bool found = false;
	FILE *locks = fopen("/proc/locks", "re");

	if (!locks)
		return false;
	if (fstat(fd, &st) == 0)
		while (!found && fgets(line, sizeof(line), locks))
			found = sscanf(line, "%*d: FLOCK %*s WRITE %*d %x:%x:%" SCNu64, &device[0],
					&device[1], &inode) == 3 &&
				device[0] == major(st.st_dev) && device[1] == minor(st.st_dev) &&
				inode == st.st_ino;
	fclose(locks);
	return found;
}
