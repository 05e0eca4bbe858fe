/* SPDX-License-Identifier: ISC */
#include "unzstd.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool unzstd_recognize(const char *data, size_t size)
{
	/* RFC 8878, 3.1.1 and 3.1.2: a frame, and one to be skipped. */
	return size >= 4 && (memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0 ||
				    (((unsigned char)data[0] & 0xf0) == 0x50 &&
					    memcmp(data + 1, "\x2a\x4d\x18", 3) == 0));
}

#ifdef HAVE_ZSTD
#include <zstd.h>

/* How much is read at once. */
#define CHUNK ((size_t)64 * 1024)

struct unzstd {
	ZSTD_DStream *stream;
	ZSTD_inBuffer in; /* in data */
	bool whole;	  /* a frame has ended, and no other begun */
	bool full;	  /* the decoder may hold bytes for which there was no room */
	size_t cap;	  /* of data */
	char data[];
};

int unzstd_new(struct unzstd **unzstd, const char *data, size_t size)
{
	size_t cap = size > CHUNK ? size : CHUNK;
	struct unzstd *z = malloc(sizeof(*z) + cap);

	if (!z)
		return -ENOMEM;
	*z = (struct unzstd){.cap = cap, .whole = true};
	z->stream = ZSTD_createDStream();
	if (!z->stream) {
		free(z);
		return -ENOMEM;
	}
	if (size)
		memcpy(z->data, data, size);
	z->in = (ZSTD_inBuffer){.src = z->data, .size = size};
	*unzstd = z;
	return 0;
}

void unzstd_free(struct unzstd *z)
{
	if (!z)
		return;
	ZSTD_freeDStream(z->stream);
	free(z);
}

/* 1, 0 at the end of the file, or -errno. */
static int refill(struct unzstd *z, int fd, uint64_t *done)
{
	ssize_t n;

	do
		n = read(fd, z->data, z->cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	z->in = (ZSTD_inBuffer){.src = z->data, .size = (size_t)n};
	*done += (uint64_t)n;
	return n > 0;
}

/* One step of output, so that what expands enormously does so step by step. */
static int decompress(struct unzstd *z, struct buf *out)
{
	ZSTD_outBuffer room = {.size = ZSTD_DStreamOutSize()};
	size_t hint;

	if (!buf_reserve(out, room.size))
		return out->error;
	room.dst = out->data + out->size;
	hint = ZSTD_decompressStream(z->stream, &room, &z->in);
	if (ZSTD_isError(hint))
		return -EBADMSG;
	out->size += room.pos;
	z->whole = hint == 0;
	z->full = room.pos == room.size && !z->whole;
	return room.pos > 0;
}

int unzstd_read(struct unzstd *z, int fd, struct buf *out, uint64_t *done)
{
	int got;

	do {
		if (z->in.pos == z->in.size && !z->full) {
			got = refill(z, fd, done);
			if (got == 0 && !z->whole)
				return -EBADMSG;
			if (got <= 0)
				return got;
		}
		got = decompress(z, out);
	} while (got == 0);
	return got;
}

#else
int unzstd_new(struct unzstd **unzstd, const char *data, size_t size)
{
	(void)unzstd;
	(void)data;
	(void)size;
	return -ENOTSUP;
}

void unzstd_free(struct unzstd *unzstd)
{
	(void)unzstd;
}

int unzstd_read(struct unzstd *unzstd, int fd, struct buf *out, uint64_t *done)
{
	(void)unzstd;
	(void)fd;
	(void)out;
	(void)done;
	return -ENOTSUP;
}
#endif
