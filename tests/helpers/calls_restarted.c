/* SPDX-License-Identifier: ISC */
/* The calls that the kernel itself begins again. */
#include "calls.h"
#include "channels.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __LP64__
#define SYS_FUTEX SYS_futex
#else
#define SYS_FUTEX SYS_futex_time64
#endif

static long call_poll(void)
{
	struct pollfd in = {fd[0], POLLIN, 0};

	return poll(&in, 1, HOUR * 1000);
}

static long call_ppoll(void)
{
	struct pollfd in = {fd[0], POLLIN, 0};

	return ppoll(&in, 1, &hour, &usr2);
}

static long call_select(void)
{
	struct timeval timeout = {HOUR, 0};
	fd_set in;

	FD_ZERO(&in);
	FD_SET(fd[0], &in);
	return select(fd[0] + 1, &in, NULL, NULL, &timeout);
}

static long call_pselect(void)
{
	fd_set in;

	FD_ZERO(&in);
	FD_SET(fd[0], &in);
	return pselect(fd[0] + 1, &in, NULL, NULL, &hour, &usr2);
}

static long call_nanosleep(void)
{
	return nanosleep(&shared->nap, NULL);
}

static long call_clock_nanosleep(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += shared->nap.tv_sec;
	time.tv_nsec += shared->nap.tv_nsec;
	if (time.tv_nsec >= 1000000000) {
		time.tv_sec++;
		time.tv_nsec -= 1000000000;
	}
	errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
	return errno ? -1 : 0;
}

static void wake_futex(void)
{
	shared->word = 1;
	check(syscall(SYS_FUTEX, &shared->word, FUTEX_WAKE, 1, NULL, NULL, 0), "futex");
}

static long call_futex(void)
{
	return syscall(SYS_FUTEX, &shared->word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static long call_futex_timed(void)
{
	int64_t time[] = {HOUR, 0};

	return syscall(SYS_FUTEX, &shared->word, FUTEX_WAIT, 0, time, NULL, 0);
}

static void open_mqueue(void)
{
	struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 1};
	char name[32];

	snprintf(name, sizeof(name), "/interrupts-%d", getpid());
	queue = (int)check(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes), "mq_open");
	mq_unlink(name);
}

static void feed_mqueue(void)
{
	check(mq_send((mqd_t)queue, &byte, 1, 0), "mq_send");
}

static long call_mq_timedreceive(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += HOUR;
	return mq_timedreceive((mqd_t)queue, memory, sizeof(memory), NULL, &end);
}

static void open_inotify(void)
{
	fd[0] = (int)check(inotify_init1(0), "inotify_init1");
	check(inotify_add_watch(fd[0], ".", IN_CREATE), "inotify_add_watch");
}

static void make_file(void)
{
	check(close((int)check(open("new", O_CREAT | O_WRONLY | O_CLOEXEC, 0600), "new")), "close");
	unlink("new");
}

static long call_read_some(void)
{
	return read(fd[0], memory, sizeof(memory)) > 0 ? 0 : -1;
}

static void open_eventfd(void)
{
	fd[0] = (int)check(eventfd(0, 0), "eventfd");
}

static void feed_eventfd(void)
{
	check(eventfd_write(fd[0], 1), "eventfd_write");
}

static void open_timerfd(void)
{
	fd[0] = (int)check(timerfd_create(CLOCK_MONOTONIC, 0), "timerfd_create");
}

static void feed_timerfd(void)
{
	struct itimerspec soon = {.it_value = {0, 1}};

	check(timerfd_settime(fd[0], 0, &soon, NULL), "timerfd_settime");
}

static void begin_signalfd(void)
{
	fd[0] = (int)check(signalfd(-1, &usr2, 0), "signalfd");
}

static void open_terminal(void)
{
	fd[1] = (int)check(posix_openpt(O_RDWR | O_NOCTTY), "posix_openpt");
	check(grantpt(fd[1]), "grantpt");
	check(unlockpt(fd[1]), "unlockpt");
	fd[0] = (int)check(open(ptsname(fd[1]), O_RDWR | O_NOCTTY), "open");
}

static void feed_terminal(void)
{
	check(write(fd[1], "x\n", 2), "write");
}

static void open_file(void)
{
	char name[32];

	fd[1] = (int)check(memfd_create("file", 0), "memfd_create");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd[1]);
	fd[0] = (int)check(open(name, O_RDWR), "open");
}

static void open_flock(void)
{
	open_file();
	check(flock(fd[1], LOCK_EX), "flock");
}

static void unlock_flock(void)
{
	check(flock(fd[1], LOCK_UN), "flock");
}

