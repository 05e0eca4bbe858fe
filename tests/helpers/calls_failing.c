/* SPDX-License-Identifier: ISC */
/* The calls that fail with EINTR when their caller is woken. */
#include "calls.h"
#include "channels.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <linux/net.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

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

const struct call calls_failing[] = {
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
	{.name = NULL},
};
