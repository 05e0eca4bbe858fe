/* SPDX-License-Identifier: ISC */
#include "compress.h"

#ifdef HAVE_ZSTD

#include "logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

/* Of the thread; zstd takes its memory from the heap. */
#define STACK ((size_t)512 * 1024)

#define LEVEL 3

/* One file into another. */
struct stream {
	ZSTD_CCtx *context;
	int in, out;
	size_t room; /* of each buffer */
	char *input, *output;
};

/* What zstd makes of size bytes of input. */
static int put(struct stream *stream, size_t size, bool last)
{
	ZSTD_inBuffer in = {.src = stream->input, .size = size};
	ZSTD_EndDirective mode = last ? ZSTD_e_end : ZSTD_e_continue;
	size_t left;
	int error;

	do {
		ZSTD_outBuffer out = {.dst = stream->output, .size = stream->room};

		left = ZSTD_compressStream2(stream->context, &out, &in, mode);
		if (ZSTD_isError(left))
			return -ENOMEM; /* nothing else fails by itself */
		error = logfile_write(stream->out, stream->output, out.pos);
	} while (!error && (last ? left > 0 : in.pos < in.size));
	return error;
}

/* -ECANCELED if the caller is told to stop. */
static int pump(struct stream *stream, const _Atomic bool *stop)
{
	ssize_t n;
	int error;

	do {
		if (atomic_load(stop))
			return -ECANCELED;
		do
			n = read(stream->in, stream->input, stream->room);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return -errno;
		error = put(stream, (size_t)n, n == 0);
	} while (!error && n > 0);
	return error;
}

