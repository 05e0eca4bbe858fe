/* SPDX-License-Identifier: ISC */
/*
 * Asks for programs and is refused. For each call it prints, as one JSON object,
 * what stands in the record of an exec that fails; bytes are hexadecimal.
 *
 *	asks [-t|-v|-i] CASE...
 *
 *	-t	from a thread that is not the leader
 *	-v	each from a child of vfork(2)
 *	-i	by the i386 system call (x86_64 only)
 *
 *	path:PATH	execve(2) of PATH
 *	null:PATH	without argv and environment
 *	bytes:PATH	with every byte there is
 *	long:PATH	with a string longer than the kernel takes
 *	total:BYTES	with so many bytes of arguments
 *	many:COUNT	with so many arguments
 *	badpath		the file name cannot be read
 *	badarg:PATH	a string in the midst of argv cannot be read
 *	badenv:PATH	the same in the environment
 *	badvectors:PATH	neither of the two can be read at all
 *	cut:PATH	both end with their mapping, not with NULL
 *	torn:PATH	a string that ends with its mapping, not with a NUL byte
 *	edge:PATH	all strings and vectors end exactly with their mapping
 *	pages:PATH	pointers of both vectors lie across borders of pages
 *	at:DIR:PATH	execveat(2) relative to an open directory
 *	empty:FILE	execveat(2) of an open file itself
 *	closed:PATH	execveat(2) relative to a closed descriptor
 *	check:FILE	execveat(2) that only asks: to be recorded never
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

#if defined(__x86_64__)
#define ARCH "x86_64"
#elif defined(__i386__)
#define ARCH "i386"
#elif defined(__aarch64__)
#define ARCH "aarch64"
#elif defined(__arm__)
#define ARCH "arm"
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH "riscv64"
#endif

/* Not mapped. */
#define BAD ((const char *)16)

static bool vforks, int80;

/* A vector, and what can be read of it. */
struct vector {
	const char **strings; /* as passed; NULL or BAD entries are skipped when told */
	size_t count;	      /* that can be read, BAD ones included */
	bool bad;	      /* something cannot be read */
};

struct request {
	const char *path; /* BAD: cannot be read */
	struct vector argv, env;
	bool at; /* execveat */
	int dirfd, flags;
};

/* --- The call ------------------------------------------------------------ */

#ifdef __x86_64__
/* A copy below 4 GiB, where 32-bit pointers reach it. */
static uint32_t low_copy(const void *data, size_t size)
{
	char *copy;

	if (data == BAD)
		return (uint32_t)(uintptr_t)BAD;
	copy = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (copy == MAP_FAILED)
		err(1, "mmap");
	return (uint32_t)(uintptr_t)memcpy(copy, data, size);
}

static uint32_t low_vector(const struct vector *vector)
{
	uint32_t pointers[64] = {0};
	size_t i;

	if (!vector->strings || vector->count >= 64)
		return 0;
	for (i = 0; i < vector->count; i++)
		pointers[i] = low_copy(vector->strings[i],
			vector->strings[i] == BAD ? 0 : strlen(vector->strings[i]) + 1);
	return low_copy(pointers, sizeof(pointers));
}

static int call_int80(const struct request *request)
{
	uint32_t path =
		low_copy(request->path, request->path == BAD ? 0 : strlen(request->path) + 1);
	uint32_t argv = low_vector(&request->argv), env = low_vector(&request->env);
	long result = request->at ? 358 : 11;

	if (request->at)
		__asm__ volatile("int $0x80"
				 : "+a"(result)
				 : "b"((uint64_t)(uint32_t)request->dirfd), "c"((uint64_t)path),
				 "d"((uint64_t)argv), "S"((uint64_t)env),
				 "D"((uint64_t)(uint32_t)request->flags)
				 : "memory");
	else
		__asm__ volatile("int $0x80"
				 : "+a"(result)
				 : "b"((uint64_t)path), "c"((uint64_t)argv), "d"((uint64_t)env)
				 : "memory");
	return (int)-result;
}
#endif

