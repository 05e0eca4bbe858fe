/* SPDX-License-Identifier: ISC */
/* The records of the files on the command line. */
#ifndef INPUT_H
#define INPUT_H

#include <procaudit/reader.h>

#include <time.h>

/* A damaged line, or a file that cannot be read. */
typedef void input_problem(void *context, int error, const struct procaudit_problem *problem);

struct input {
	struct procaudit_reader *reader;
	input_problem *on_problem; /* NULL: a line on standard error */
	void *context;
	uint64_t problems; /* so far */
	bool unreadable;   /* a file could not be read to its end */
	bool has_log;	   /* or a part of one: a header was read */
	const char *name;  /* of what is read, in a message */

	bool progress; /* shown on a terminal */
	bool shown;    /* there is something to be wiped out */
	unsigned tick;
	struct timespec next; /* when progress is shown again */
};

/* Opens files, ended by NULL. Parts of one log are read in their order. Does not
 * return without memory. */
void input_open(struct input *input, char *const *files);
void input_close(struct input *input);

/* Closes it when all has been read. Returns whether no file was unreadable. Does not
 * return if there was no log in any: what is said of nothing would be taken for an
 * answer. */
bool input_end(struct input *input);

/* Says that there was none. */
void input_say_none(const struct input *input);

/* The id of the log that a file holds, or a part of it, which is returned; "" if it
 * begins with no header, or cannot be read twice. */
int64_t input_log_id(const char *path, char log_id[33]);

/* The next record, or NULL at the end. */
const struct procaudit_record *input_next(struct input *input);

#endif
