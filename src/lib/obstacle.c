/* SPDX-License-Identifier: ISC */
/* Why ptrace may be refused: ptrace(2), "Ptrace access mode checking";
 * Linux Documentation/admin-guide/LSM/Yama.rst. */
#include <procaudit/tracer.h>

#include "macro.h"
#include "proc.h"

#include <stdio.h>
#include <sys/prctl.h>

static int read_ptrace_scope(void)
{
	FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int scope = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &scope) != 1)
		scope = -1;
	fclose(file);
	return scope;
}

PUBLIC void procaudit_obstacle(struct procaudit_obstacle *obstacle)
{
	struct proc_status status = {0};

	if (proc_is_ours())
		proc_status(getpid(), &status);
	*obstacle = (struct procaudit_obstacle){
		.tracer_pid = status.tracer,
		.ptrace_scope = read_ptrace_scope(),
		.seccomp = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) > 0,
	};
}

PUBLIC bool procaudit_has_proc(void)
{
	return proc_is_ours();
}
