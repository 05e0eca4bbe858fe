/* SPDX-License-Identifier: ISC */
#include "source.h"

#include "unzstd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)256 * 1024)

/* Memory kept after a line that was longer. */
#define KEEP ((size_t)4 * 1024 * 1024)

void source_init(struct source *source)
{
	*source = (struct source){.fd = -1};
}

static void close_file(struct source *s)
{
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	s->fd = -1;
	unzstd_free(s->unzstd);
	s->unzstd = NULL;
	buf_truncate(&s->text, 0);
	s->start = s->searched = s->taken = 0;
}

void source_free(struct source *s)
{
	unsigned i;

	close_file(s);
	for (i = 0; i < s->count; i++)
		free(s->paths[i]);
	free(s->paths);
	buf_free(&s->text);
	source_init(s);
}

/* How large a file is, 0 if nobody knows. */
static uint64_t size_of(const char *path)
{
	struct stat st;
	int error = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(path, &st);

	return error == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

int source_add(struct source *s, const char *path)
{
	uint64_t size = size_of(path);
	char **paths = reallocarray(s->paths, s->count + 1, sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	s->paths = paths;
	paths[s->count] = strdup(path);
	if (!paths[s->count])
		return -ENOMEM;
	/* One of unknown size makes the sum unknown. */
	s->total = size && (s->count == 0 || s->total) ? s->total + size : 0;
	s->count++;
	return 0;
}

/* Appends bytes of a plain file: 1, 0 at the end, or -errno. */
static int read_plain(struct source *s)
{
	ssize_t n;

	if (!buf_reserve(&s->text, CHUNK))
		return -ENOMEM;
	do
		n = read(s->fd, s->text.data + s->text.size, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	s->text.size += (size_t)n;
	s->done += (uint64_t)n;
	return n > 0;
}

/* Moves what is not yet taken to the front, and appends what comes next. */
static int fill(struct source *s)
{
	size_t rest = s->text.size - s->start;
	int got;

	if (s->start) {
		memmove(s->text.data, s->text.data + s->start, rest);
		buf_truncate(&s->text, rest);
		s->start = 0;
		buf_trim(&s->text, KEEP);
	}
	got = s->unzstd ? unzstd_read(s->unzstd, s->fd, &s->text, &s->done) : read_plain(s);
	s->text.error = 0;
	if (got <= 0)
		s->at_end = true;
	return got;
}

/* The first bytes tell whether the file is compressed. */
static int begin_file(struct source *s)
{
	int got = 1;

	while (got > 0 && s->text.size < 4)
		got = fill(s);
	if (got < 0 || !unzstd_recognize(s->text.data, s->text.size))
		return got;
	/* No more than unzstd takes at once. */
	if (s->seekable && lseek(s->fd, 0, SEEK_SET) == 0) {
		s->done -= s->text.size;
		got = unzstd_new(&s->unzstd, NULL, 0);
	} else {
		got = unzstd_new(&s->unzstd, s->text.data, s->text.size);
	}
	buf_truncate(&s->text, 0);
	s->at_end = false;
	return got;
}

static int open_file(struct source *s, unsigned index)
{
	const char *path = s->paths[index];
	int error;

	s->index = index;
	s->next = index + 1;
	s->line = s->offset = 0;
	s->at_end = false;
	s->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (s->fd < 0)
		return -errno;
	s->seekable = lseek(s->fd, 0, SEEK_SET) == 0;
	error = begin_file(s);
	if (error < 0)
		close_file(s);
	return error < 0 ? error : 0;
}

static void skip_taken(struct source *s)
{
	s->start += s->taken;
	s->offset += s->taken;
	s->taken = s->searched = 0;
}

/* Passes over a line without an end in sight; the number of its bytes. */
static size_t skip_rest(struct source *s)
{
	size_t bytes = 0;
	char *end;
	int got;

	do {
		bytes += s->text.size - s->start;
		s->start = s->text.size;
		got = fill(s);
		end = got > 0 ? memchr(s->text.data, '\n', s->text.size) : NULL;
	} while (got > 0 && !end);
	if (end) {
		s->start = (size_t)(end - s->text.data) + 1;
		bytes += s->start;
	}
	s->offset += bytes;
	return bytes;
}

static int take_long(struct source *s, struct line *line)
{
	line->offset = s->offset;
	line->bytes = skip_rest(s);
	line->data = "";
	line->size = 0;
	line->too_long = true;
	line->number = ++s->line;
	return 1;
}

static int take(struct source *s, struct line *line, size_t size, bool cut)
{
	*line = (struct line){
		.data = s->text.data + s->start,
		.size = size,
		.bytes = size + !cut,
		.number = ++s->line,
		.offset = s->offset,
		.cut = cut,
	};
	s->taken = line->bytes;
	return 1;
}

/* The next line of the open file: 1, 0 at its end, or -errno. */
static int next_line(struct source *s, struct line *line)
{
	*line = (struct line){0};
	skip_taken(s);
	for (;;) {
		char *from = s->text.data + s->start, *end = NULL;
		size_t size = s->text.size - s->start;
		int got;

		if (size > s->searched)
			end = memchr(from + s->searched, '\n', size - s->searched);
		if (end)
			return take(s, line, (size_t)(end - from), false);
		s->searched = size;
		if (s->at_end && s->grows) {
			s->at_end = false;
			return -EAGAIN;
		}
		if (s->at_end)
			return size ? take(s, line, size, true) : 0;
		if (size > SOURCE_LINE_MAX)
			return take_long(s, line);
		got = fill(s);
		if (got < 0)
			return got;
	}
}

int source_line(struct source *s, struct line *line)
{
	int got;

	for (;;) {
		if (s->fd < 0) {
			if (s->next >= s->count)
				return 0;
			got = open_file(s, s->next);
			if (got < 0)
				return got;
		}
		got = next_line(s, line);
		if (got > 0 || (got == -EAGAIN && s->grows))
			return got;
		close_file(s);
		if (got < 0)
			return got;
	}
}

/* Reads on, up to an offset. */
static int skip_to(struct source *s, uint64_t offset)
{
	int got = 1;

	while (offset - s->offset > s->text.size - s->start) {
		s->offset += s->text.size - s->start;
		s->start = s->text.size;
		got = s->at_end ? 0 : fill(s);
		if (got <= 0)
			return got < 0 ? got : -EBADMSG;
	}
	s->start += offset - s->offset;
	s->offset = offset;
	return 0;
}

int source_seek(struct source *s, unsigned index, uint64_t offset, uint64_t line)
{
	int error = 0;

	if (index >= s->count)
		return -EINVAL;
	if (s->fd >= 0 && s->index == index && s->offset + s->taken <= offset) {
		skip_taken(s);
	} else {
		close_file(s);
		error = open_file(s, index);
		if (!error && !s->seekable)
			error = -ESPIPE;
	}
	if (!error && !s->unzstd && offset - s->offset > s->text.size - s->start) {
		/* What is in memory is not what follows. */
		buf_truncate(&s->text, 0);
		s->start = 0;
		s->offset = offset;
		if (lseek(s->fd, (off_t)offset, SEEK_SET) < 0)
			error = -errno;
		s->at_end = false;
	} else if (!error) {
		error = skip_to(s, offset);
	}
	s->searched = 0;
	s->line = line - 1;
	if (error)
		close_file(s);
	return error;
}