static long call_flock(void)
{
	return flock(fd[0], LOCK_EX);
}

static struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

static void open_lock(void)
{
	open_file();
	check(fcntl(fd[1], F_SETLK, &whole), "F_SETLK");
}

static void unlock(void)
{
	struct flock none = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	check(fcntl(fd[1], F_SETLK, &none), "F_SETLK");
}

static long call_lock(void)
{
	return fcntl(fd[0], F_SETLKW, &whole);
}

pid_t awaited;

static void begin_wait(void)
{
	awaited = (pid_t)check(fork(), "fork");
	if (awaited == 0) {
		close(fd[1]);
		check(read(fd[0], &byte, 1), "read");
		_exit(0);
	}
}

static long call_wait(void)
{
	return waitpid(awaited, NULL, 0) > 0 ? 0 : -1;
}

static void open_fifo(void)
{
	check(mkfifo("fifo", 0600), "mkfifo");
}

static void open_other_end(void)
{
	fd[1] = (int)check(open("fifo", O_RDWR), "fifo");
}

static void close_fifo(void)
{
	unlink("fifo");
}

static long call_open(void)
{
	return open("fifo", O_RDONLY) >= 0 ? 0 : -1;
}

static void open_messages(void)
{
	queue = (int)check(msgget(IPC_PRIVATE, 0600), "msgget");
}

static void open_full_messages(void)
{
	open_messages();
	while (msgsnd(queue, &(struct msgbuf){.mtype = 1}, 1, IPC_NOWAIT) == 0)
		;
}

static void add_message(void)
{
	check(msgsnd(queue, &(struct msgbuf){.mtype = 1}, 1, 0), "msgsnd");
}

static void take_message(void)
{
	struct msgbuf message;

	check(msgrcv(queue, &message, 1, 0, 0), "msgrcv");
}

static void close_messages(void)
{
	msgctl(queue, IPC_RMID, NULL);
}

static long call_msgrcv(void)
{
	struct msgbuf message;

	return msgrcv(queue, &message, 1, 0, 0);
}

static long call_msgsnd(void)
{
	return msgsnd(queue, &(struct msgbuf){.mtype = 1}, 1, 0);
}

void on_signal(int signo)
{
	(void)signo;
}

static void begin_pause(void)
{
	signal(SIGUSR2, on_signal);
	sigprocmask(SIG_UNBLOCK, &usr2, NULL);
}

static long call_pause(void)
{
	return pause();
}

static long call_sigsuspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigsuspend(&none);
}

const struct call calls_restarted[] = {
	{"poll", open_pipe, NULL, call_poll, feed, NULL},
	{"ppoll", open_pipe, NULL, call_ppoll, feed, NULL},
	{"select", open_pipe, NULL, call_select, feed, NULL},
	{"pselect", open_pipe, NULL, call_pselect, feed, NULL},
	{"nanosleep", open_pipe, NULL, call_nanosleep, feed, NULL},
	{"clock_nanosleep", open_pipe, NULL, call_clock_nanosleep, feed, NULL},
	{"futex", open_pipe, NULL, call_futex, wake_futex, NULL},
	{"futex-timed", open_pipe, NULL, call_futex_timed, wake_futex, NULL},
	{"mq_timedreceive", open_mqueue, NULL, call_mq_timedreceive, feed_mqueue, NULL},
	{"read-pipe", open_pipe, NULL, call_read, feed, NULL},
	{"read-inotify", open_inotify, NULL, call_read_some, make_file, NULL},
	{"read-eventfd", open_eventfd, NULL, call_read, feed_eventfd, NULL},
	{"read-timerfd", open_timerfd, NULL, call_read, feed_timerfd, NULL},
	{"read-signalfd", open_pipe, begin_signalfd, call_read, signal_usr2, NULL},
	{"read-terminal", open_terminal, NULL, call_read, feed_terminal, NULL},
	{"flock", open_flock, NULL, call_flock, unlock_flock, NULL},
	{"fcntl-lock", open_lock, NULL, call_lock, unlock, NULL},
	{"wait4", open_pipe, begin_wait, call_wait, feed, NULL},
	{"open-fifo", open_fifo, NULL, call_open, open_other_end, close_fifo},
	{"msgrcv", open_messages, NULL, call_msgrcv, add_message, close_messages},
	{"msgsnd", open_full_messages, NULL, call_msgsnd, take_message, close_messages},
	{"pause", open_pipe, begin_pause, call_pause, signal_usr2, NULL},
	{"sigsuspend", open_pipe, begin_pause, call_sigsuspend, signal_usr2, NULL},
	{.name = NULL},
};
