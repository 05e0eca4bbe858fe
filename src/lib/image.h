/* SPDX-License-Identifier: ISC */
/*
 * A new program's stack as execve leaves it (Linux fs/binfmt_elf.c,
 * create_elf_tables; System V ABI, "Initial Process Stack"):
 *
 *	sp → argc, argv[0] … NULL, envp[0] … NULL, auxiliary vector … AT_NULL,
 *	     …, argv's strings one behind the other, envp's strings likewise,
 *	     the file name (AT_EXECFN), end of the mapping
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <procaudit/event.h>

#include <stddef.h>
#include <stdint.h>

struct image {
	struct procaudit_strings argv; /* pointers into the bytes that were parsed */
	struct procaudit_strings env;
	struct procaudit_string path;
	uid_t uid, euid; /* valid if has_ids */
	gid_t gid, egid;
	bool has_ids;
};

/*
 * Finds argv, env and the rest in the bytes that lie from sp upwards; word is
 * the size of a stack slot. What the bytes do not hold is left out and marked
 * with error, or with EFAULT if error is 0. Trusts nothing.
 */
void image_parse(
	struct image *image, const char *data, size_t size, uint64_t sp, unsigned word, int error);

#endif
