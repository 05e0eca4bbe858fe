/* SPDX-License-Identifier: ISC */
#include "replay.h"

#include <signal.h>
#include <string.h>

static bool is(const struct procaudit_string *string, const char *text)
{
	return string->data && strcmp(string->data, text) == 0;
}

static int error_of(const struct procaudit_string *name)
{
	char buffer[16];
	int error;

	if (!name->data)
		return 0;
	for (error = 1; error < 4095; error++)
		if (is(name, procaudit_errno_name(error, buffer)))
			break;
	return error;
}

static int signal_of(const struct procaudit_string *name)
{
	char buffer[16];
	int signo;

	for (signo = 1; signo < _NSIG; signo++)
		if (is(name, procaudit_signal_name(signo, buffer)))
			return signo;
	return 0;
}

/* As from waitpid(2), where the core flag is 0x80. */
static int status_of(const struct procaudit_record *r)
{
	if (r->exit_code >= 0)
		return (int)r->exit_code << 8;
	return signal_of(&r->signal) | (r->core_dumped == 1 ? 0x80 : 0);
}

static struct procaudit_exec program_of(const struct procaudit_record *r)
{
	return (struct procaudit_exec){
		.success = r->success == 1,
		.error = error_of(&r->error_name),
		.path = r->path,
		.exe = r->exe,
		.cwd = r->cwd,
		.argv = r->argv,
	};
}

static bool find_gap(const struct procaudit_record *r, struct procaudit_gap *gap)
{
	unsigned reason;

	for (reason = 0; reason <= PROCAUDIT_GAP_FILTER; reason++)
		if (is(&r->reason, procaudit_gap_name((enum procaudit_gap_reason)reason)))
			break;
	*gap = (struct procaudit_gap){
		.reason = (enum procaudit_gap_reason)reason,
		.count = r->count > 0 ? (uint64_t)r->count : 0,
		.error = error_of(&r->error_name),
		.child_pid = r->child_pid > 0 ? (pid_t)r->child_pid : 0,
		.tracer_pid = r->tracer_pid > 0 ? (pid_t)r->tracer_pid : 0,
	};
	return reason <= PROCAUDIT_GAP_FILTER;
}

static bool find_detach(const struct procaudit_record *r, struct procaudit_detach *detach)
{
	unsigned reason;

	for (reason = 0; reason <= PROCAUDIT_DETACH_INIT_FAULT; reason++)
		if (is(&r->reason, procaudit_detach_name((enum procaudit_detach_reason)reason)))
			break;
	detach->reason = (enum procaudit_detach_reason)reason;
	return reason <= PROCAUDIT_DETACH_INIT_FAULT;
}

bool replay_event(const struct procaudit_record *r, struct procaudit_event *event)
{
	unsigned kind;

	for (kind = 0; kind < PROCAUDIT_EVENT_KINDS; kind++)
		if (is(&r->event, procaudit_event_name((enum procaudit_event_kind)kind)))
			break;
	*event = (struct procaudit_event){
		.kind = (enum procaudit_event_kind)kind,
		.real = r->ts,
		.boot_ns = r->mono_us * 1000,
		.pid = r->pid > 0 ? (pid_t)r->pid : 0,
		.proc = r->proc > 0 ? (uint64_t)r->proc : 0,
		.tid = r->tid > 0 ? (pid_t)r->tid : 0,
	};
	switch (event->kind) {
	case PROCAUDIT_EXEC:
		event->exec = program_of(r);
		return true;
	case PROCAUDIT_ATTACH:
		event->attach.program = program_of(r);
		return true;
	case PROCAUDIT_EXIT:
		event->exit.status = status_of(r);
		event->exit.duration_ns = r->duration_us < 0 ? -1 : r->duration_us * 1000;
		return true;
	case PROCAUDIT_DETACH:
		return find_detach(r, &event->detach);
	case PROCAUDIT_GAP:
		return find_gap(r, &event->gap);
	case PROCAUDIT_FORK:
	case PROCAUDIT_THREAD:
	case PROCAUDIT_THREAD_EXIT:
		return true;
	case PROCAUDIT_EVENT_KINDS:
		break;
	}
	return false;
}
