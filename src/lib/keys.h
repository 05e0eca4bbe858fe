/* SPDX-License-Identifier: ISC */
/* What procaudit-log(5) says of each key, as a table. */
#ifndef KEYS_H
#define KEYS_H

#include <procaudit/reader.h>

/* What a value is, and what becomes of it in a struct procaudit_record. */
enum key_type {
	KEY_INTEGER, /* → int64_t */
	KEY_BOOLEAN, /* → int64_t, 0 or 1 */
	KEY_STRING,  /* → struct procaudit_string */
	KEY_TWIN,    /* base64 → the same, in place of the string */
	KEY_ERROR,   /* → error of the same */
	KEY_ARRAY,   /* of strings → struct procaudit_strings */
	KEY_ARRAY_TWIN,
	KEY_ARRAY_ERROR,
	KEY_TIME,   /* → struct timespec */
	KEY_OBJECT, /* its keys have rows of their own: "capture.env" */
};

/* How a string looks. */
enum key_form {
	FORM_ANY,
	FORM_HEX32,  /* 32 hexadecimal digits */
	FORM_ID,     /* decimal digits, 64 bits */
	FORM_ERRNO,  /* E and capital letters or digits */
	FORM_SIGNAL, /* SIG and capital letters or digits, or SIGRTMIN+N */
};

struct key {
	const char *name;
	size_t at;	    /* where in a struct procaudit_record */
	int64_t min, max;   /* of integers */
	const char *values; /* of strings: all that are known, "|fork|vfork|"; NULL: any */
	enum key_type type;
	unsigned events;   /* BIT()s of the kinds that may have it */
	unsigned required; /* and of those that must */
	enum key_form form;
};

#define BIT(kind) (1U << (kind))

/* At most so many keys: sets of them are two words. */
#define KEYS_MAX 128

struct key_set {
	uint64_t bits[2];
};

static inline bool key_set_has(const struct key_set *set, unsigned row)
{
	return set->bits[row / 64] >> row % 64 & 1;
}

static inline void key_set_add(struct key_set *set, unsigned row)
{
	set->bits[row / 64] |= UINT64_C(1) << row % 64;
}

/* The table, sorted by name. */
extern const struct key keys[];
extern const unsigned key_count;

/* The row of a key, or -1. */
int key_find(const char *name, size_t size);

/* The kind that an event's name stands for. */
enum procaudit_record_kind key_kind(const char *name, size_t size);

/* Whether a value looks as the row says, and whether it is one of those known. */
bool key_has_form(const struct key *key, const char *value, size_t size);
bool key_knows(const struct key *key, const char *value, size_t size);

#endif
