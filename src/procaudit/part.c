/* SPDX-License-Identifier: ISC */
#include "part.h"

#include "logfile.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A part that could not be followed by the next grows by this part of its limit
 * before that is tried again. */
#define PATIENCE 8

static uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

/* Waits for a reader. */
static int write_first_header(struct part *part, struct procaudit_encoder *encoder)
{
	size_t size, done;
	const char *data;
	int error;

	part->header.part = 1;
	error = procaudit_encode_header(encoder, &part->header);
	while (!error && (data = procaudit_encoded(encoder, &size))) {
		error = sink_write(part->sink, data, size, &done);
		procaudit_encoder_written(encoder, done);
		part->bytes += done;
		if (error == -EAGAIN)
			error = sink_wait(part->sink, -1) ? 0 : -errno;
	}
	return error;
}

/* The header of the next part comes into fd, and that, if it is new, gets the
 * log's name: either both or none. */
static int begin(struct part *part, struct procaudit_encoder *encoder, int fd, bool is_new)
{
	off_t before = (off_t)size_of(fd);
	const char *data;
	size_t size;
	int error;

	part->header.part++;
	error = procaudit_encode_header(encoder, &part->header);
	data = procaudit_encoded(encoder, &size);
	if (!error)
		error = logfile_write(fd, data, size);
	if (!error && part->sync && fdatasync(fd) < 0)
		error = -errno;
	if (!error && is_new)
		error = parts_swap(&part->files);
	if (!error) {
		procaudit_encoder_written(encoder, size);
		return 0;
	}
	procaudit_encoder_lost(encoder);
	part->header.part--;
	if (is_new)
		parts_discard(&part->files);
	else if (ftruncate(fd, before) < 0)
		return -errno;
	return error;
}

static int turn(struct part *part, struct procaudit_encoder *encoder, int *late)
{
	/* Somebody has moved the file away: then its name stands for the next one. */
	bool is_new = parts_is_current(&part->files, part->sink->fd);
	int fd, error;

	*late = 0;
	if (is_new && part->reopen) {
		part->reopen = false;
		return 0;
	}
	fd = is_new ? parts_create(&part->files)
		    : logfile_reopen(part->files.dir, part->files.name, part->is_jsonl);
	if (fd < 0)
		return fd;
	error = begin(part, encoder, fd, is_new);
	if (error) {
		close(fd);
		return error;
	}
	*late = sink_move(part->sink, fd);
	part->bytes = size_of(fd);
	part->next = part->limit;
	part->reopen = false;
	if (part->sync && !*late)
		*late = parts_sync(&part->files);
	return 0;
}

/* Those that are finished; not before the command has been forked, which a second
 * thread is not to be in the way of. */
static void tidy(struct part *part)
{
	unsigned first = parts_first(&part->files, part->keep);

	compress_more(&part->compressor, first, part->files.last);
	parts_prune(&part->files, first);
}

int part_turn(struct part *part, struct procaudit_encoder *encoder, int *late)
{
	int error = turn(part, encoder, late);

	if (error == -ENOENT) /* the file has been moved away in the middle of it */
		error = turn(part, encoder, late);
	if (!error && part->limit)
		tidy(part);
	return error;
}

void part_postpone(struct part *part)
{
	part->reopen = false;
	part->next = part->bytes + part->limit / PATIENCE;
}

bool part_is_due(const struct part *part, size_t more)
{
	if (part->is_last || part->files.dir < 0)
		return false;
	return part->reopen || (part->limit && part->bytes + more >= part->next);
}

/* Only a log that is a file of our own has a directory. */
static int open_directory(struct part *part, const struct options *options)
{
	int error;

	if (!part->sink->can_cut)
		return 0;
	error = parts_open(&part->files, options->output);
	if (!error && part->limit)
		error = parts_scan(&part->files);
	if (!error && options->compress)
		compress_init(&part->compressor, &part->files);
	return part->limit ? error : 0;
}

int part_open(struct part *part, struct sink *sink, struct procaudit_encoder *encoder,
	const struct procaudit_header *header, const struct options *options)
{
	int error = procaudit_log_id(part->log_id), late;

	part->sink = sink;
	part->header = *header;
	part->header.log_id = part->log_id;
	part->cwd = getcwd(NULL, 0);
	part->header.cwd = part->cwd;
	part->is_jsonl = options->format == PROCAUDIT_JSONL;
	part->keep = options->keep;
	part->limit = part->next = options->rotate;
	part->bytes = size_of(sink->fd);
	if (!error)
		error = open_directory(part, options);
	if (error)
		return error;
	part->sync = options->sync != SYNC_NONE;
	if (part->limit && part->bytes >= part->limit)
		return turn(part, encoder, &late);
	error = write_first_header(part, encoder);
	if (!error && part->sync)
		error = sink_sync(sink);
	if (!error && part->sync && part->files.dir >= 0)
		error = parts_sync(&part->files);
	return error;
}

int part_finish(struct part *part)
{
	compress_finish(&part->compressor);
	return atomic_exchange(&part->compressor.error, 0);
}

void part_close(struct part *part)
{
	parts_close(&part->files);
	free(part->cwd);
	part->cwd = NULL;
}