/* Returns the errno value: success does not return. */
static int call(const struct request *request)
{
#ifdef __x86_64__
	if (int80)
		return call_int80(request);
#endif
	if (request->at)
		syscall(SYS_execveat, request->dirfd, request->path, request->argv.strings,
			request->env.strings, request->flags);
	else
		syscall(SYS_execve, request->path, request->argv.strings, request->env.strings);
	return errno;
}

/* --- The report ---------------------------------------------------------- */

static void print_hex(FILE *out, const char *s)
{
	static const char digits[] = "0123456789abcdef";

	fputc('"', out);
	for (; *s; s++) {
		fputc(digits[(unsigned char)*s >> 4], out);
		fputc(digits[(unsigned char)*s & 15], out);
	}
	fputc('"', out);
}

static void print_string(FILE *out, const char *key, const char *s)
{
	if (s == BAD) {
		fprintf(out, ",\"%s_error\":\"EFAULT\"", key);
		return;
	}
	fprintf(out, ",\"%s\":", key);
	print_hex(out, s);
}

static void print_vector(FILE *out, const char *key, const struct vector *vector)
{
	const char *separator = "";
	size_t i;

	fprintf(out, ",\"%s\":[", key);
	for (i = 0; i < vector->count; i++) {
		const char *string;

		/* It may lie at an odd address. */
		memcpy(&string, (const char *)vector->strings + i * sizeof(string), sizeof(string));
		if (string == BAD)
			continue;
		fputs(separator, out);
		print_hex(out, string);
		separator = ",";
	}
	fputc(']', out);
	if (vector->bad)
		fprintf(out, ",\"%s_error\":\"EFAULT\"", key);
}

static void print_dirfd(FILE *out, int fd)
{
	char name[32], path[PATH_MAX + 1];
	ssize_t size;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	size = readlink(name, path, sizeof(path) - 1);
	if (size < 0)
		return;
	path[size] = '\0';
	print_string(out, "dirfd_path", path);
}

static void report(const struct request *request, int error)
{
	char *cwd = getcwd(NULL, 0), *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	pid_t tid = (pid_t)syscall(SYS_gettid);

	fprintf(out, "{\"pid\":%d,\"syscall\":\"%s\",\"errno\":\"%s\"", getpid(),
		request->at ? "execveat" : "execve", strerrorname_np(error));
	if (tid != getpid())
		fprintf(out, ",\"tid\":%d", tid);
#ifdef ARCH
	fprintf(out, ",\"arch\":\"%s\"", int80 ? "i386" : ARCH);
#endif
	print_string(out, "cwd", cwd);
	print_string(out, "path", request->path);
	if (request->at)
		print_dirfd(out, request->dirfd);
	print_vector(out, "argv", &request->argv);
	print_vector(out, "env", &request->env);
	fputs("}\n", out);
	if (fclose(out) != 0 || write(1, text, size) != (ssize_t)size)
		err(1, "cannot report");
	free(text);
	free(cwd);
}

static void ask(const struct request *request)
{
	int error = call(request);

	if (!(request->flags & AT_EXECVE_CHECK))
		report(request, error);
}

static void run(const struct request *request)
{
	int status;
	pid_t pid;

	if (!vforks) {
		ask(request);
		return;
	}
	pid = vfork();
	if (pid < 0)
		err(1, "vfork");
	if (pid == 0) {
		ask(request);
		_exit(9);
	}
	if (waitpid(pid, &status, 0) != pid || status != 9 << 8)
		errx(1, "the child of vfork did not end by itself");
}

/* --- Memory -------------------------------------------------------------- */

static const char *argv_strings[] = {"asks\n\xff", "", "b", NULL};
static const char *env_strings[] = {"A=\xc3\xa4", "=", "A=2", "", NULL};

static struct vector whole(const char **strings)
{
	struct vector vector = {.strings = strings};

	while (strings && strings[vector.count])
		vector.count++;
	return vector;
}

