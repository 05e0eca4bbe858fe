/* SPDX-License-Identifier: ISC */
/*
 * Programs that lock themselves in, as sandboxes and daemons do. Prints what
 * each of its children met, and how it ended; no process ids.
 *
 *	sandbox seccomp		filters with each action, and strict mode
 *	sandbox landlock FILE	nothing but /usr, /bin, /lib and /lib64 may be read or
 *				executed; tries FILE and /bin/true
 *	sandbox dumpable	not dumpable, and children that execute
 *	sandbox pdeathsig	a child that asked for a signal at its parent's end
 *	sandbox nproc N		forks until RLIMIT_NPROC, which it sets to N, forbids it
 *	sandbox capless		drops all capabilities, and children that execute
 *	sandbox ptracer		asks for another tracer to be allowed
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* asm-generic/siginfo.h, which cannot stand beside signal.h. */
#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

static pid_t fork_or_die(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	return pid;
}

static void tell_end(const char *what, pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	printf("%s: wait status 0x%x\n", what, (unsigned)status);
}

static void try_exec(const char *path)
{
	pid_t pid = fork_or_die();

	if (pid == 0) {
		execl(path, path, (char *)NULL);
		printf("%s: %s\n", path, strerror(errno));
		fflush(stdout);
		_exit(127);
	}
	tell_end(path, pid);
}

/* --- seccomp ------------------------------------------------------------- */

static void on_sigsys(int signo, siginfo_t *info, void *context)
{
	static const char text[] = "SIGSYS caught\n";

	(void)signo;
	(void)context;
	if (info->si_code == SYS_SECCOMP && write(1, text, sizeof(text) - 1) < 0)
		_exit(1);
}

/* getuid gets this action, everything else is allowed. */
static void set_filter(uint32_t action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getuid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		err(1, "seccomp");
}

static _Noreturn void be_filtered(uint32_t action)
{
	struct sigaction caught = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};
	uid_t uid = getuid();
	long result;

	sigaction(SIGSYS, &caught, NULL);
	set_filter(action);
	errno = 0;
	result = syscall(SYS_getuid);
	if (result == (long)uid)
		printf("getuid works\n");
	else if (errno)
		printf("getuid: %s\n", strerror(errno));
	else
		printf("getuid is another\n");
	fflush(stdout);
	execl("/bin/echo", "echo", "executed", (char *)NULL);
	_exit(127);
}

static _Noreturn void be_strict(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
		err(1, "seccomp");
	syscall(SYS_exit, 4);
	for (;;)
		;
}

static _Noreturn void be_too_bold(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
		err(1, "seccomp");
	syscall(SYS_getuid);
	for (;;)
		;
}

static void seccomp(char **argv)
{
	static const struct {
		const char *name;
		uint32_t action;
	} actions[] = {
		{"allow", SECCOMP_RET_ALLOW},
		{"log", SECCOMP_RET_LOG},
		{"errno", SECCOMP_RET_ERRNO | EXDEV},
		{"trap", SECCOMP_RET_TRAP},
		{"trace", SECCOMP_RET_TRACE},
		{"kill thread", SECCOMP_RET_KILL_THREAD},
		{"kill process", SECCOMP_RET_KILL_PROCESS},
	};
	struct rlimit none = {0, 0};
	size_t i;
	pid_t pid;

	(void)argv;
	setrlimit(RLIMIT_CORE, &none);
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		pid = fork_or_die();
		if (pid == 0)
			be_filtered(actions[i].action);
		tell_end(actions[i].name, pid);
	}
	pid = fork_or_die();
	if (pid == 0)
		be_strict();
	tell_end("strict", pid);
	pid = fork_or_die();
	if (pid == 0)
		be_too_bold();
	tell_end("strict, getuid", pid);
}

/* --- Landlock ------------------------------------------------------------ */

#define READ                                                                                       \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static void allow(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = READ,
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};

	if (beneath.parent_fd < 0)
		return;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
		err(1, "landlock_add_rule");
	close(beneath.parent_fd);
}

static void landlock(char **argv)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = READ};
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (ruleset < 0)
		err(77, "landlock");
	allow(ruleset, "/usr");
	allow(ruleset, "/bin");
	allow(ruleset, "/lib");
	allow(ruleset, "/lib64");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		err(1, "landlock_restrict_self");
	close(ruleset);
	try_exec("/bin/true");
	try_exec(argv[0]);
	printf("/proc: %s\n", open("/proc/self/stat", O_RDONLY) < 0 ? strerror(errno) : "open");
}

/* --- Attributes ---------------------------------------------------------- */

static void dumpable(char **argv)
{
	pid_t pid;

	(void)argv;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		err(1, "PR_SET_DUMPABLE");
	try_exec("/bin/true");
	try_exec("/bin/false");
	pid = fork_or_die();
	if (pid == 0) {
		printf("dumpable in a child: %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
		fflush(stdout);
		execl("/bin/sh", "sh", "-c", "/bin/true; exit 9", (char *)NULL);
		_exit(127);
	}
	tell_end("sh", pid);
}

static void pdeathsig(char **argv)
{
	int ends[2], status;
	pid_t pid;

	(void)argv;
	if (pipe(ends) < 0)
		err(1, "pipe");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork_or_die();
	if (pid == 0) {
		char byte;

		if (fork_or_die() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			if (write(ends[1], "", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
		_exit(read(ends[0], &byte, 1) == 1 ? 5 : 1);
	}
	tell_end("parent", pid);
	if (waitpid(-1, &status, 0) < 0)
		err(1, "waitpid");
	printf("child: wait status 0x%x\n", (unsigned)status);
}

static void nproc(char **argv)
{
	rlim_t most = strtoul(argv[0], NULL, 10);
	struct rlimit limit = {most, most};
	int ends[2], children = 0;
	char byte;
	pid_t pid;

	if (getuid() == 0)
		errx(1, "the limit does not bind root");
	if (pipe(ends) < 0 || setrlimit(RLIMIT_NPROC, &limit) < 0)
		err(1, "RLIMIT_NPROC");
	while ((pid = fork()) > 0)
		children++;
	if (pid == 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 0 ? 3 : 1);
	}
	printf("%d children, then %s\n", children, strerror(errno));
	close(ends[1]);
	while (waitpid(-1, NULL, 0) > 0)
		;
	try_exec("/bin/true");
}

static void capless(char **argv)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {0};

	(void)argv;
	if (syscall(SYS_capset, &header, none) < 0)
		err(1, "capset");
	printf("chroot: %s\n", chroot("/") < 0 ? strerror(errno) : "done");
	try_exec("/bin/true");
}

static void ptracer(char **argv)
{
	int result = prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);

	(void)argv;
	printf("%s\n", result < 0 ? strerror(errno) : "allowed");
	try_exec("/bin/true");
}

/* ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int arguments;
	void (*enter)(char **argv);
} kinds[] = {
	{"seccomp", 0, seccomp},
	{"landlock", 1, landlock},
	{"dumpable", 0, dumpable},
	{"pdeathsig", 0, pdeathsig},
	{"nproc", 1, nproc},
	{"capless", 0, capless},
	{"ptracer", 0, ptracer},
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0 && argc == 2 + kinds[i].arguments) {
			kinds[i].enter(argv + 2);
			return 0;
		}
	errx(1, "usage: sandbox KIND [ARG...]");
}
