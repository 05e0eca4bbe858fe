/* SPDX-License-Identifier: ISC */
/* What procreport html writes. Strings of logs are markup or script nowhere. */
#ifndef PAGE_H
#define PAGE_H

#include "envlists.h"
#include "model.h"
#include "sample.h"

#include <stdio.h>

/* Printable UTF-8 as text of an HTML document. */
void page_text(FILE *out, const char *text);

/* Any bytes as a JSON string within one; false if it is not exact, see output.h. */
bool page_json(FILE *out, const char *data, size_t size);

struct page {
	FILE *out;
	const struct model *model;
	char *const *names; /* of the files, as they were given */
	char *const *files; /* the same, as they are read */
	struct sample sample;
	struct envlists envlists;
	struct lists lists;
	uint32_t *last;	  /* lists of arguments by the string of their program, plus 1 */
	int64_t *numbers; /* of processes on the page, by those in the model; -1: none */
	int64_t *offsets; /* of logs on the line of time, in microseconds */
};

/* The name of the file in which a log begins. */
const char *page_file(const struct page *page, const struct model_log *log);

/* What needs no script: what the logs come to, and what failed. */
void page_summary(const struct page *page);
void page_failures(const struct page *page);

/* All that the script shows, as JSON. */
void page_data(struct page *page);

#endif
