/* SPDX-License-Identifier: ISC */
#include "channels.h"

#include <err.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

struct shared *shared;
int fd[2];
int queue;
int children[2];
char byte = 'x';
char memory[65536];
struct iovec one = {&byte, 1};
struct timespec hour = {HOUR, 0};
sigset_t usr2;

long check(long result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

void open_pipe(void)
{
	check(pipe(fd), "pipe");
}

void feed(void)
{
	check(write(fd[1], &byte, 1), "write");
}

void open_socket(void)
{
	struct timeval timeout = {HOUR, 0};

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), "socketpair");
	check(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)), "RCVTIMEO");
	check(setsockopt(fd[0], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)), "SNDTIMEO");
}

void open_full_socket(void)
{
	open_socket();
	while (send(fd[0], memory, sizeof(memory), MSG_DONTWAIT) > 0)
		;
	while (send(fd[0], memory, 1, MSG_DONTWAIT) > 0)
		;
}

void drain(void)
{
	while (recv(fd[1], memory, sizeof(memory), MSG_DONTWAIT) > 0)
		;
}

void open_listener(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct timeval timeout = {HOUR, 0};

	fd[0] = (int)check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	fd[1] = (int)check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	check(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)), "RCVTIMEO");
	check(bind(fd[0], (struct sockaddr *)&name, sizeof(sa_family_t)), "bind");
	check(listen(fd[0], 1), "listen");
}

void join(void)
{
	struct sockaddr_un name;
	socklen_t size = sizeof(name);

	check(getsockname(fd[0], (struct sockaddr *)&name, &size), "getsockname");
	check(connect(fd[1], (struct sockaddr *)&name, size), "connect");
}

/* To the thread: what is sent to the process may be taken by one that leaves a stop. */
void signal_usr2(void)
{
	check(syscall(SYS_tkill, shared->tid, SIGUSR2), "tkill");
}

long call_read(void)
{
	return read(fd[0], memory, sizeof(memory));
}
