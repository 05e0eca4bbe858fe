/* SPDX-License-Identifier: ISC */
/*
 * A file system that a process serves (FUSE), which forks for whatever it is asked.
 *
 *	serve mount DIR COMMAND [ARG...]	mounts it there, for COMMAND alone
 *	serve run DIR PROGRAM [ARG...]		below that: serves it, and runs DIR/program,
 *						which has the content of PROGRAM
 *
 * The kernel keeps no attribute of a file. Who asks for one while the server waits for
 * him waits for ever. The exit status is that of the program.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of /dev/fuse, handed on from the one to the other. */
#define DEVICE 20

#define MOST 65536

enum { ROOT = FUSE_ROOT_ID, PROGRAM };

static const char *content;
static size_t size;

static void mount_for(char **command)
{
	int fd = open("/dev/fuse", O_RDWR);
	char options[128];

	if (fd < 0)
		err(1, "/dev/fuse");
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(1, "unshare");
	snprintf(options, sizeof(options),
		"fd=%d,rootmode=40000,user_id=%u,group_id=%u,allow_other", fd, getuid(), getgid());
	if (mount("served", command[0], "fuse", 0, options) < 0)
		err(1, "mount");
	if (dup2(fd, DEVICE) < 0)
		err(1, "dup2");
	close(fd);
	execvp(command[1], command + 1);
	err(1, "%s", command[1]);
}

/* What the kernel does not want any more is ENOENT. */
static void answer(const struct fuse_in_header *asked, int error, const void *data, size_t length)
{
	static char out[MOST + 4096];
	struct fuse_out_header header = {.len = (unsigned)(sizeof(header) + length),
		.error = -error,
		.unique = asked->unique};

	memcpy(out, &header, sizeof(header));
	if (length)
		memcpy(out + sizeof(header), data, length);
	if (write(DEVICE, out, header.len) < 0 && errno != ENOENT)
		err(1, "write");
}

static struct fuse_attr attributes(unsigned long long node)
{
	struct fuse_attr attr = {.ino = node, .nlink = 1, .blksize = 4096};

	attr.mode = node == ROOT ? S_IFDIR | 0755 : S_IFREG | 0755;
	attr.size = node == ROOT ? 0 : size;
	return attr;
}

static void look_up(const struct fuse_in_header *asked, const char *name)
{
	struct fuse_entry_out entry = {.nodeid = PROGRAM, .attr = attributes(PROGRAM)};

	if (strcmp(name, "program") != 0)
		answer(asked, ENOENT, NULL, 0);
	else
		answer(asked, 0, &entry, sizeof(entry));
}

static void hand_out(const struct fuse_in_header *asked, const struct fuse_read_in *wanted)
{
	size_t rest = wanted->offset < size ? size - wanted->offset : 0;

	answer(asked, 0, content + wanted->offset, rest < wanted->size ? rest : wanted->size);
}

static void serve_one(const struct fuse_in_header *asked)
{
	struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_write = MOST,
		.max_readahead = MOST};
	struct fuse_attr_out attr = {.attr = attributes(asked->nodeid)};
	struct fuse_open_out opened = {0};
	struct fuse_statfs_out fs = {0};
	const void *argument = asked + 1;

	switch (asked->opcode) {
	case FUSE_INIT:
		answer(asked, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		look_up(asked, argument);
		break;
	case FUSE_GETATTR:
		answer(asked, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
		answer(asked, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		hand_out(asked, argument);
		break;
	case FUSE_STATFS:
		answer(asked, 0, &fs, sizeof(fs));
		break;
	case FUSE_GETXATTR:
		answer(asked, ENODATA, NULL, 0);
		break;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		answer(asked, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		answer(asked, ENOSYS, NULL, 0);
	}
}

static void fork_once(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		err(1, "fork");
}

static _Noreturn void serve(pid_t parent)
{
	static _Alignas(8) char request[MOST + 4096];
	ssize_t n;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		exit(1);
	for (;;) {
		n = read(DEVICE, request, sizeof(request));
		if (n < 0 && errno != EINTR && errno != ENOENT)
			exit(errno != ENODEV);
		if (n < 0)
			continue;
		fork_once();
		serve_one((const struct fuse_in_header *)(const void *)request);
	}
}

static void load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		err(1, "%s", path);
	size = (size_t)st.st_size;
	content = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (content == MAP_FAILED)
		err(1, "%s", path);
	close(fd);
}

static int run(char **arguments)
{
	pid_t parent = getpid(), server, program;
	char path[4096];
	int status;

	load(arguments[1]);
	snprintf(path, sizeof(path), "%s/program", arguments[0]);
	server = fork();
	if (server == 0)
		serve(parent);
	program = fork();
	if (program == 0) {
		close(DEVICE);
		execv(path, arguments + 1);
		err(1, "%s", path);
	}
	if (server < 0 || program < 0 || waitpid(program, &status, 0) != program)
		err(1, "fork");
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(1, "usage: serve mount|run DIR COMMAND [ARG...]");
	if (strcmp(argv[1], "run") == 0)
		return run(argv + 2);
	mount_for(argv + 2);
}
