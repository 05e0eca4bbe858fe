/* SPDX-License-Identifier: ISC */
/*
 * Shows what a signal does to each system call that waits.
 *
 *	interrupts SITUATION [CALL...]
 *
 * A process waits in the call; once it is seen to sleep there, the situation
 * happens to it; once that is over, the call gets what it waits for. Prints how
 * each call ended, which depends on the kernel alone and not on time.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/net.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __LP64__
#define SYS_FUTEX SYS_futex
#else
#define SYS_FUTEX SYS_futex_time64
#endif

/* Long enough for any machine: nothing here may end by it. */
#define HOUR 3600

/* Between the process that waits and the one that looks on. */
static struct {
	_Atomic pid_t tid;  /* of the thread that waits; 0: not yet */
	_Atomic bool ended; /* the call has */
	_Atomic unsigned word;
	long result;
	int error;
} * shared;

static int fd[2];	/* the call waits at the first one */
static int queue;	/* epoll, inotify, message queue … */
static int children[2]; /* who holds the first end sees the end of the second */
static char byte = 'x';
static char memory[65536];
static struct iovec one = {&byte, 1};
static struct timespec hour = {HOUR, 0};
static sigset_t usr2;

static long check(long result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

/* --- Channels ------------------------------------------------------------ */

static void open_pipe(void)
{
	check(pipe(fd), "pipe");
}

static void feed(void)
{
	check(write(fd[1], &byte, 1), "write");
}

static void open_socket(void)
{
	struct timeval timeout = {HOUR, 0};

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), "socketpair");
	check(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)), "RCVTIMEO");
	check(setsockopt(fd[0], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)), "SNDTIMEO");
}

static void open_full_socket(void)
{
	open_socket();
	while (send(fd[0], memory, sizeof(memory), MSG_DONTWAIT) > 0)
		;
	while (send(fd[0], memory, 1, MSG_DONTWAIT) > 0)
		;
}

static void drain(void)
{
	while (recv(fd[1], memory, sizeof(memory), MSG_DONTWAIT) > 0)
		;
}

static void open_listener(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct timeval timeout = {HOUR, 0};

	fd[0] = (int)check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	fd[1] = (int)check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	check(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)), "RCVTIMEO");
	check(bind(fd[0], (struct sockaddr *)&name, sizeof(sa_family_t)), "bind");
	check(listen(fd[0], 1), "listen");
}

static void join(void)
{
	struct sockaddr_un name;
	socklen_t size = sizeof(name);

	check(getsockname(fd[0], (struct sockaddr *)&name, &size), "getsockname");
	check(connect(fd[1], (struct sockaddr *)&name, size), "connect");
}

static void signal_usr2(void)
{
	check(kill(shared->tid, SIGUSR2), "kill");
}

/* --- Calls that fail with EINTR ------------------------------------------ */

static struct epoll_event event;

static void open_epoll(void)
{
	struct epoll_event in = {.events = EPOLLIN};

	open_pipe();
	queue = (int)check(epoll_create1(0), "epoll_create1");
	check(epoll_ctl(queue, EPOLL_CTL_ADD, fd[0], &in), "epoll_ctl");
}

static long call_epoll_wait(void)
{
	return epoll_wait(queue, &event, 1, HOUR * 1000);
}

static long call_epoll_wait_for_ever(void)
{
	return epoll_wait(queue, &event, 1, -1);
}

static long call_epoll_pwait(void)
{
	return epoll_pwait(queue, &event, 1, -1, &usr2);
}

static long call_epoll_pwait2(void)
{
	return epoll_pwait2(queue, &event, 1, &hour, NULL);
}

static long call_recv(void)
{
	return recv(fd[0], memory, sizeof(memory), 0);
}

static long call_recvmsg(void)
{
	struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1};

	return recvmsg(fd[0], &message, 0);
}

static long call_recvmmsg(void)
{
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &one, .msg_iovlen = 1}};

	return recvmmsg(fd[0], &message, 1, 0, NULL);
}

static long call_read(void)
{
	return read(fd[0], memory, sizeof(memory));
}

static long call_readv(void)
{
	return readv(fd[0], &one, 1);
}

static long call_preadv2(void)
{
	return preadv2(fd[0], &one, 1, -1, 0);
}

static long call_accept(void)
{
	return accept(fd[0], NULL, NULL) >= 0 ? 0 : -1;
}

static long call_accept4(void)
{
	return accept4(fd[0], NULL, NULL, SOCK_CLOEXEC) >= 0 ? 0 : -1;
}

static long call_send(void)
{
	return send(fd[0], &byte, 1, 0);
}

