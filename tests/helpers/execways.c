/* SPDX-License-Identifier: ISC */
/*
 * Becomes PROGRAM in a certain way, with argv PROGRAM ARG...
 *
 *	execways plain PROGRAM [ARG...]		execve(2)
 *	execways memfd PROGRAM [ARG...]		from memory, under an ugly name
 *	execways deleted PROGRAM [ARG...]	from a copy that has been deleted
 *	execways at PROGRAM [ARG...]		execveat(2), relative to its directory
 *	execways thread PROGRAM [ARG...]	from a thread that is not the leader
 *	execways deep:BYTES PROGRAM [ARG...]	in a new directory below the current one,
 *						whose path has BYTES bytes
 *	execways rmdir PROGRAM [ARG...]		in a directory that has been deleted
 *	execways int80 PROGRAM [ARG...]		by the i386 system call (x86_64 only)
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

#define LONGEST_NAME 255

static void exec_plain(char **argv)
{
	execve(argv[0], argv, environ);
}

/* Executes a copy of the program, which is written to the file `to` and then
 * loses its name. */
static void exec_copy(char **argv, int to, const char *name)
{
	int from = open(argv[0], O_RDONLY | O_CLOEXEC);
	char path[64];
	struct stat st;
	off_t left;

	if (from < 0 || fstat(from, &st) < 0)
		err(1, "%s", argv[0]);
	for (left = st.st_size; left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		if (n <= 0)
			err(1, "sendfile");
		left -= n;
	}
	/* A file that is open for writing cannot be executed. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		err(1, "%s", path);
	close(to);
	if (name && unlink(name) < 0)
		err(1, "unlink");
	syscall(SYS_execveat, from, "", argv, environ, AT_EMPTY_PATH);
}

static void exec_memfd(char **argv)
{
	exec_copy(argv, memfd_create("ugly\n\"\xff\xc2\x9b", MFD_CLOEXEC), NULL);
}

static void exec_deleted(char **argv)
{
	static const char name[] = "deleted\n\"\xff\xc2\x9b";
	int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

	if (fd < 0)
		err(1, "open");
	exec_copy(argv, fd, name);
}

static void exec_at(char **argv)
{
	char *directory = strdup(argv[0]), *base = strdup(argv[0]);
	int fd = open(dirname(directory), O_PATH | O_DIRECTORY);

	if (fd < 0)
		err(1, "%s", directory);
	syscall(SYS_execveat, fd, basename(base), argv, environ, 0);
}

static void *exec_in_thread(void *argv)
{
	exec_plain(argv);
	err(1, "execve in a thread");
}

static void exec_thread(char **argv)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, exec_in_thread, argv);
	if (errno)
		err(1, "pthread_create");
	pthread_join(thread, NULL);
}

static void enter(const char *name)
{
	int fd;

	if (mkdirat(AT_FDCWD, name, 0755) < 0 && errno != EEXIST)
		err(1, "mkdirat");
	fd = openat(AT_FDCWD, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fchdir(fd) < 0)
		err(1, "fchdir");
	close(fd);
}

static void go_deep(size_t bytes)
{
	char name[LONGEST_NAME + 1], *cwd = getcwd(NULL, 0);
	size_t length = strlen(cwd);

	free(cwd);
	while (length < bytes) {
		size_t left = bytes - length - 1, size = left;

		/* Never leave what is too short for a slash and a name. */
		if (size > LONGEST_NAME)
			size = left - LONGEST_NAME < 2 ? LONGEST_NAME - 2 : LONGEST_NAME;
		if (size == 0)
			errx(1, "no directory has a path of %zu bytes here", bytes);
		memset(name, 'd', size);
		name[size] = '\0';
		name[size / 2] = '\xff';
		enter(name);
		length += size + 1;
	}
}

static void exec_rmdir(char **argv)
{
	enter("gone");
	if (rmdir("../gone") < 0)
		err(1, "rmdir");
	exec_plain(argv);
}

#ifdef __x86_64__
/* A copy below 4 GiB, where 32-bit pointers reach it. */
static uint32_t low_copy(const void *data, size_t size)
{
	static char *next, *end;
	char *copy;

	size = (size + 7) & ~(size_t)7;
	if (!next) {
		next = mmap(NULL, 1 << 24, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		if (next == MAP_FAILED)
			err(1, "mmap");
		end = next + (1 << 24);
	}
	if (size > (size_t)(end - next))
		errx(1, "too much for a 32-bit copy");
	copy = memcpy(next, data, size);
	next += size;
	return (uint32_t)(uintptr_t)copy;
}

static uint32_t low_vector(char **vector)
{
	uint32_t pointers[10000];
	size_t n;

	for (n = 0; vector[n]; n++)
		pointers[n] = low_copy(vector[n], strlen(vector[n]) + 1);
	pointers[n] = 0;
	return low_copy(pointers, (n + 1) * sizeof(pointers[0]));
}

static void exec_int80(char **argv)
{
	long result = 11; /* execve */

	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"((uint64_t)low_copy(argv[0], strlen(argv[0]) + 1)),
			 "c"((uint64_t)low_vector(argv)), "d"((uint64_t)low_vector(environ))
			 : "memory");
	errno = (int)-result;
}
#endif

static const struct {
	const char *name;
	void (*exec)(char **argv);
} ways[] = {
	{"plain", exec_plain},
	{"memfd", exec_memfd},
	{"deleted", exec_deleted},
	{"at", exec_at},
	{"thread", exec_thread},
	{"rmdir", exec_rmdir},
#ifdef __x86_64__
	{"int80", exec_int80},
#endif
};

int main(int argc, char **argv)
{
	const char *way = argv[1];
	size_t i;

	if (argc < 3)
		errx(1, "usage: execways WAY PROGRAM [ARG...]");
	if (strncmp(way, "deep:", 5) == 0) {
		go_deep(strtoul(way + 5, NULL, 10));
		way = "plain";
	}
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, way) == 0) {
			ways[i].exec(argv + 2);
			err(1, "%s", argv[2]);
		}
	errx(1, "no way %s", way);
}