/* So many bytes whose last one is the last of a mapping. */
static void *at_edge(const void *data, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), length = (size / page + 1) * page;
	char *memory = mmap(
		NULL, length + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mprotect(memory + length, page, PROT_NONE) < 0)
		err(1, "mmap");
	return memcpy(memory + length - size, data, size);
}

static const char **vector_at_edge(const char **strings, size_t count, bool edgy_strings)
{
	const char **copy = at_edge(strings, count * sizeof(*strings));
	size_t i;

	for (i = 0; edgy_strings && i < count && copy[i]; i++)
		copy[i] = at_edge(copy[i], strlen(copy[i]) + 1);
	return copy;
}

/* Many times the same, at an odd address, so that pointers lie across the
 * borders of pages. */
static struct vector across_pages(const char **strings)
{
	const size_t count = 10000, size = (count + 1) * sizeof(*strings);
	struct vector one = whole(strings), vector = {.count = count};
	char *memory = calloc(1, size + 3);
	size_t i;

	if (!memory)
		err(1, "calloc");
	memory += 3 - (uintptr_t)memory % sizeof(*strings);
	for (i = 0; i < count; i++)
		memcpy(memory + i * sizeof(*strings), &strings[i % one.count], sizeof(*strings));
	vector.strings = (const char **)(uintptr_t)memory;
	return vector;
}

static const char **allocate(size_t count)
{
	const char **strings = calloc(count + 1, sizeof(*strings));

	if (!strings)
		err(1, "calloc");
	return strings;
}

static char *long_string(size_t length)
{
	char *string = malloc(length + 1);

	if (!string)
		err(1, "malloc");
	memset(string, 'x', length);
	string[length] = '\0';
	return string;
}

/* --- Cases --------------------------------------------------------------- */

static struct request plain(const char *path)
{
	return (struct request){
		.path = path, .argv = whole(argv_strings), .env = whole(env_strings)};
}

static void ask_path(const char *path)
{
	struct request request = plain(path);

	run(&request);
}

static void ask_null(const char *path)
{
	struct request request = {.path = path};

	run(&request);
}

static void ask_bytes(const char *path)
{
	struct request request = plain(path);
	char all[256];
	const char *vector[] = {all, all, NULL};
	unsigned byte;

	for (byte = 1; byte < 256; byte++)
		all[byte - 1] = (char)byte;
	all[255] = '\0';
	request.argv = request.env = whole(vector);
	run(&request);
}

static void ask_long(const char *path)
{
	struct request request = plain(path);
	char *string = long_string(200000);
	const char *vector[] = {"a", string, "c", NULL};

	request.argv = whole(vector);
	run(&request);
	free(string);
}

static void ask_total(const char *bytes)
{
	struct request request = plain("/bin/true");
	size_t i, count = strtoul(bytes, NULL, 10) / 100000;
	const char **vector = allocate(count);
	char *string = long_string(99999);

	for (i = 0; i < count; i++)
		vector[i] = string;
	request.argv = whole(vector);
	run(&request);
	free(string);
	free(vector);
}

static void ask_many(const char *number)
{
	struct request request = plain("/nonexistent");
	size_t i, count = strtoul(number, NULL, 10);
	const char **vector = allocate(count);
	char string[24];

	for (i = 0; i < count; i++) {
		snprintf(string, sizeof(string), "%zu", i);
		vector[i] = strdup(string);
	}
	request.argv = whole(vector);
	run(&request);
}

static void ask_badpath(const char *unused)
{
	(void)unused;
	ask_path(BAD);
}

static const char *with_bad[] = {"one", BAD, "three", BAD, BAD, "", NULL};

static void ask_badarg(const char *path)
{
	struct request request = plain(path);

	request.argv = whole(with_bad);
	request.argv.bad = true;
	run(&request);
}

static void ask_badenv(const char *path)
{
	struct request request = plain(path);

	request.env = whole(with_bad);
	request.env.bad = true;
	run(&request);
}

