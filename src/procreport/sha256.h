/* SPDX-License-Identifier: ISC */
/* SHA-256 (FIPS 180-4), as hexadecimal digits. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>

#define SHA256_ROOM 65 /* for the digits, and a NUL byte */

void sha256_of(char digest[SHA256_ROOM], const void *data, size_t size);

/* That of a file's contents. -errno: those of open(2) and read(2); -ESPIPE if it is
 * no regular file, and what has been read from it is gone. */
int sha256_of_file(char digest[SHA256_ROOM], const char *path);

#endif
