/* SPDX-License-Identifier: ISC */
#include "failure.h"

#include "redaction.h"
#include "status.h"

#include <bsd/err.h>
#include <errno.h>
#include <limits.h>

static void say_refused(void)
{
	struct procaudit_obstacle obstacle;

	procaudit_obstacle(&obstacle);
	if (obstacle.tracer_pid)
		warnx("ptrace is forbidden here: this process is traced already, by process %d "
		      "(a debugger, strace or another procaudit); run procaudit outside of it",
			obstacle.tracer_pid);
	else if (obstacle.ptrace_scope >= 2)
		warnx("ptrace is forbidden here: kernel.yama.ptrace_scope is %d; %s",
			obstacle.ptrace_scope,
			obstacle.ptrace_scope == 2 ? "run procaudit as root, or ask root to "
						     "'sysctl kernel.yama.ptrace_scope=1'"
						   : "it cannot be lowered before the next boot");
	else if (obstacle.seccomp)
		warnx("ptrace is forbidden here by a seccomp filter; allow it for this container "
		      "(docker run --cap-add=SYS_PTRACE)");
	else
		warnx("ptrace is forbidden here, perhaps by a security module; "
		      "see the kernel's audit log");
}

void failure_say_not_started(int error)
{
	if (error == -EPERM || error == -EACCES)
		say_refused();
	else if (error == -ENOSYS)
		warnx("this kernel has no PTRACE_GET_SYSCALL_INFO; Linux 5.3 or later is needed");
	else
		warnc(-error, "cannot start tracing");
}

int failure_say(const struct options *options, struct procaudit_redactor *redactor, int error,
	enum procaudit_step step)
{
	char name[PATH_MAX];

	switch (step) {
	case PROCAUDIT_STEP_FILTER:
		warnc(error, "cannot set the seccomp filter for --failed");
		return STATUS_FAILED;
	case PROCAUDIT_STEP_USER:
		warnc(error, "cannot run the command as '%s'", options->user);
		return STATUS_FAILED;
	case PROCAUDIT_STEP_EXEC:
		break;
	}
	warnc(error, "cannot execute '%s'", redaction_name(redactor, options->command[0], name));
	return error == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}
