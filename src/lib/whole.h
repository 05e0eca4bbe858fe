/* SPDX-License-Identifier: ISC */
/* A record that goes on in part records, and these, become one: see "part" in
 * procaudit-log(5). */
#ifndef WHOLE_H
#define WHOLE_H

#include "record.h"
#include "source.h"

struct whole {
	struct record_parser *head; /* borrowed: has read the record's own line */
	bool open;		    /* parts are to come; else the rest is not valid */
	int64_t lines;		    /* that were taken for parts so far */
	size_t size;		    /* bytes of all lines so far */
	int error;		    /* 0, or why there will be no record */

	struct record_parser piece; /* reads the parts */
	bool touched;		    /* there is something in values */
	struct value {
		struct buf text; /* strings, each ended by a NUL byte */
		size_t count;
		bool begun; /* else all of it is in the record's own line */
	} values[KEYS_MAX]; /* by row */
};

void whole_init(struct whole *whole);
void whole_free(struct whole *whole);

/* The head has read a record with parts, from a line of so many bytes. */
void whole_begin(struct whole *whole, struct record_parser *head, size_t bytes);

enum whole_step {
	WHOLE_MORE, /* the line was taken, and others are to follow */
	WHOLE_DONE, /* it was the last one: whole_finish() */
	WHOLE_TORN, /* it does not belong to the record: whole_tear() has been called */
};

/* The next line of the same file. */
enum whole_step whole_add(struct whole *whole, const struct line *line);

/* No line belongs to it any more, though parts are missing. */
void whole_tear(struct whole *whole);

/* Makes the head's record whole: 0, or -EBADMSG or -ENOMEM, with the head's
 * problem set but for its place. It is borrowed until whole_trim(). */
int whole_finish(struct whole *whole);

/* Forgets the record and gives back memory that only a long one needs. */
void whole_trim(struct whole *whole);

#endif
