/* SPDX-License-Identifier: ISC */
#include "response.h"

#include "macro.h"
#include "view.h"
#include "words.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Memory kept for the next exec; larger buffers are given back. */
#define KEEP ((size_t)64 * 1024)

bool response_is_named(const char *data, size_t size)
{
	return memmem(data, size, "\0@", 2) != NULL;
}

/* --- One file ---------------------------------------------------------------- */

/* Neither waits nor, where we may leave it, changes the time of the last access. */
static int open_found(int found)
{
	static const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	fd = open(path, flags | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

/* Whether it is a file that holds what it holds, whoever reads it: /proc/self is ours
 * here. Returns 0 or -errno. */
static int check(int found, size_t left)
{
	struct statfs fs;
	struct stat st;

	if (fstat(found, &st) < 0 || fstatfs(found, &fs) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || fs.f_type == PROC_SUPER_MAGIC)
		return -EINVAL;
	if (st.st_size > (off_t)RESPONSE_SIZE)
		return -EFBIG;
	return st.st_size > (off_t)left ? -E2BIG : 0;
}

/* It may grow meanwhile. */
static int read_all(int fd, size_t left, struct buf *out)
{
	size_t start = out->size, most = left < RESPONSE_SIZE ? left : RESPONSE_SIZE;

	for (;;) {
		ssize_t n;

		if (!buf_reserve(out, 16384))
			return -ENOMEM;
		n = read(fd, out->data + out->size, 16384);
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		out->size += (size_t)n;
		if (out->size - start > most)
			return most < RESPONSE_SIZE ? -E2BIG : -EFBIG;
	}
	/* Nobody's arguments hold one. */
	if (out->size > start && memchr(out->data + start, '\0', out->size - start))
		return -EILSEQ;
	return 0;
}

static int add_content(const struct view *view, const char *name, size_t left, struct buf *out)
{
	CLOSE_FD int found = view_find(view, name);
	CLOSE_FD int fd = -1;
	int error;

	if (found < 0)
		return found;
	error = check(found, left);
	if (error)
		return error;
	fd = open_found(found);
	return fd < 0 ? fd : read_all(fd, left, out);
}

/* --- All of them ------------------------------------------------------------- */

/* A word that may name one, at this depth; each is read once. */
static void note(struct response *r, const char *word, unsigned depth)
{
	size_t i;

	if (word[0] != '@' || !word[1])
		return;
	for (i = 0; i < r->count; i++)
		if (strcmp(r->names.data + r->files[i].name, word + 1) == 0)
			return;
	if (r->count == RESPONSE_FILES) {
		r->cut = true;
		return;
	}
	r->files[r->count++] = (struct response_file){r->names.size, depth};
	buf_add(&r->names, word + 1, strlen(word + 1) + 1);
	if (r->names.error)
		r->count--;
}

static void note_argv(struct response *r, const struct procaudit_strings *argv)
{
	const char *s = argv->data, *end;

	if (!s || !argv->size)
		return;
	end = s + argv->size;
	for (s += strlen(s) + 1; s < end && !r->cut; s += strlen(s) + 1)
		note(r, s, 1);
}

static void note_words(struct response *r, size_t start, unsigned depth)
{
	const char *at = r->contents.data + start, *end = r->contents.data + r->contents.size;

	while (!r->cut && words_next(&at, end, &r->word) && !r->word.error)
		note(r, r->word.data, depth);
}

static void add_reason(struct response *r, int error)
{
	char buffer[16];

	if (error) {
		buf_str(&r->reasons, procaudit_errno_name(-error, buffer));
		r->errors++;
	}
	buf_char(&r->reasons, '\0');
}

/* Adds its content, or why there is none. error: nothing can be read. */
static void take(
	struct response *r, const struct view *view, const struct response_file *file, int error)
{
	size_t start = r->contents.size;

	if (!error && file->depth > RESPONSE_DEPTH)
		error = -ELOOP;
	if (!error)
		error = add_content(
			view, r->names.data + file->name, RESPONSE_TOTAL - r->total, &r->contents);
	if (error) {
		buf_truncate(&r->contents, start);
	} else {
		r->total += r->contents.size - start;
		note_words(r, start, file->depth + 1);
	}
	buf_char(&r->contents, '\0');
	add_reason(r, error);
}

static void reset(struct response *r)
{
	struct buf *const bufs[] = {&r->names, &r->contents, &r->reasons, &r->word};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bufs); i++) {
		bufs[i]->error = 0;
		buf_trim(bufs[i], KEEP);
		buf_truncate(bufs[i], 0);
	}
	r->count = r->errors = r->total = 0;
	r->cut = false;
}

static struct procaudit_strings strings(const struct buf *buf, size_t count)
{
	return (struct procaudit_strings){.data = buf->data, .size = buf->size, .count = count};
}

static void hand_out(const struct response *r, struct procaudit_exec *exec)
{
	if (r->names.error || r->contents.error || r->reasons.error || r->word.error) {
		exec->response_files.error = ENOMEM;
		return;
	}
	if (!r->count)
		return;
	exec->response_files = strings(&r->names, r->count);
	exec->response_contents = strings(&r->contents, r->count);
	if (r->errors)
		exec->response_errors = strings(&r->reasons, r->count);
	if (r->cut)
		exec->response_files.error = E2BIG;
}

static void take_all(struct response *r, pid_t pid)
{
	struct view view;
	int error = view_open(&view, pid);
	size_t i;

	/* Killed at its stop it has none, which says nothing of the files. */
	if (error == -ENOENT)
		error = -ESRCH;
	if (!error)
		error = guise_take(&r->guise, pid);
	for (i = 0; i < r->count; i++)
		take(r, &view, &r->files[i], error);
	if (!error)
		guise_drop(&r->guise);
	view_close(&view);
}

void response_read(struct response *r, pid_t pid, struct procaudit_exec *exec)
{
	reset(r);
	note_argv(r, &exec->argv);
	if (r->count)
		take_all(r, pid);
	hand_out(r, exec);
}

void response_free(struct response *r)
{
	buf_free(&r->names);
	buf_free(&r->contents);
	buf_free(&r->reasons);
	buf_free(&r->word);
	buf_free(&r->guise.groups);
}