/* A checksum, and the size at the beginning, so that readers can tell. */
static int prepare(struct stream *stream)
{
	struct stat st;

	if (fstat(stream->in, &st) < 0 || fchmod(stream->out, st.st_mode & 0777) < 0)
		return -errno;
	stream->room = ZSTD_CStreamOutSize();
	stream->input = malloc(2 * stream->room);
	stream->context = ZSTD_createCCtx();
	if (!stream->input || !stream->context)
		return -ENOMEM;
	stream->output = stream->input + stream->room;
	ZSTD_CCtx_setParameter(stream->context, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(stream->context, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setPledgedSrcSize(stream->context, (unsigned long long)st.st_size);
	return 0;
}

/* It is on the disk when this has returned. */
static int write_compressed(int in, int out, const _Atomic bool *stop)
{
	struct stream stream = {.in = in, .out = out};
	int error = prepare(&stream);

	if (!error)
		error = pump(&stream, stop);
	if (!error && fsync(out) < 0)
		error = -errno;
	ZSTD_freeCCtx(stream.context);
	free(stream.input);
	return error;
}

/* It takes the place of the part, unless that is being removed. */
static int place(struct compressor *compressor, unsigned number, const char *from)
{
	const struct parts *parts = compressor->parts;
	part_name plain, to;
	int error = 0;

	parts_name(parts, number, "", plain);
	parts_name(parts, number, ".zst", to);
	pthread_mutex_lock(&compressor->mutex);
	if (number < compressor->first)
		unlinkat(parts->dir, from, 0);
	else if (renameat(parts->dir, from, parts->dir, to) < 0)
		error = -errno;
	pthread_mutex_unlock(&compressor->mutex);
	if (!error)
		error = parts_sync(parts);
	if (error || unlinkat(parts->dir, plain, 0) == 0 || errno == ENOENT)
		return error;
	error = -errno;
	unlinkat(parts->dir, to, 0); /* one of the two at most */
	return error;
}

static int compress_part(struct compressor *compressor, unsigned number, const _Atomic bool *stop)
{
	const struct parts *parts = compressor->parts;
	part_name plain, between;
	int in, out, error;

	parts_name(parts, number, "", plain);
	parts_name(parts, number, ".zst.tmp", between);
	in = openat(parts->dir, plain, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return errno == ENOENT ? 0 : -errno;
	out = openat(
		parts->dir, between, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	error = out < 0 ? -errno : write_compressed(in, out, stop);
	close(in);
	if (out >= 0 && close(out) < 0 && !error)
		error = -errno;
	if (!error)
		error = place(compressor, number, between);
	if (error)
		unlinkat(parts->dir, between, 0);
	return error;
}

/* The next number to look at, or 0 if there is none yet. */
static unsigned take(struct compressor *compressor)
{
	if (compressor->next < compressor->first)
		compressor->next = compressor->first;
	return compressor->next <= compressor->last ? compressor->next++ : 0;
}

/* One part; what was cut short is tried again by who comes next. */
static void work(struct compressor *compressor, unsigned number, const _Atomic bool *stop)
{
	int error = compress_part(compressor, number, stop);

	if (error && error != -ECANCELED)
		atomic_store(&compressor->error, error);
	if (error == -ECANCELED) {
		pthread_mutex_lock(&compressor->mutex);
		compressor->next = number;
		pthread_mutex_unlock(&compressor->mutex);
	}
}

/* The thread. */
static void *run(void *argument)
{
	struct compressor *compressor = argument;
	unsigned number;

	setpriority(PRIO_PROCESS, 0, 19); /* of this thread alone, on Linux */
	while (!atomic_load(&compressor->stop)) {
		pthread_mutex_lock(&compressor->mutex);
		while (!(number = take(compressor)) && !atomic_load(&compressor->stop))
			pthread_cond_wait(&compressor->more, &compressor->mutex);
		pthread_mutex_unlock(&compressor->mutex);
		if (number)
			work(compressor, number, &compressor->stop);
	}
	return NULL;
}

/* All signals are the first thread's. One that cannot be made now, say because of
 * RLIMIT_NPROC, may be at the next part; or the rest is done at the end. */
static void start(struct compressor *compressor)
{
	pthread_attr_t attributes;
	sigset_t all, mask;

	if (pthread_attr_init(&attributes) != 0)
		return;
	pthread_attr_setstacksize(&attributes, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	compressor->running =
		pthread_create(&compressor->thread, &attributes, run, compressor) == 0;
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	pthread_attr_destroy(&attributes);
}

bool compress_is_known(void)
{
	return true;
}

void compress_init(struct compressor *compressor, const struct parts *parts)
{
	*compressor = (struct compressor){
		.parts = parts, .next = parts->first, .first = parts->first, .last = parts->last};
	pthread_mutex_init(&compressor->mutex, NULL);
	pthread_cond_init(&compressor->more, NULL);
}

void compress_more(struct compressor *compressor, unsigned first, unsigned last)
{
	if (!compressor->parts)
		return;
	pthread_mutex_lock(&compressor->mutex);
	compressor->first = first;
	compressor->last = last;
	pthread_cond_signal(&compressor->more);
	pthread_mutex_unlock(&compressor->mutex);
	if (!compressor->running)
		start(compressor);
}

void compress_finish(struct compressor *compressor)
{
	static const _Atomic bool go_on;
	unsigned number;

	if (!compressor->parts)
		return;
	atomic_store(&compressor->stop, true);
	pthread_mutex_lock(&compressor->mutex);
	pthread_cond_signal(&compressor->more);
	pthread_mutex_unlock(&compressor->mutex);
	if (compressor->running)
		pthread_join(compressor->thread, NULL);
	while ((number = take(compressor)))
		work(compressor, number, &go_on);
	pthread_cond_destroy(&compressor->more);
	pthread_mutex_destroy(&compressor->mutex);
	compressor->parts = NULL;
}

#else

bool compress_is_known(void)
{
	return false;
}

void compress_init(struct compressor *compressor, const struct parts *parts)
{
	(void)compressor;
	(void)parts;
}

void compress_more(struct compressor *compressor, unsigned first, unsigned last)
{
	(void)compressor;
	(void)first;
	(void)last;
}

void compress_finish(struct compressor *compressor)
{
	(void)compressor;
}

#endif