static long call_sendmsg(void)
{
	struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1};

	return sendmsg(fd[0], &message, 0);
}

static long call_sendmmsg(void)
{
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &one, .msg_iovlen = 1}};

	return sendmmsg(fd[0], &message, 1, 0);
}

static long call_write(void)
{
	return write(fd[0], &byte, 1);
}

static long call_writev(void)
{
	return writev(fd[0], &one, 1);
}

static long call_pwritev2(void)
{
	return pwritev2(fd[0], &one, 1, -1, 0);
}

static void open_sendfile(void)
{
	open_full_socket();
	queue = (int)check(memfd_create("file", 0), "memfd_create");
	check(write(queue, &byte, 1), "write");
	check(lseek(queue, 0, SEEK_SET), "lseek");
}

static long call_sendfile(void)
{
	return sendfile(fd[0], queue, NULL, 1);
}

static void open_splice_from(void)
{
	int ends[2];

	open_socket();
	check(pipe(ends), "pipe");
	queue = ends[1];
}

static long call_splice_from(void)
{
	return splice(fd[0], NULL, queue, NULL, 1, 0);
}

static void open_splice_to(void)
{
	int ends[2];

	open_full_socket();
	check(pipe(ends), "pipe");
	check(write(ends[1], &byte, 1), "write");
	queue = ends[0];
}

static long call_splice_to(void)
{
	return splice(queue, NULL, fd[0], NULL, 1, 0);
}

static long call_sigtimedwait(void)
{
	return sigtimedwait(&usr2, NULL, &hour);
}

static long call_sigwaitinfo(void)
{
	return sigwaitinfo(&usr2, NULL);
}

static void open_semaphore(void)
{
	queue = (int)check(semget(IPC_PRIVATE, 1, 0600), "semget");
}

static void raise_semaphore(void)
{
	struct sembuf up = {0, 1, 0};

	check(semop(queue, &up, 1), "semop");
}

static void close_semaphore(void)
{
	semctl(queue, 0, IPC_RMID);
}

static long call_semop(void)
{
	struct sembuf down = {0, -1, 0};

	return semop(queue, &down, 1);
}

static long call_semtimedop(void)
{
	struct sembuf down = {0, -1, 0};

	return semtimedop(queue, &down, 1, &hour);
}

static aio_context_t aio;

static void begin_aio(void)
{
	static struct iocb poll_in = {.aio_lio_opcode = IOCB_CMD_POLL, .aio_buf = POLLIN};
	struct iocb *list[] = {&poll_in};

	poll_in.aio_fildes = (uint32_t)fd[0];
	check(syscall(SYS_io_setup, 1, &aio), "io_setup");
	check(syscall(SYS_io_submit, aio, 1, list), "io_submit");
}

static long call_io_getevents(void)
{
	struct io_event done;

	return syscall(SYS_io_getevents, aio, 1, 1, &done, NULL);
}

static long call_io_pgetevents(void)
{
	struct io_event done;

	return syscall(SYS_io_pgetevents, aio, 1, 1, &done, NULL, NULL);
}

/* The ring stays -1 where the machine has io_uring switched off. */
static void begin_uring(void)
{
	struct io_uring_params params = {0};
	struct io_uring_sqe *entries;
	unsigned *ring;

	queue = (int)syscall(SYS_io_uring_setup, 1, &params);
	if (queue < 0)
		return;
	ring = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, queue, IORING_OFF_SQ_RING);
	entries = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, queue, IORING_OFF_SQES);
	if (ring == MAP_FAILED || entries == MAP_FAILED)
		err(1, "mmap");
	entries[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_POLL_ADD, .fd = fd[0], .poll32_events = POLLIN};
	ring[params.sq_off.array / sizeof(*ring)] = 0;
	atomic_store((_Atomic unsigned *)&ring[params.sq_off.tail / sizeof(*ring)], 1);
	check(syscall(SYS_io_uring_enter, queue, 1, 0, 0, NULL, 0), "io_uring_enter");
}

static long call_io_uring_enter(void)
{
	return syscall(SYS_io_uring_enter, queue, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
}

#ifdef __x86_64__
/* A system call of i386 from 64-bit code; its memory is where 32 bits reach. */
static long call_int80(void)
{
	static void *low;
	long result;

	if (!low)
		low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(256L), "b"((long)queue), "c"(low), "d"(1L), "S"(-1L)
			 : "memory", "r8", "r9", "r10", "r11");
	if ((int)result >= 0)
		return (int)result;
	errno = -(int)result;
	return -1;
}
#endif

