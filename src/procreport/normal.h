/* SPDX-License-Identifier: ISC */
/*
 * Strings of a log without what differs from one run of a build to the next: the
 * folders it runs in, and the names of temporary files.
 */
#ifndef NORMAL_H
#define NORMAL_H

#include "bytes.h"
#include "options.h"

#include <stdbool.h>
#include <stdint.h>

#include <regex.h>

#define NORMAL_HOME	 "%home%"
#define NORMAL_FOLDERS	 96
#define NORMAL_MAPS	 80
#define NORMAL_TEMPLATES 64

struct folder {
	const char *path; /* borrowed; neither "" nor "/", nor with a / at its end */
	size_t size;
	const char *name; /* what stands in its place */
	bool temporary;	  /* what lies in it has a random name */
	bool mapped;	  /* of normal_map() */
};

/* Names of temporary files, as they are given to mktemp(1). */
struct template
{
	const char *prefix; /* borrowed */
	size_t prefix_size;
	size_t random; /* so many letters and digits behind it */
};

struct normal {
	struct folder folders[NORMAL_FOLDERS]; /* the longest first */
	size_t folder_count;
	struct template templates[NORMAL_TEMPLATES];
	size_t template_count;
	bool begins[256]; /* by the first bytes of the templates */
	bool learned;	  /* by whoever adds to it */
	const char *home; /* NULL: unknown */
	const regex_t *ignore;
	size_t ignore_count; /* what matches one of them is of no meaning */
};

/* With the folders and templates that are known everywhere, and that in which a build
 * runs; NULL: unknown. */
void normal_begin(struct normal *normal, const char *root);

/* Paths that are none, or of no use, are passed over; so is what is too much. Of two
 * that are the same, the first counts. */
void normal_folder(struct normal *normal, const char *path, const char *name, bool temporary);

/* The same for a folder that has another path in the other build; it counts before those
 * that were known. */
void normal_map(struct normal *normal, const char *path, const char *name);

bool normal_has_maps(const struct normal *normal);

/* A template, "confXXXXXX"; other words are passed over. word is borrowed. */
void normal_template(struct normal *normal, const char *word);

/* Adds the string without what differs. */
void normal_add(const struct normal *normal, struct bytes *out, const char *text, size_t size);

/* Adds a string of normal_add() with the names, relative to a directory, of what is in
 * folders of normal_map() replaced, too. */
void normal_add_relative(const struct normal *normal, struct bytes *out, const char *directory,
	const char *text, size_t size);

/* Adds a string of normal_add() with the home folder as it was. */
void normal_restore_home(
	const struct normal *normal, struct bytes *out, const char *text, size_t size);

/* Compiles what is to be ignored. Does not return if it is wrong. */
void normal_compile(const struct list *ignore, regex_t *regexes);

/* Whether a word, or a path, may begin at text[at]. */
bool normal_is_start(const char *text, size_t at);

/* Whether a byte may belong to a file's name. */
bool normal_is_name(unsigned char c);

#endif
