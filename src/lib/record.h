/* SPDX-License-Identifier: ISC */
/* A record in the making. */
#ifndef RECORD_H
#define RECORD_H

#include "buf.h"
#include "keys.h"

struct record_parser {
	struct procaudit_record record; /* its strings lie in text */
	struct procaudit_problem problem;

	struct buf text;  /* decoded strings; never grows within a line */
	struct buf exact; /* what twins make of them; has room before they do */
	struct buf arena; /* what the JSON parser allocates, for one line */

	struct procaudit_record absent; /* what every record begins as */

	/* Sets of keys by kind. */
	struct key_set required[PROCAUDIT_RECORD_KINDS], known[PROCAUDIT_RECORD_KINDS];

	/* Within a line. */
	struct key_set seen;
	unsigned depth;	  /* objects and arrays that are open */
	unsigned ignored; /* of these, how many belong to a key that is not known */
	int row;	  /* of the current key; -1: not known */
	int object;	  /* row of the object within the record that is open, or -1 */
	bool in_array;	  /* of strings, of row */
	struct strings {
		const char *data;
		size_t size, count;
	} twins[KEYS_MAX]; /* of the rows that are twins and seen: base64 */
};

/* What a step of parsing returns. */
enum { STOP, GO_ON };

/* Says what is wrong with the line, unless something has been said. Returns STOP. */
__attribute__((format(printf, 2, 3))) int record_fail(
	struct record_parser *parser, const char *format, ...);

/* Where the key's value goes. */
static inline void *record_field(struct record_parser *parser, const struct key *key)
{
	return (char *)&parser->record + key->at;
}

void record_init(struct record_parser *parser);
void record_free(struct record_parser *parser);

/* What a record must be as a whole, when all its keys have been read: finds the
 * kind, puts exact bytes in the place of what is shown unless parts are to come,
 * looks for keys that are missing. GO_ON, or STOP if this is no record. */
int record_check(struct record_parser *parser);

/* Puts exact bytes in the place of what is shown. parser->exact has room. */
int record_merge(struct record_parser *parser);

/* Forgets the record and gives back memory that only a long line needs. */
void record_trim(struct record_parser *parser);

#endif
