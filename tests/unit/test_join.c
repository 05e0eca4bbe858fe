/* SPDX-License-Identifier: ISC */
/* What processes do in the very moment in which they are attached to. */
#include "proc.h"
#include "tap.h"

#include <procaudit/tracer.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- Somebody to attach to ----------------------------------------------- */

/* He forks, perhaps a child that nobody can trace, executes or ends when he is told so, by
 * a byte; a child is told back, and so is a signal. */
static struct {
	pid_t pid, child;
	int orders, answers;
} him;

static int told;

static void on_signal(int signo)
{
	pid_t answer = -signo;

	(void)!write(told, &answer, sizeof(answer));
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static _Noreturn void live(int orders)
{
	pid_t answer;
	char order;

	signal(SIGUSR1, on_signal);
	while (read(orders, &order, 1) > 0 || errno == EINTR) {
		answer = 0;
		if (order == 'f')
			answer = fork();
		if (order == 'f' && answer == 0)
			wait_for_ever();
		if (order == 'u')
			answer = (pid_t)syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
		if (order == 'u' && answer == 0)
			_exit(0);
		if (order == 'e')
			_exit(3);
		(void)!write(told, &answer, sizeof(answer));
		order = '\0';
	}
	_exit(1);
}

static void order(char what)
{
	if (write(him.orders, &what, 1) != 1)
		abort();
}

static pid_t answer(void)
{
	pid_t pid = 0;

	return read(him.answers, &pid, sizeof(pid)) == sizeof(pid) ? pid : 0;
}

static void make_him(void)
{
	int orders[2], answers[2];

	if (pipe(orders) < 0 || pipe(answers) < 0)
		abort();
	him.pid = fork();
	if (him.pid < 0)
		abort();
	if (him.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(orders[1]);
		told = answers[1];
		live(orders[0]);
	}
	close(orders[0]);
	close(answers[1]);
	him.orders = orders[1];
	him.answers = answers[0];
	order('?');
	answer(); /* he is ready */
}

static void wait_for_state(pid_t pid, char state)
{
	struct proc_stat stat;

	while (proc_stat(pid, &stat) == 0 && stat.state != state)
		sched_yield();
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
}

static void bury_him(void)
{
	end(him.pid);
	close(him.orders);
	close(him.answers);
}

/* --- The moment ---------------------------------------------------------- */

/* Is called once, before or after he is seized. */
static void (*before)(void), (*after)(void);

/* So often seizing him fails, and why. */
static int refusals, why;

/* His child is about to end, as far as the kernel says who is asked to seize it. */
static bool child_slips;

/* The name is the linker's: --wrap in ld(1).
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
long __real_ptrace(int request, pid_t pid, void *address, void *data);
long __wrap_ptrace(int request, pid_t pid, void *address, void *data);
long __wrap_ptrace(int request, pid_t pid, void *address, void *data)
{
	bool is_moment = request == PTRACE_SEIZE && pid == him.pid;
	void (*first)(void) = before, (*second)(void) = after;
	long result;

	if (request == PTRACE_SEIZE && child_slips && pid == him.child) {
		errno = ESRCH;
		return -1;
	}
	if (!is_moment)
		return __real_ptrace(request, pid, address, data);
	if (refusals > 0) {
		refusals--;
		errno = why;
		return -1;
	}
	before = after = NULL;
	if (first)
		first();
	result = __real_ptrace(request, pid, address, data);
	if (second)
		second();
	return result;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct procaudit_tracer *tracer;

/* Attaches to him, and tells what there is to be told of: each event a letter. */
static const char *attach(void)
{
	static const struct timespec none = {0, 0};
	static char tale[64];
	const struct procaudit_event *event;
	size_t n = 0;

	if (procaudit_tracer_attach(&tracer, &him.pid, 1, NULL) != 0)
		abort();
	while (n < sizeof(tale) - 1 && procaudit_tracer_is_attaching(tracer) &&
		procaudit_tracer_next(tracer, &event, &none) == 1) {
		if (event->kind == PROCAUDIT_ATTACH)
			tale[n++] = event->pid == him.pid     ? 'h'
				    : event->pid == him.child ? 'c'
							      : '?';
		else if (event->kind != PROCAUDIT_GAP)
			tale[n++] = '!';
		else if (event->gap.reason == PROCAUDIT_GAP_ATTACH_GONE)
			tale[n++] = 'G';
		else if (event->gap.reason == PROCAUDIT_GAP_ATTACH_DENIED)
			tale[n++] = event->gap.child_pid == him.pid && event->gap.error == why
					    ? 'D'
					    : '?';
		else if (event->gap.reason == PROCAUDIT_GAP_ATTACH_RACE)
			tale[n++] = event->gap.child_pid == him.child ? 'R' : '?';
		else
			tale[n++] = '?';
	}
	tale[n] = '\0';
	return tale;
}

/* Lets go of all. */
static void let_go(void)
{
	const struct procaudit_event *event;

	procaudit_tracer_detach(tracer, PROCAUDIT_DETACH_SIGNAL);
	while (procaudit_tracer_next(tracer, &event, NULL) == 1)
		;
	procaudit_tracer_free(tracer);
}

static void has_a_child(void)
{
	order('f');
	him.child = answer();
}

static void has_a_child_and_dies(void)
{
	kill(him.pid, SIGKILL);
}

static void is_about_to_have_a_child(void)
{
	order('f');
	wait_for_state(him.pid, 't');
}

static void has_a_signal(void)
{
	kill(him.pid, SIGUSR1);
	wait_for_state(him.pid, 't');
}

static void ends(void)
{
	order('e');
	wait_for_state(him.pid, 'Z');
}

/* --- Tests --------------------------------------------------------------- */

static void test_quiet(void)
{
	make_him();
	ok_str(attach(), "h", "who does nothing is attached to");
	let_go();
	order('?');
	ok_int(answer(), 0, "and goes on");
	bury_him();
}

static void test_child_before(void)
{
	make_him();
	before = has_a_child;
	ok_str(attach(), "hc", "a child that is made just before is found");
	let_go();
	kill(him.child, SIGKILL);
	bury_him();
}

/* The fork is from before our time, and so is the signal. */
static void test_child_after(void)
{
	const char *tale;

	make_him();
	after = is_about_to_have_a_child;
	tale = attach();
	ok(strcmp(tale, "h?") == 0, "so is one that is made just then (%s)", tale);
	him.child = answer();
	ok(him.child > 0, "and he knows it");
	let_go();
	kill(him.child, SIGKILL);
	bury_him();
}

static void test_signal(void)
{
	make_him();
	after = has_a_signal;
	ok_str(attach(), "h", "a signal on its way keeps nobody from it");
	ok_int(answer(), -SIGUSR1, "and gets there");
	let_go();
	bury_him();
}

static int64_t tick_now(void)
{
	int64_t ticks = sysconf(_SC_CLK_TCK);
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * ticks + now.tv_nsec / (1000000000 / ticks);
}

/* Of what child the next event tells that it is missing, and why; 0: none. */
static pid_t next_gap(enum procaudit_gap_reason *reason)
{
	const struct procaudit_event *event;

	if (procaudit_tracer_next(tracer, &event, NULL) != 1 || event->kind != PROCAUDIT_GAP ||
		event->pid != him.pid)
		return 0;
	*reason = event->gap.reason;
	return event->gap.child_pid;
}

static void test_child_slips(void)
{
	enum procaudit_gap_reason reason = PROCAUDIT_GAP_MEMORY;

	make_him();
	before = has_a_child;
	child_slips = true;
	ok_str(attach(), "h", "a child that is about to end cannot be attached to");
	kill(him.child, SIGKILL);
	ok(next_gap(&reason) == him.child && reason == PROCAUDIT_GAP_ATTACH_RACE,
		"that it was there is known from its end");
	child_slips = false;
	let_go();
	bury_him();
}

/* Of a child that was made in the tick in which all were seized nobody could tell. */
static void test_child_untraced(void)
{
	enum procaudit_gap_reason reason = PROCAUDIT_GAP_MEMORY;
	int64_t tick;
	pid_t child;

	make_him();
	ok_str(attach(), "h", "who has no child is attached to");
	for (tick = tick_now(); tick_now() == tick;)
		sched_yield();
	order('u');
	child = next_gap(&reason); /* he has to be restarted before he can answer */
	him.child = answer();
	ok(child == him.child && reason == PROCAUDIT_GAP_UNTRACED,
		"a later child that nobody could trace was not");
	let_go();
	bury_him();
}

static void test_end(void)
{
	make_him();
	before = ends;
	ok_str(attach(), "G", "who ends just before is gone");
	let_go();
	bury_him();
	make_him();
	after = has_a_child_and_dies;
	ok_str(attach(), "G", "so is who is killed just then");
	let_go();
	bury_him();
}

/* His child is left to us, who are above him. */
static void test_orphan(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	make_him();
	before = has_a_child;
	after = has_a_child_and_dies;
	ok_str(attach(), "RG", "a child that he has left may belong to it");
	let_go();
	end(him.child);
	bury_him();
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* In the middle of an exec it may seem as if he were gone, or somebody else's. */
static void test_refused(void)
{
	static const struct {
		int count, error;
		const char *tale, *name;
	} rows[] = {
		{1, EPERM, "h", "a refusal without a reason is none"},
		{4, EPERM, "h", "nor are some"},
		{1000, EPERM, "D", "unless it goes on"},
		{1000, EACCES, "D", "whatever it is"},
		{3, ESRCH, "h", "who seems to be gone and is there is looked for again"},
		{1000, ESRCH, "G", "but not for ever"},
		{2, EINTR, "h", "an interruption is none"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_him();
		refusals = rows[i].count;
		why = rows[i].error;
		ok_str(attach(), rows[i].tale, rows[i].name);
		refusals = 0;
		let_go();
		order('?');
		ok_int(answer(), 0, "and he goes on");
		bury_him();
	}
}

int main(void)
{
	test_quiet();
	test_child_before();
	test_child_after();
	test_signal();
	test_child_slips();
	test_child_untraced();
	test_end();
	test_orphan();
	test_refused();
	return tap_end();
}
