/* SPDX-License-Identifier: ISC */
/* Which files belong to which of two builds. */
#ifndef OPERANDS_H
#define OPERANDS_H

struct operands {
	char **files[2]; /* each ended by NULL */
};

/* Two files, or the parts of two logs in any order. Does not return if it is neither. */
void operands_split(struct operands *operands, char *const *files);
void operands_free(struct operands *operands);

#endif
