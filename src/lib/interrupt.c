/* SPDX-License-Identifier: ISC */
#include "interrupt.h"

#include "macro.h"

#include <linux/audit.h>
#include <linux/ipc.h>
#include <linux/net.h>
#include <stddef.h>

/*
 * What Linux does when the caller is woken, and why it is right to begin again:
 *
 * epoll_wait, epoll_pwait, epoll_pwait2 (fs/eventpoll.c, ep_poll): EINTR only
 *	when no event has been taken.
 * rt_sigtimedwait (kernel/signal.c, do_sigtimedwait): only when no signal has.
 * semop, semtimedop (ipc/sem.c, __do_semtimedop): all operations or none.
 * io_getevents (fs/aio.c): only when no event has been taken.
 * io_uring_enter (io_uring/io_uring.c): what was submitted is returned instead.
 * The calls that read, write, send, receive and accept: on a socket with
 *	SO_RCVTIMEO or SO_SNDTIMEO (include/net/sock.h, sock_intr_errno); without
 *	a timeout the same code has the kernel itself begin again. What has been
 *	transferred is returned instead. On files, pipes and terminals they return
 *	ERESTARTSYS, and the few drivers that return EINTR have read nothing.
 * fallocate on tmpfs (mm/shmem.c): takes back what it has allocated.
 *
 * Not here: connect, which may have begun to connect; close, whose descriptor is
 * gone; ioctl, of which only the driver knows what it has done.
 */

#define X32 0x40000000

static const uint32_t x86_64[] = {
	0,	   /* read */
	1,	   /* write */
	19,	   /* readv */
	20,	   /* writev */
	40,	   /* sendfile */
	43,	   /* accept */
	44,	   /* sendto */
	45,	   /* recvfrom */
	46,	   /* sendmsg */
	47,	   /* recvmsg */
	65,	   /* semop */
	128,	   /* rt_sigtimedwait */
	208,	   /* io_getevents */
	220,	   /* semtimedop */
	232,	   /* epoll_wait */
	275,	   /* splice */
	281,	   /* epoll_pwait */
	285,	   /* fallocate */
	288,	   /* accept4 */
	299,	   /* recvmmsg */
	307,	   /* sendmmsg */
	327,	   /* preadv2 */
	328,	   /* pwritev2 */
	426,	   /* io_uring_enter */
	441,	   /* epoll_pwait2 */
	X32 + 0,   /* x32, whose arch is the same: read */
	X32 + 1,   /* write */
	X32 + 40,  /* sendfile */
	X32 + 43,  /* accept */
	X32 + 44,  /* sendto */
	X32 + 65,  /* semop */
	X32 + 208, /* io_getevents */
	X32 + 220, /* semtimedop */
	X32 + 232, /* epoll_wait */
	X32 + 275, /* splice */
	X32 + 281, /* epoll_pwait */
	X32 + 285, /* fallocate */
	X32 + 288, /* accept4 */
	X32 + 426, /* io_uring_enter */
	X32 + 441, /* epoll_pwait2 */
	X32 + 515, /* readv */
	X32 + 516, /* writev */
	X32 + 517, /* recvfrom */
	X32 + 518, /* sendmsg */
	X32 + 519, /* recvmsg */
	X32 + 523, /* rt_sigtimedwait */
	X32 + 537, /* recvmmsg */
	X32 + 538, /* sendmmsg */
	X32 + 546, /* preadv2 */
	X32 + 547, /* pwritev2 */
};

#define I386_SOCKETCALL 102
#define I386_IPC	117

static const uint32_t i386[] = {
	3,   /* read */
	4,   /* write */
	145, /* readv */
	146, /* writev */
	177, /* rt_sigtimedwait */
	187, /* sendfile */
	239, /* sendfile64 */
	247, /* io_getevents */
	256, /* epoll_wait */
	313, /* splice */
	319, /* epoll_pwait */
	324, /* fallocate */
	337, /* recvmmsg */
	345, /* sendmmsg */
	364, /* accept4 */
	369, /* sendto */
	370, /* sendmsg */
	371, /* recvfrom */
	372, /* recvmsg */
	378, /* preadv2 */
	379, /* pwritev2 */
	417, /* recvmmsg_time64 */
	420, /* semtimedop_time64 */
	421, /* rt_sigtimedwait_time64 */
	426, /* io_uring_enter */
	441, /* epoll_pwait2 */
};

static bool contains(const uint32_t *numbers, size_t count, uint64_t number)
{
	size_t i;

	for (i = 0; i < count && numbers[i] != number; i++)
		;
	return i < count;
}

/* Two calls of i386 stand for many; the first argument says which. */
static bool can_restart_i386(uint64_t number, uint64_t first)
{
	if (number == I386_SOCKETCALL)
		return (uint32_t)first != SYS_CONNECT;
	if (number == I386_IPC) /* the upper half is a version */
		return (first & 0xffff) == SEMOP || (first & 0xffff) == SEMTIMEDOP;
	return contains(i386, ARRAY_SIZE(i386), number);
}

bool interrupt_can_restart(uint32_t audit_arch, uint64_t number, uint64_t first)
{
	switch (audit_arch) {
	case AUDIT_ARCH_X86_64:
		return contains(x86_64, ARRAY_SIZE(x86_64), number);
	case AUDIT_ARCH_I386:
		return can_restart_i386(number, first);
	default:
		return false;
	}
}