static void ask_badvectors(const char *path)
{
	struct request request = {.path = path};

	request.argv = request.env = (struct vector){.strings = (const char **)16, .bad = true};
	run(&request);
}

static void ask_cut(const char *path)
{
	struct request request = {.path = path};

	request.argv =
		(struct vector){vector_at_edge(argv_strings, 3, false), .count = 3, .bad = true};
	request.env =
		(struct vector){vector_at_edge(env_strings, 4, false), .count = 4, .bad = true};
	run(&request);
}

static void ask_torn(const char *path)
{
	struct request request = plain(path), told;
	const char *vector[] = {"a", at_edge("torn", 4), "c", NULL};
	const char *readable[] = {"a", BAD, "c", NULL};

	request.argv = whole(vector);
	told = request;
	told.argv = whole(readable);
	told.argv.bad = true;
	report(&told, call(&request));
}

static void ask_edge(const char *path)
{
	struct request request = plain(at_edge(path, strlen(path) + 1));

	request.argv.strings = vector_at_edge(argv_strings, 4, true);
	request.env.strings = vector_at_edge(env_strings, 5, true);
	run(&request);
}

static void ask_pages(const char *path)
{
	struct request request = plain(path);

	request.argv = across_pages(argv_strings);
	request.env = across_pages(env_strings);
	run(&request);
}

static void ask_at(const char *argument)
{
	const char *colon = strchr(argument, ':');
	char *directory = strndup(argument, (size_t)(colon - argument));
	struct request request = plain(colon + 1);

	request.at = true;
	request.dirfd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (request.dirfd < 0)
		err(1, "%s", directory);
	run(&request);
	close(request.dirfd);
	free(directory);
}

static void ask_file(const char *path, int flags)
{
	struct request request = plain("");

	request.at = true;
	request.flags = flags;
	request.dirfd = open(path, O_RDONLY | O_CLOEXEC);
	if (request.dirfd < 0)
		err(1, "%s", path);
	run(&request);
	close(request.dirfd);
}

static void ask_empty(const char *path)
{
	ask_file(path, AT_EMPTY_PATH);
}

static void ask_check(const char *path)
{
	ask_file(path, AT_EMPTY_PATH | AT_EXECVE_CHECK);
}

static void ask_closed(const char *path)
{
	struct request request = plain(path);

	request.at = true;
	request.dirfd = 999;
	run(&request);
}

static const struct {
	const char *name;
	void (*ask)(const char *argument);
} cases[] = {
	{"path:", ask_path},
	{"null:", ask_null},
	{"bytes:", ask_bytes},
	{"long:", ask_long},
	{"total:", ask_total},
	{"many:", ask_many},
	{"badpath", ask_badpath},
	{"badarg:", ask_badarg},
	{"badenv:", ask_badenv},
	{"badvectors:", ask_badvectors},
	{"cut:", ask_cut},
	{"torn:", ask_torn},
	{"edge:", ask_edge},
	{"pages:", ask_pages},
	{"at:", ask_at},
	{"empty:", ask_empty},
	{"check:", ask_check},
	{"closed:", ask_closed},
};

static void ask_case(const char *name)
{
	size_t i, length;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		length = strlen(cases[i].name);
		if (strncmp(cases[i].name, name, length) == 0) {
			cases[i].ask(name + length);
			return;
		}
	}
	errx(1, "no case %s", name);
}

static void *ask_all(void *names)
{
	char **name;

	for (name = names; *name; name++)
		ask_case(*name);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int option;
	bool threads = false;

	while ((option = getopt(argc, argv, "+tvi")) != -1) {
		threads |= option == 't';
		vforks |= option == 'v';
		int80 |= option == 'i';
	}
	if (!threads) {
		ask_all(argv + optind);
		return 0;
	}
	errno = pthread_create(&thread, NULL, ask_all, argv + optind);
	if (errno)
		err(1, "pthread_create");
	pthread_join(thread, NULL);
	return 0;
}