#ifdef __i386__
static long call_socketcall(void)
{
	long arguments[] = {fd[0], (long)memory, sizeof(memory), 0};

	return syscall(SYS_socketcall, SYS_RECV, arguments);
}

static long call_recvfrom(void)
{
	return syscall(SYS_recvfrom, fd[0], memory, sizeof(memory), 0, NULL, NULL);
}

static long call_ipc(void)
{
	struct sembuf down = {0, -1, 0};

	return syscall(SYS_ipc, 1 /* SEMOP */, queue, 1, 0, &down);
}

static long call_old_sigtimedwait(void)
{
	return syscall(SYS_rt_sigtimedwait, &usr2, NULL, NULL, 8);
}
#endif

/* --- Calls that the kernel begins again ---------------------------------- */

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
	struct timespec time = {0, 100000000};

	return nanosleep(&time, NULL);
}

static long call_clock_nanosleep(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_nsec += 100000000;
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

static pid_t awaited;

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

static void on_signal(int signo)
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

static const struct call {
	const char *name;
	void (*open)(void);  /* before there are two processes */
	void (*begin)(void); /* by the one that waits; or NULL */
	long (*wait)(void);
	void (*satisfy)(void); /* by the other one */
	void (*close)(void);   /* or NULL */
} calls[] = {
	{"epoll_wait", open_epoll, NULL, call_epoll_wait, feed, NULL},
	{"epoll_wait-for-ever", open_epoll, NULL, call_epoll_wait_for_ever, feed, NULL},
	{"epoll_pwait", open_epoll, NULL, call_epoll_pwait, feed, NULL},
	{"epoll_pwait2", open_epoll, NULL, call_epoll_pwait2, feed, NULL},
	{"recv", open_socket, NULL, call_recv, feed, NULL},
	{"recvmsg", open_socket, NULL, call_recvmsg, feed, NULL},
	{"recvmmsg", open_socket, NULL, call_recvmmsg, feed, NULL},
	{"read-socket", open_socket, NULL, call_read, feed, NULL},
	{"readv", open_socket, NULL, call_readv, feed, NULL},
	{"preadv2", open_socket, NULL, call_preadv2, feed, NULL},
	{"accept", open_listener, NULL, call_accept, join, NULL},
	{"accept4", open_listener, NULL, call_accept4, join, NULL},
	{"send", open_full_socket, NULL, call_send, drain, NULL},
	{"sendmsg", open_full_socket, NULL, call_sendmsg, drain, NULL},
	{"sendmmsg", open_full_socket, NULL, call_sendmmsg, drain, NULL},
	{"write-socket", open_full_socket, NULL, call_write, drain, NULL},
	{"writev", open_full_socket, NULL, call_writev, drain, NULL},
	{"pwritev2", open_full_socket, NULL, call_pwritev2, drain, NULL},
	{"sendfile", open_sendfile, NULL, call_sendfile, drain, NULL},
	{"splice-from", open_splice_from, NULL, call_splice_from, feed, NULL},
	{"splice-to", open_splice_to, NULL, call_splice_to, drain, NULL},
	{"sigtimedwait", open_pipe, NULL, call_sigtimedwait, signal_usr2, NULL},
	{"sigwaitinfo", open_pipe, NULL, call_sigwaitinfo, signal_usr2, NULL},
	{"semop", open_semaphore, NULL, call_semop, raise_semaphore, close_semaphore},
	{"semtimedop", open_semaphore, NULL, call_semtimedop, raise_semaphore, close_semaphore},
	{"io_getevents", open_pipe, begin_aio, call_io_getevents, feed, NULL},
	{"io_uring_enter", open_pipe, begin_uring, call_io_uring_enter, feed, NULL},
#ifdef __x86_64__
	{"epoll_wait-int80", open_epoll, NULL, call_int80, feed, NULL},
#endif
#ifdef __i386__
	{"socketcall", open_socket, NULL, call_socketcall, feed, NULL},
	{"recvfrom", open_socket, NULL, call_recvfrom, feed, NULL},
	{"ipc", open_semaphore, NULL, call_ipc, raise_semaphore, close_semaphore},
	{"rt_sigtimedwait", open_pipe, NULL, call_old_sigtimedwait, signal_usr2, NULL},
#endif
	{"io_pgetevents", open_pipe, begin_aio, call_io_pgetevents, feed, NULL},
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
};

/* --- What is seen of the process that waits ------------------------------ */

struct look {
	char state;
	bool traced;
	unsigned long long pending, sleeps;
};

static struct look look_at(pid_t tid)
{
	struct look look = {0};
	unsigned long long number;
	char name[64], line[256];
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/status", tid);
	file = fopen(name, "re");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "State: %c", &look.state);
		if (sscanf(line, "TracerPid: %llu", &number) == 1)
			look.traced = number != 0;
		if (sscanf(line, "SigPnd: %llx", &number) == 1 ||
			sscanf(line, "ShdPnd: %llx", &number) == 1)
			look.pending |= number;
		sscanf(line, "voluntary_ctxt_switches: %llu", &look.sleeps);
	}
	if (file)
		fclose(file);
	return look;
}

