/* SPDX-License-Identifier: ISC */
/*
 * Threads that wait in system calls which a tracer interrupts by coming and
 * going: each prints its name, and "ok" if its call has returned what it returns
 * when nobody comes. Their events, and the end of their timeouts, come when the
 * file "stop" exists. Prints "ready" to standard error when all wait.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What wakes: a byte in each pipe, and the like. */
static int pipes[8][2], sockets[2][2], semaphores, messages;
static _Atomic(uint32_t) word;
static pid_t child;
static sigset_t usr1;

/* The ends that are read. */
enum { READ, POLL, SELECT, EPOLL, PPOLL, PSELECT, OPEN_ENDED };

static bool in_read(void)
{
	char c;

	return read(pipes[READ][0], &c, 1) == 1;
}

static bool in_poll(void)
{
	struct pollfd fd = {.fd = pipes[POLL][0], .events = POLLIN};

	return poll(&fd, 1, 600000) == 1;
}

static bool in_ppoll(void)
{
	struct pollfd fd = {.fd = pipes[PPOLL][0], .events = POLLIN};
	struct timespec limit = {600, 0};

	return ppoll(&fd, 1, &limit, NULL) == 1;
}

static bool in_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pipes[SELECT][0], &set);
	return select(pipes[SELECT][0] + 1, &set, NULL, NULL, NULL) == 1;
}

static bool in_epoll_wait(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = epoll_create1(EPOLL_CLOEXEC);

	epoll_ctl(fd, EPOLL_CTL_ADD, pipes[EPOLL][0], &event);
	return epoll_wait(fd, &event, 1, 600000) == 1;
}

static bool in_recv(void)
{
	char c;

	return recv(sockets[0][0], &c, 1, 0) == 1;
}

static bool in_recv_with_timeout(void)
{
	struct timeval limit = {600, 0};
	char c;

	setsockopt(sockets[1][0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return recv(sockets[1][0], &c, 1, 0) == 1;
}

static bool in_semop(void)
{
	struct sembuf take = {.sem_num = 0, .sem_op = -1};

	return semop(semaphores, &take, 1) == 0;
}

static bool in_msgrcv(void)
{
	struct {
		long type;
		char text[8];
	} message;

	return msgrcv(messages, &message, sizeof(message.text), 1, 0) == 1;
}

static bool in_futex(void)
{
	struct timespec limit = {600, 0};

	return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &limit, NULL, 0) == 0 || word;
}

static bool in_sigtimedwait(void)
{
	struct timespec limit = {600, 0};

	return sigtimedwait(&usr1, NULL, &limit) == SIGUSR1;
}

static bool in_wait4(void)
{
	int status;

	return waitpid(child, &status, 0) == child && status == 0;
}

static bool in_flock(void)
{
	int fd = open("lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return flock(fd, LOCK_EX) == 0;
}

static const struct wait {
	const char *name;
	bool (*wait)(void);
} waits[] = {
	{"read", in_read},
	{"poll", in_poll},
	{"ppoll", in_ppoll},
	{"select", in_select},
	{"epoll_wait", in_epoll_wait},
	{"recv", in_recv},
	{"recv with a timeout", in_recv_with_timeout},
	{"semop", in_semop},
	{"msgrcv", in_msgrcv},
	{"futex", in_futex},
	{"sigtimedwait", in_sigtimedwait},
	{"wait4", in_wait4},
	{"flock", in_flock},
};
#define WAITS (sizeof(waits) / sizeof(waits[0]))

static atomic_int ids[WAITS];

static void *run(void *argument)
{
	const struct wait *wait = argument;
	bool ok;

	ids[wait - waits] = (int)syscall(SYS_gettid);
	errno = 0;
	ok = wait->wait();
	if (ok)
		printf("%s ok\n", wait->name);
	else
		printf("%s %s\n", wait->name, strerrorname_np(errno));
	return NULL;
}

/* Until the thread sleeps. */
static void await_sleep(size_t i)
{
	char path[64], line[256] = "";
	FILE *file;

	while (!strstr(line, ") S ")) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", ids[i]);
		file = fopen(path, "re");
		if (file && !fgets(line, sizeof(line), file))
			err(1, "%s", path);
		if (file)
			fclose(file);
	}
}

static void make_all(void)
{
	size_t i;

	for (i = 0; i < sizeof(pipes) / sizeof(pipes[0]); i++)
		if (pipe(pipes[i]) < 0)
			err(1, "pipe");
	for (i = 0; i < 2; i++)
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets[i]) < 0)
			err(1, "socketpair");
	semaphores = semget(IPC_PRIVATE, 1, 0600);
	messages = msgget(IPC_PRIVATE, 0600);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	child = fork();
	if (child == 0) {
		while (access("stop", F_OK) < 0)
			nanosleep(&(struct timespec){0, 1000000}, NULL);
		_exit(0);
	}
}

static void wake_all(int lock)
{
	struct sembuf give = {.sem_num = 0, .sem_op = 1};
	struct {
		long type;
		char text[1];
	} message = {.type = 1};
	size_t i;

	for (i = 0; i < sizeof(pipes) / sizeof(pipes[0]); i++)
		if (write(pipes[i][1], "", 1) != 1)
			err(1, "write");
	for (i = 0; i < 2; i++)
		if (send(sockets[i][1], "", 1, 0) != 1)
			err(1, "send");
	semop(semaphores, &give, 1);
	msgsnd(messages, &message, 1, 0);
	word = 1;
	syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
	kill(getpid(), SIGUSR1);
	flock(lock, LOCK_UN);
}

int main(void)
{
	int lock = open("lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	pthread_t thread[WAITS];
	size_t i;

	make_all();
	flock(lock, LOCK_EX);
	for (i = 0; i < WAITS; i++)
		if (pthread_create(&thread[i], NULL, run, (void *)(uintptr_t)&waits[i]))
			errx(1, "pthread_create");
	for (i = 0; i < WAITS; i++) {
		while (!ids[i])
			;
		await_sleep(i);
	}
	fputs("ready\n", stderr);
	while (access("stop", F_OK) < 0)
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	wake_all(lock);
	for (i = 0; i < WAITS; i++)
		pthread_join(thread[i], NULL);
	semctl(semaphores, 0, IPC_RMID);
	msgctl(messages, IPC_RMID, NULL);
	return 0;
}
