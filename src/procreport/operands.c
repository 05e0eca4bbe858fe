/* SPDX-License-Identifier: ISC */
#include "operands.h"

#include "input.h"
#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each of the two is a side, unless they are parts of one log. */
static void split_two(struct operands *operands, char *const *files)
{
	char ids[2][33];
	int64_t parts[2];
	int i;

	for (i = 0; i < 2; i++) {
		operands->files[i][0] = files[i];
		parts[i] = input_log_id(files[i], ids[i]);
	}
	if (*ids[0] && strcmp(ids[0], ids[1]) == 0 && parts[0] != parts[1])
		errx(STATUS_USAGE, "these are parts of one log: a second one is missing");
}

static void split_parts(struct operands *operands, char *const *files)
{
	char ids[2][33], id[33];
	size_t used[2] = {0, 0}, i, side;

	for (i = 0; files[i]; i++) {
		input_log_id(files[i], id);
		for (side = 0; side < 2; side++)
			if (!used[side] || (*id && strcmp(ids[side], id) == 0))
				break;
		if (side == 2)
			errx(STATUS_USAGE,
				"'%s' is of neither of the two logs that stand before it",
				files[i]);
		memcpy(ids[side], id, sizeof(id));
		operands->files[side][used[side]++] = files[i];
	}
	if (!used[1])
		errx(STATUS_USAGE, "these are parts of one log: a second one is missing");
}

void operands_split(struct operands *operands, char *const *files)
{
	size_t count = 0, i;

	while (files[count])
		count++;
	if (count < 2)
		errx(STATUS_USAGE, "a second log is missing (see 'procreport diff --help')");
	for (i = 0; i < 2; i++) {
		operands->files[i] = calloc(count + 1, sizeof(char *));
		if (!operands->files[i])
			errc(STATUS_FAILED, ENOMEM, "cannot read logs");
	}
	if (count == 2)
		split_two(operands, files);
	else
		split_parts(operands, files);
}

void operands_free(struct operands *operands)
{
	free(operands->files[0]);
	free(operands->files[1]);
}
