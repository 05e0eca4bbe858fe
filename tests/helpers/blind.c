/* SPDX-License-Identifier: ISC */
/*
 * Does what hides things from a tracer, and becomes PROGRAM or waits for it.
 *
 *	blind untraced PROGRAM [ARG...]		a child with CLONE_UNTRACED; prints its pid
 *	blind traceme PROGRAM [ARG...]		a child that asks to be traced by this
 *						process; prints the errno value
 *	blind errno PROGRAM [ARG...]		a filter that refuses uname(2)
 *	blind prctl PROGRAM [ARG...]		the same, set by prctl(2)
 *	blind tsync PROGRAM [ARG...]		the same, set for all threads
 *	blind listener PROGRAM [ARG...]		the same, with a listener
 *	blind trace PROGRAM [ARG...]		a filter that leaves uname(2) to the tracer
 *	blind ours PROGRAM [ARG...]		the same, and it marks that as procaudit does
 *	blind hide PROGRAM [ARG...]		a filter that refuses execve(2); prints errno
 *	blind bad PROGRAM [ARG...]		a filter that the kernel refuses
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static char **program;

static void exec_program(void)
{
	execv(program[0], program);
	err(127, "%s", program[0]);
}

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid || status != 0)
		errx(1, "the child failed");
}

static void untraced(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);

	if (pid < 0)
		err(1, "clone");
	if (pid == 0)
		exec_program();
	wait_for(pid);
	printf("%d\n", pid);
}

static void traceme(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		printf("%s\n", ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? strerrorname_np(errno) : "0");
		fflush(stdout);
		exec_program();
	}
	wait_for(pid);
}

static struct sock_fprog *filter_of(unsigned call, unsigned action)
{
	static struct sock_filter code[4];
	static struct sock_fprog filter = {4, code};

	code[0] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	code[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
	code[2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
	code[3] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return &filter;
}

static void set_filter(unsigned call, unsigned action, unsigned flags)
{
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, filter_of(call, action)) < 0)
		err(1, "seccomp");
}

/* What uname(2) says now. */
static void try_uname(const char *expected)
{
	struct utsname uts;
	const char *got = uname(&uts) == 0 ? "0" : strerrorname_np(errno);

	if (strcmp(got, expected) != 0)
		errx(1, "uname: %s, not %s", got, expected);
}

static void refuse_uname(unsigned flags)
{
	set_filter(SYS_uname, SECCOMP_RET_ERRNO | ENOMEM, flags);
	try_uname("ENOMEM");
	exec_program();
}

static void refuse(void)
{
	refuse_uname(0);
}

static void refuse_for_all(void)
{
	refuse_uname(SECCOMP_FILTER_FLAG_TSYNC);
}

static void refuse_with_listener(void)
{
	refuse_uname(SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

static void refuse_by_prctl(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
		    filter_of(SYS_uname, SECCOMP_RET_ERRNO | ENOMEM)) < 0)
		err(1, "prctl");
	try_uname("ENOMEM");
	exec_program();
}

static void leave_uname(void)
{
	set_filter(SYS_uname, SECCOMP_RET_TRACE | 1, 0);
	try_uname(getenv("UNAME"));
	exec_program();
}

static void leave_uname_as_ours(void)
{
	set_filter(SYS_uname, SECCOMP_RET_TRACE | 0x7061, 0);
	try_uname(getenv("UNAME"));
	exec_program();
}

static void hide(void)
{
	set_filter(SYS_execve, SECCOMP_RET_ERRNO | ENOMEM, 0);
	execv(program[0], program);
	printf("%s\n", strerrorname_np(errno));
}

static void set_bad(void)
{
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) == 0 || errno != EFAULT)
		errx(1, "that is no filter");
	exec_program();
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{"untraced", untraced},
	{"traceme", traceme},
	{"errno", refuse},
	{"prctl", refuse_by_prctl},
	{"tsync", refuse_for_all},
	{"listener", refuse_with_listener},
	{"trace", leave_uname},
	{"ours", leave_uname_as_ours},
	{"hide", hide},
	{"bad", set_bad},
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 3)
		errx(1, "usage: blind KIND PROGRAM [ARG...]");
	program = argv + 2;
	if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err(1, "no_new_privs");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, argv[1]) == 0) {
			kinds[i].run();
			return 0;
		}
	errx(1, "no kind %s", argv[1]);
}