static void take_breath(void)
{
	struct timespec moment = {0, 200000};

	nanosleep(&moment, NULL);
}

/* Waits until the call sleeps; how often it has slept so far. */
static unsigned long long await_sleep(void)
{
	struct look look = {0};

	while (!shared->ended && (shared->tid == 0 || look.state != 'S')) {
		take_breath();
		if (shared->tid)
			look = look_at(shared->tid);
	}
	return look.sleeps;
}

/* Waits until what was sent has arrived, and the call sleeps again or has ended.
 * Under a tracer that is a sleep for the stop and another one. */
static void await_arrival(unsigned long long sleeps)
{
	struct look look;

	do {
		take_breath();
		look = look_at(shared->tid);
	} while (!shared->ended &&
		 (look.state != 'S' || look.pending || (look.traced && look.sleeps < sleeps + 2)));
}

/* --- Situations ---------------------------------------------------------- */

static pid_t waiting;

static void signal_waiting(int signo)
{
	unsigned long long sleeps = await_sleep();

	check(kill(waiting, signo), "kill");
	await_arrival(sleeps);
}

static void end_child(void)
{
	unsigned long long sleeps = await_sleep();

	close(children[1]);
	await_arrival(sleeps);
}

static void send_winch(void)
{
	signal_waiting(SIGWINCH);
}

static void send_urg(void)
{
	signal_waiting(SIGURG);
}

static void send_cont(void)
{
	signal_waiting(SIGCONT);
}

static void send_usr1(void)
{
	signal_waiting(SIGUSR1);
}

static void send_usr1_to_thread(void)
{
	unsigned long long sleeps = await_sleep();

	check(tgkill(waiting, shared->tid, SIGUSR1), "tgkill");
	await_arrival(sleeps);
}

static void send_tstp(void)
{
	signal_waiting(SIGTSTP);
}

static void send_realtime(void)
{
	signal_waiting(SIGRTMIN);
}

static void send_many(void)
{
	int i;

	for (i = 0; i < 5; i++) {
		signal_waiting(SIGWINCH);
		signal_waiting(SIGUSR1);
		signal_waiting(SIGCONT);
	}
	end_child();
}

/* The second one is caught. */
static void send_two(void)
{
	unsigned long long sleeps = await_sleep();

	check(kill(waiting, SIGUSR1), "kill");
	check(kill(waiting, SIGTERM), "kill");
	await_arrival(sleeps);
}

/* Stops the process, sends it signals that it ignores, and continues it. */
static void stop(int before)
{
	unsigned long long sleeps = await_sleep();
	int status;

	if (before)
		check(kill(waiting, before), "kill");
	check(kill(waiting, SIGSTOP), "kill");
	check(waitpid(waiting, &status, WUNTRACED), "waitpid");
	if (!WIFSTOPPED(status))
		errx(1, "not stopped: %x", (unsigned)status);
	check(kill(waiting, SIGURG), "kill");
	check(kill(waiting, SIGWINCH), "kill");
	check(kill(waiting, SIGCONT), "kill");
	await_arrival(sleeps);
}

static void stop_and_continue(void)
{
	stop(0);
}

static void ignored_then_stop(void)
{
	stop(SIGUSR1);
}

/* Says on descriptor 3 that the call sleeps, and waits until nobody traces it. */
static void be_let_go(void)
{
	struct look look;

	await_sleep();
	check(write(3, "\n", 1), "descriptor 3");
	do {
		take_breath();
		look = look_at(shared->tid);
	} while (!shared->ended && (look.traced || look.state != 'S'));
}

static void ignore_usr1(void)
{
	signal(SIGUSR1, SIG_IGN);
}

static void catch_usr1(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGUSR1, &action, NULL);
}

static void catch_usr1_and_restart(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	sigaction(SIGUSR1, &action, NULL);
}

static void ignore_usr1_catch_term(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	signal(SIGUSR1, SIG_IGN);
	sigaction(SIGTERM, &action, NULL);
}

static void ignore_tstp(void)
{
	signal(SIGTSTP, SIG_IGN);
}

static void ignore_realtime(void)
{
	signal(SIGRTMIN, SIG_IGN);
}

