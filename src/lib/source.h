/* SPDX-License-Identifier: ISC */
/* Files, one after the other, as lines; plain or compressed by zstd(1). */
#ifndef SOURCE_H
#define SOURCE_H

#include "buf.h"

#include <stdint.h>
#include <sys/types.h>

struct unzstd;

struct source {
	char **paths; /* owned */
	unsigned count;
	unsigned next;	       /* the file to be opened next */
	unsigned index;	       /* the file that is open; valid if fd is */
	int fd;		       /* -1: none is open */
	bool seekable;	       /* the open one */
	bool at_end;	       /* nothing more comes from it */
	bool grows;	       /* at the end more may come: that is -EAGAIN */
	struct buf text;       /* what was read and not yet taken: from start on */
	size_t start;	       /* where the next line begins in text */
	size_t searched;       /* from start on there is no end of line in so many bytes */
	size_t taken;	       /* the last line's bytes, from start on, that are to go */
	uint64_t line;	       /* number of the last line */
	uint64_t offset;       /* of text.data[start] in the file, uncompressed */
	struct unzstd *unzstd; /* NULL: the open file is not compressed */

	uint64_t done, total; /* bytes as they are in the files; total 0: unknown */
};

/* A line is not longer: what is, is passed over. Tests have shorter ones. */
#ifndef SOURCE_LINE_MAX
#define SOURCE_LINE_MAX ((size_t)512 * 1024 * 1024)
#endif

struct line {
	const char *data; /* without the end of the line; borrowed until the next call */
	size_t size;
	size_t bytes;	 /* with it */
	uint64_t number; /* from 1 */
	uint64_t offset;
	bool cut;      /* the file ends without the end of the line */
	bool too_long; /* data is only the beginning */
};

void source_init(struct source *source);
void source_free(struct source *source);
int source_add(struct source *source, const char *path);

/* The next line of all files: 1, or 0 at the end of the last, or -errno; then
 * the rest of this file is passed over, but for -EAGAIN of one that grows.
 * source->index is the file's number. */
int source_line(struct source *source, struct line *line);

/* Goes to the line that begins at this place. */
int source_seek(struct source *source, unsigned index, uint64_t offset, uint64_t line);

#endif
