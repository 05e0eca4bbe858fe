/* SPDX-License-Identifier: ISC */
/* One line of a log becomes a record. */
#ifndef PARSE_H
#define PARSE_H

#include "record.h"

/* Parses a line, without its end, into parser->record: 0, -EBADMSG, with
 * parser->problem.text set, or -ENOMEM. */
int parse_line(struct record_parser *parser, const char *line, size_t size);

#endif
