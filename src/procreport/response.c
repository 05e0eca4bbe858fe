/* SPDX-License-Identifier: ISC */
#include "response.h"

#include "absolute.h"
#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A log is not trusted: files that name each other come to an end. */
#define FILES_MOST 64
#define SIZE_MOST  ((off_t)16 * 1024 * 1024)

struct expansion {
	const struct exec *exec;
	enum driver driver;
	const char **argv;
	size_t argc, cap;
	struct compile_content *contents;
	unsigned files; /* that were read */
};

static _Noreturn void no_memory(void)
{
	errc(STATUS_FAILED, ENOMEM, "cannot hold a response file");
}

static void add(struct expansion *expansion, const char *arg)
{
	if (expansion->argc + 1 >= expansion->cap) {
		expansion->cap = 2 * expansion->cap + 64;
		expansion->argv =
			reallocarray(expansion->argv, expansion->cap, sizeof(*expansion->argv));
		if (!expansion->argv)
			no_memory();
	}
	expansion->argv[expansion->argc++] = arg;
}

/* --- What was kept ---------------------------------------------------------------- */

bool response_read(struct responses *responses, const struct procaudit_record *record)
{
	*responses = (struct responses){
		.files = record->response_files,
		.contents = record->response_contents,
		.errors = record->response_errors,
	};
	return record->response_files.data != NULL;
}

static void keep(struct procaudit_strings *strings)
{
	if (strings->data)
		strings->data = intern(strings->data, strings->size)->data;
}

void response_keep(void *context, const struct procaudit_record *record, struct exec *exec)
{
	struct responses responses;

	(void)context;
	if (!exec || !response_read(&responses, record))
		return;
	keep(&responses.files);
	keep(&responses.contents);
	keep(&responses.errors);
	exec->responses = permanent(sizeof(*exec->responses));
	*exec->responses = responses;
}

const char *response_string(const struct procaudit_strings *strings, size_t n)
{
	const char *s = strings->data, *end = s ? s + strings->size : NULL;

	for (; s < end && n > 0; n--)
		s += strlen(s) + 1;
	return s < end ? s : NULL;
}

/* Whether the record tells of it; then *content is what it held, NULL if it was not
 * there. What could not be kept may be still there. */
static bool find_kept(const struct responses *responses, const char *name, const char **content)
{
	const char *file, *error;
	size_t n;

	*content = NULL;
	for (n = 0; (file = response_string(&responses->files, n)); n++) {
		if (strcmp(file, name) != 0)
			continue;
		error = response_string(&responses->errors, n);
		if (!error || !*error)
			*content = response_string(&responses->contents, n);
		return *content || (error && strcmp(error, "ENOENT") == 0);
	}
	return false;
}

/* Room for so many bytes and a NUL byte, which is there, as long as the command line. */
static char *room_for(struct expansion *expansion, size_t size)
{
	struct compile_content *content = calloc(1, sizeof(*content) + size + 1);

	if (!content)
		no_memory();
	content->next = expansion->contents;
	expansion->contents = content;
	return content->data;
}

/* --- Reading --------------------------------------------------------------------- */

/* Whether this is what the compiler has read. */
static bool is_the_same(int fd, const struct exec *exec, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > SIZE_MOST)
		return false;
	*size = (size_t)st.st_size;
	return st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec <= exec->ts_ns;
}

/* Up to size bytes of it, ended by a NUL byte. NULL: it cannot be read. */
static char *read_all(struct expansion *expansion, int fd, size_t size)
{
	char *data = room_for(expansion, size);
	size_t used = 0;
	ssize_t got;

	while (used < size && (got = read(fd, data + used, size - used)) != 0) {
		if (got > 0)
			used += (size_t)got;
		else if (errno != EINTR)
			return NULL;
	}
	/* Nobody's arguments hold one. */
	return strlen(data) == used ? data : NULL;
}

static char *content_on_disk(struct expansion *expansion, const struct text *file)
{
	/* A FIFO is not waited for. */
	int fd = open(file->data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *data = NULL;
	size_t size;

	if (fd < 0)
		return NULL;
	if (is_the_same(fd, expansion->exec, &size))
		data = read_all(expansion, fd, size);
	close(fd);
	return data;
}

/* To be written to. NULL: there is none. */
static char *content_of(struct expansion *expansion, const char *name)
{
	const struct exec *exec = expansion->exec;
	const char *kept;
	char *data;

	if (!exec->responses || !find_kept(exec->responses, name, &kept))
		return content_on_disk(expansion, absolute(exec->cwd, name));
	if (!kept)
		return NULL;
	data = room_for(expansion, strlen(kept));
	memcpy(data, kept, strlen(kept) + 1);
	return data;
}

/* --- Words ------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* GCC's and clang's: a backslash takes the next character as it is, everywhere (GCC
 * libiberty/argv.c, LLVM TokenizeGNUCommandLine). Writes where it reads; returns what
 * is left. */
static char *take_gnu_word(char *at)
{
	char *out = at, quote = '\0';

	for (; *at && (quote || !is_blank(*at)); at++) {
		if (*at == '\\' && at[1])
			*out++ = *++at;
		else if (quote ? *at == quote : *at == '\'' || *at == '"')
			quote = quote ? '\0' : *at;
		else
			*out++ = *at;
	}
	if (*at)
		at++;
	*out = '\0';
	return at;
}

/* Those of Windows: backslashes are plain, but before a quotation mark they stand for
 * half as many, and an odd one takes it as it is (LLVM TokenizeWindowsCommandLine). */
static char *take_windows_word(char *at)
{
	char *out = at;
	bool quoted = false;

	while (*at && (quoted || !is_blank(*at))) {
		size_t slashes = strspn(at, "\\");
		bool mark = at[slashes] == '"';

		memset(out, '\\', mark ? slashes / 2 : slashes);
		out += mark ? slashes / 2 : slashes;
		at += slashes;
		if (mark && slashes % 2 == 0) {
			quoted = !quoted;
			at++;
		} else if (mark || slashes == 0) {
			*out++ = *at++;
		}
	}
	if (*at)
		at++;
	*out = '\0';
	return at;
}

/* --- All of it -------------------------------------------------------------------- */

static void add_word(struct expansion *expansion, const char *arg);

static void add_words(struct expansion *expansion, char *at)
{
	for (;;) {
		char *word;

		while (is_blank(*at))
			at++;
		if (!*at)
			return;
		word = at;
		at = expansion->driver == DRIVER_CL ? take_windows_word(at) : take_gnu_word(at);
		add_word(expansion, word);
	}
}

/* A word, or what stands in the file that it names; so at most FILES_MOST deep. */
static void add_word(struct expansion *expansion, const char *arg)
{
	char *content = NULL;

	if (arg[0] == '@' && arg[1] && expansion->files < FILES_MOST)
		content = content_of(expansion, arg + 1);
	if (!content) {
		add(expansion, arg);
		return;
	}
	expansion->files++;
	add_words(expansion, content);
}

void response_expand(struct compile *compile, const struct exec *exec)
{
	struct expansion expansion = {.exec = exec, .driver = compile->driver};
	bool any = false;
	size_t i;

	for (i = 1; i < compile->argc; i++)
		any |= compile->argv[i][0] == '@';
	if (!any || !exec->cwd)
		return;
	add(&expansion, compile->argv[0]);
	for (i = 1; i < compile->argc; i++)
		add_word(&expansion, compile->argv[i]);
	free(compile->argv);
	compile->argv = expansion.argv;
	compile->argc = expansion.argc;
	compile->contents = expansion.contents;
}
