/* SPDX-License-Identifier: ISC */
/* Prints every program that a command runs: example COMMAND [ARG...] */
#include <procaudit/procaudit.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static void print_exec(const struct procaudit_event *event)
{
	const struct procaudit_strings *argv = &event->exec.argv;
	const char *arg = argv->data;
	size_t i;

	printf("%d", event->pid);
	for (i = 0; i < argv->count; i++) {
		printf(" %s", arg);
		arg += strlen(arg) + 1;
	}
	putchar('\n');
}

int main(int argc, char *argv[])
{
	const struct procaudit_event *event;
	struct procaudit_tracer *tracer;
	int error, status = 0;
	enum procaudit_step step; /* only where options ask for more than an exec */

	if (argc < 2) {
		fprintf(stderr, "usage: example COMMAND [ARG...]\n");
		return 125;
	}
	error = procaudit_tracer_start(&tracer, argv + 1, NULL);
	if (error) {
		fprintf(stderr, "cannot trace: %s\n", strerror(-error));
		return 125;
	}
	while (procaudit_tracer_next(tracer, &event, NULL) == 1) {
		if (event->kind == PROCAUDIT_EXEC)
			print_exec(event);
		else if (event->kind == PROCAUDIT_EXIT && event->proc == 1)
			status = event->exit.status;
	}
	error = procaudit_tracer_exec_error(tracer, &step);
	if (error)
		fprintf(stderr, "cannot execute %s: %s\n", argv[1], strerror(error));
	procaudit_tracer_free(tracer);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
