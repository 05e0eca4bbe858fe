/* SPDX-License-Identifier: ISC */
#include "loose.h"

void loose_begin(struct loose *loose, const struct side sides[2])
{
	loose->sides = sides;
	pids_begin(&loose->pids[0], &sides[0].model);
	pids_begin(&loose->pids[1], &sides[1].model);
}

void loose_free(struct loose *loose)
{
	pids_free(&loose->pids[0]);
	pids_free(&loose->pids[1]);
}

void loose_add(const struct loose *loose, const struct run *run, struct bytes *out,
	const struct text *text, bool home)
{
	static struct bytes restored;
	const struct side *side = &loose->sides[run->side];

	restored.size = 0;
	if (home)
		normal_restore_home(&side->normals[run->exec->process->log->number - 1], &restored,
			text->data, text->size);
	pids_leave_out(&loose->pids[run->side], run->exec, out, home ? restored.data : text->data,
		home ? restored.size : text->size);
}
