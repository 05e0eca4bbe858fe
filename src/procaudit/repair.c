/* SPDX-License-Identifier: ISC */
#include "repair.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What a log of ours begins with. */
static const char magic[] = "{\"v\":1,\"event\":\"header\"";

#define BLOCK ((off_t)65536)

/* How far a JSON object has been read. */
struct object {
	unsigned depth; /* of braces and brackets */
	bool string;	/* inside of one */
	bool escape;	/* behind its backslash */
	bool ended;
	bool bad;
};

static off_t smaller(off_t a, off_t b)
{
	return a < b ? a : b;
}

/* Reads exactly so much. */
static int read_at(int fd, char *data, off_t size, off_t at)
{
	ssize_t n;

	do
		n = pread(fd, data, (size_t)size, at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == size ? 0 : -EIO;
}

static bool is_blank(const char *data, off_t size)
{
	while (size > 0 && data[size - 1] == '\0')
		size--;
	return size == 0;
}

int repair_is_log(int fd, off_t size)
{
	const off_t length = sizeof(magic) - 1;
	char block[BLOCK];
	off_t at, some;
	int error;

	for (at = 0; at < size; at += some) {
		some = smaller(size - at, BLOCK);
		error = read_at(fd, block, some, at);
		if (error)
			return error;
		if (at == 0 && some >= length && memcmp(block, magic, (size_t)length) == 0)
			return true;
		if (!is_blank(block, some))
			return false;
	}
	return true;
}

/* Where the line begins that ends at end: behind the newline before it. */
static int find_line(int fd, off_t end, off_t *line)
{
	char block[BLOCK];
	const char *newline;
	off_t start;
	int error;

	for (; end > 0; end = start) {
		start = end - smaller(end, BLOCK);
		error = read_at(fd, block, end - start, start);
		if (error)
			return error;
		newline = memrchr(block, '\n', (size_t)(end - start));
		if (newline) {
			*line = start + (newline - block) + 1;
			return 0;
		}
	}
	*line = 0;
	return 0;
}

static void read_string(struct object *object, char c)
{
	if (object->escape)
		object->escape = false;
	else if (c == '\\')
		object->escape = true;
	else if (c == '"')
		object->string = false;
}

/* Not a judge of JSON: tells a record of ours from one that ends too early, and
 * from one with a hole. */
static void read_char(struct object *object, char c)
{
	bool first = object->depth == 0;

	if (object->ended) {
		object->bad = c != '\0';
	} else if ((unsigned char)c < ' ' || (first && c != '{')) {
		object->bad = true;
	} else if (object->string) {
		read_string(object, c);
	} else if (c == '"') {
		object->string = true;
	} else if (c == '{' || c == '[') {
		object->depth++;
	} else if (c == '}' || c == ']') {
		object->depth--;
		object->ended = object->depth == 0;
	}
}

/* Where the record ends that stands there, perhaps with NUL bytes behind it in
 * place of its newline; *end is start if there is none. */
static int find_record(int fd, off_t start, off_t limit, off_t *end)
{
	struct object object = {0};
	char block[BLOCK];
	off_t at, some, i;
	int error;

	*end = start;
	for (at = start; at < limit && !object.bad; at += some) {
		some = smaller(limit - at, BLOCK);
		error = read_at(fd, block, some, at);
		if (error)
			return error;
		for (i = 0; i < some; i++) {
			read_char(&object, block[i]);
			if (object.ended && *end == start)
				*end = at + i + 1;
		}
	}
	if (object.bad)
		*end = start;
	return 0;
}

/* The last line of those that end at end; *record says where its record ends. */
static int last_line(int fd, off_t end, off_t *line, off_t *record)
{
	char last;
	int error = read_at(fd, &last, 1, end - 1);

	if (last == '\n')
		end--;
	if (!error)
		error = find_line(fd, end, line);
	if (!error)
		error = find_record(fd, *line, end, record);
	return error;
}

/* Leaves what is in front of the record's end, and a newline. */
static int end_at(int fd, off_t record, off_t size)
{
	char last = '\0';
	int error = record < size ? read_at(fd, &last, 1, record) : 0;
	off_t end = last == '\n' ? record + 1 : record;

	if (error)
		return error;
	if (end < size && ftruncate(fd, end) < 0)
		return -errno;
	/* It is appended, whatever the offset (pwrite(2), BUGS). */
	return end > record || pwrite(fd, "\n", 1, end) == 1 ? 0 : -errno;
}

int repair_end(int fd, off_t size, off_t *lost)
{
	off_t end, line = 0, record = 0;
	int error;

	for (end = size; end > 0; end = line) {
		error = last_line(fd, end, &line, &record);
		if (error)
			return error;
		if (record > line)
			break;
	}
	if (end == 0) {
		*lost = size;
		return ftruncate(fd, 0) < 0 ? -errno : 0;
	}
	*lost = size > record ? size - record - 1 : 0;
	return end_at(fd, record, size);
}