enum waiter { FIRST_THREAD, OTHER_THREAD, ONLY_THREAD /* that takes signals */ };

static const struct situation {
	const char *name;
	void (*prepare)(void); /* by the process that waits; or NULL */
	void (*happen)(void);
	enum waiter waiter;
} situations[] = {
	{"nothing", NULL, NULL, FIRST_THREAD},
	{"child", NULL, end_child, FIRST_THREAD},
	{"winch", NULL, send_winch, FIRST_THREAD},
	{"urg", NULL, send_urg, FIRST_THREAD},
	{"cont", NULL, send_cont, FIRST_THREAD},
	{"ignored", ignore_usr1, send_usr1, FIRST_THREAD},
	{"ignored-stop", ignore_tstp, send_tstp, FIRST_THREAD},
	{"ignored-realtime", ignore_realtime, send_realtime, FIRST_THREAD},
	{"many", ignore_usr1, send_many, FIRST_THREAD},
	{"caught", catch_usr1, send_usr1, FIRST_THREAD},
	{"restarted", catch_usr1_and_restart, send_usr1, FIRST_THREAD},
	{"behind", ignore_usr1_catch_term, send_two, FIRST_THREAD},
	{"stop", NULL, stop_and_continue, FIRST_THREAD},
	{"before-stop", ignore_usr1, ignored_then_stop, FIRST_THREAD},
	{"let-go", NULL, be_let_go, FIRST_THREAD},
	{"thread", ignore_usr1, send_usr1_to_thread, OTHER_THREAD},
	{"thread-cont", NULL, send_cont, OTHER_THREAD},
	{"only-thread", ignore_usr1, send_usr1, ONLY_THREAD},
};

/* --- The two processes --------------------------------------------------- */

static void *wait_in(void *data)
{
	const struct call *const *call = data;

	shared->tid = gettid();
	errno = 0;
	shared->result = (*call)->wait();
	shared->error = errno;
	shared->ended = true;
	return NULL;
}

/* blocked: the first thread has blocked the signals before anybody can send one,
 * the other has not. */
static void wait_in_thread(const struct call *call, bool blocked)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	if (blocked)
		pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_attr_init(&attributes);
	pthread_attr_setsigmask_np(&attributes, &before);
	if (pthread_create(&thread, &attributes, wait_in, &call))
		errx(1, "pthread_create");
	pthread_join(thread, NULL);
}

static void be_waiting(const struct call *call, const struct situation *situation)
{
	char nothing;

	close(children[1]);
	if (fork() == 0) {
		check(read(children[0], &nothing, 1), "read");
		_exit(0);
	}
	if (situation->prepare)
		situation->prepare();
	if (call->begin)
		call->begin();
	if (situation->waiter != FIRST_THREAD)
		wait_in_thread(call, situation->waiter == ONLY_THREAD);
	else
		wait_in(&call);
	if (awaited > 0)
		kill(awaited, SIGKILL);
	while (wait(NULL) > 0)
		;
	_exit(0);
}

static void run(const struct call *call, const struct situation *situation)
{
	int first = fcntl(0, F_DUPFD, 0), last;

	close(first);
	memset(shared, 0, sizeof(*shared));
	fd[0] = fd[1] = -1;
	check(pipe(children), "pipe");
	call->open();
	waiting = (pid_t)check(fork(), "fork");
	if (waiting == 0)
		be_waiting(call, situation);
	await_sleep();
	if (situation->happen)
		situation->happen();
	if (!shared->ended)
		call->satisfy();
	close(children[1]);
	check(waitpid(waiting, NULL, 0), "waitpid");
	if (call->close)
		call->close();
	if (shared->result < 0)
		printf("%s: %s: %s\n", situation->name, call->name, strerrorname_np(shared->error));
	else
		printf("%s: %s: %ld\n", situation->name, call->name, shared->result);
	fflush(stdout);
	last = fcntl(0, F_DUPFD, first);
	close_range((unsigned)first, (unsigned)last + 16, 0);
}

static bool is_named(const char *name, char *const *names)
{
	if (!*names)
		return true;
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

int main(int argc, char *argv[])
{
	const struct situation *situation = NULL;
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(situations) / sizeof(*situations); i++)
		if (strcmp(situations[i].name, argv[1]) == 0)
			situation = &situations[i];
	if (!situation)
		errx(2, "usage: interrupts SITUATION [CALL...]");
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	sigprocmask(SIG_BLOCK, &usr2, NULL);
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (is_named(calls[i].name, argv + 2))
			run(&calls[i], situation);
	return 0;
}
