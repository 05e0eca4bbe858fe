/* SPDX-License-Identifier: ISC */
#include "sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

void sha256_of(char digest[SHA256_ROOM], const void *data, size_t size)
{
	SHA256Data(data, size, digest);
}

static int hash_descriptor(char digest[SHA256_ROOM], int fd)
{
	static uint8_t data[65536];
	SHA2_CTX context;
	ssize_t got;

	SHA256Init(&context);
	while ((got = read(fd, data, sizeof(data))) != 0) {
		if (got > 0)
			SHA256Update(&context, data, (size_t)got);
		else if (errno != EINTR)
			return -errno;
	}
	SHA256End(&context, digest);
	return 0;
}

int sha256_of_file(char digest[SHA256_ROOM], const char *path)
{
	struct stat st;
	int fd, status;

	/* A FIFO without a writer would not open. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		status = -errno;
	else if (!S_ISREG(st.st_mode))
		status = S_ISDIR(st.st_mode) ? -EISDIR : -ESPIPE;
	else
		status = hash_descriptor(digest, fd);
	close(fd);
	return status;
}
