/* SPDX-License-Identifier: ISC */
/*
 * Makes the kernel send a signal to the process itself.
 *
 *	faults		prints the kinds that this machine has
 *	faults KIND default|caught|blocked|ignored
 *
 * Ends with 3 by the handler of a caught signal, and with 0 if the fault has no
 * effect at all.
 */
#include <err.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fault_at(int protection, int flags, int fd)
{
	volatile char *page = mmap(NULL, 1, protection, flags, fd, 0);

	if (page == MAP_FAILED)
		err(1, "mmap");
	(void)page[0];
}

static void fault_segv(void)
{
	fault_at(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

/* Behind the end of a file. */
static void fault_bus(void)
{
	fault_at(PROT_READ, MAP_SHARED, memfd_create("empty", MFD_CLOEXEC));
}

#if defined(__x86_64__) || defined(__i386__)
static void fault_ill(void)
{
	__asm__ volatile("ud2");
}

/* A division that the compiler cannot leave out. */
static void fault_fpe(void)
{
	int low = 1, high = 0, zero = 0;

	__asm__ volatile("idivl %2" : "+a"(low), "+d"(high) : "r"(zero) : "cc");
}

static void fault_int3(void)
{
	__asm__ volatile("int3");
}

static void fault_int3_long(void)
{
	__asm__ volatile(".byte 0xcd, 3");
}

static void fault_int1(void)
{
	__asm__ volatile(".byte 0xf1");
}

/* A trap after the next instruction. */
static void fault_step(void)
{
#ifdef __x86_64__
	__asm__ volatile("sub $128, %%rsp; pushf; orl $0x100, (%%rsp); popf; nop; nop;"
			 "pushf; andl $~0x100, (%%rsp); popf; add $128, %%rsp" ::
				 : "cc", "memory");
#else
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; nop; nop;"
			 "pushf; andl $~0x100, (%%esp); popf" ::
				 : "cc", "memory");
#endif
}

static void refuse(unsigned number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
		err(1, "seccomp");
}

static void fault_sys(void)
{
	refuse(SYS_getppid);
	syscall(SYS_getppid);
}

/* i386's getppid, by a 64-bit program as well. */
static void fault_sys_int80(void)
{
	long result = 64;

	refuse(64);
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
}
#endif

static const struct kind {
	const char *name;
	void (*fault)(void);
	int signo;
} kinds[] = {
	{"segv", fault_segv, SIGSEGV},
	{"bus", fault_bus, SIGBUS},
#if defined(__x86_64__) || defined(__i386__)
	{"ill", fault_ill, SIGILL},
	{"fpe", fault_fpe, SIGFPE},
	{"int3", fault_int3, SIGTRAP},
	{"int3-long", fault_int3_long, SIGTRAP},
	{"int1", fault_int1, SIGTRAP},
	{"step", fault_step, SIGTRAP},
	{"sys", fault_sys, SIGSYS},
	{"sys-int80", fault_sys_int80, SIGSYS},
#endif
};

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)context;
	printf("signal %d, code %d\n", signo, info->si_code);
	fflush(stdout);
	_exit(3);
}

static void prepare(const char *how, int signo)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO};
	sigset_t set;

	action.sa_sigaction = on_signal;
	sigemptyset(&set);
	sigaddset(&set, signo);
	if (strcmp(how, "caught") == 0)
		sigaction(signo, &action, NULL);
	else if (strcmp(how, "blocked") == 0)
		sigprocmask(SIG_BLOCK, &set, NULL);
	else if (strcmp(how, "ignored") == 0)
		signal(signo, SIG_IGN);
	else if (strcmp(how, "default") != 0)
		errx(1, "what is %s?", how);
}

int main(int argc, char *argv[])
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (argc != 3)
			printf("%s\n", kinds[i].name);
		else if (strcmp(argv[1], kinds[i].name) == 0) {
			prepare(argv[2], kinds[i].signo);
			kinds[i].fault();
			printf("%s had no effect\n", argv[1]);
		}
	}
	return 0;
}
