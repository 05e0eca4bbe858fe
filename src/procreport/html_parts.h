/* SPDX-License-Identifier: ISC */
/* What a page consists of besides what it shows of a log: html/, as html/embed.py
 * makes it into C. Each part is called by what comes before it. */
#ifndef HTML_PARTS_H
#define HTML_PARTS_H

#include <stddef.h>

struct html_part {
	const unsigned char *data;
	size_t size;
};

extern const struct html_part html_head, html_title, html_heading, html_notice, html_summary,
	html_failures, html_data;

#endif
