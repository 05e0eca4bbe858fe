/* SPDX-License-Identifier: ISC */
/* A compilation database that is there already: its entries stay as they are, byte for
 * byte; only what file they are of is read. */
#include "absolute.h"
#include "compdb.h"
#include "options.h"

#include <bsd/err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum key { KEY_OTHER, KEY_DIRECTORY, KEY_FILE, KEY_OUTPUT, KEYS };

struct parser {
	struct compdb *compdb;
	yajl_handle yajl;
	const char *data;
	unsigned depth; /* of brackets that are open */
	bool in_entry;	/* the second one is a brace */
	enum key key;	/* the latest, of an entry */
	size_t start;	/* where the entry begins */
	struct text *values[KEYS];
};

static int open_bracket(struct parser *parser)
{
	/* Nothing else may be at the top, nor within it. */
	return parser->depth++ >= 2;
}

static int on_start_array(void *context)
{
	struct parser *parser = context;

	return parser->depth == 0 ? ++parser->depth == 1 : open_bracket(parser);
}

static int on_start_map(void *context)
{
	struct parser *parser = context;

	if (parser->depth != 1)
		return open_bracket(parser);
	memset(parser->values, 0, sizeof(parser->values));
	parser->start = yajl_get_bytes_consumed(parser->yajl) - 1;
	return ++parser->depth == 2;
}

static int on_end_array(void *context)
{
	struct parser *parser = context;

	parser->depth--;
	return 1;
}

static int on_end_map(void *context)
{
	struct parser *parser = context;
	struct text **values = parser->values;
	struct compdb_entry entry;

	if (--parser->depth != 1)
		return 1;
	if (!values[KEY_DIRECTORY] || !values[KEY_FILE])
		return 0;
	entry = (struct compdb_entry){
		.file = absolute(values[KEY_DIRECTORY], values[KEY_FILE]->data),
		.data = parser->data + parser->start,
		.size = yajl_get_bytes_consumed(parser->yajl) - parser->start,
	};
	if (values[KEY_OUTPUT])
		entry.output = absolute(values[KEY_DIRECTORY], values[KEY_OUTPUT]->data);
	compdb_append(parser->compdb, &entry);
	return 1;
}

static bool is(const unsigned char *text, size_t size, const char *word)
{
	return size == strlen(word) && memcmp(text, word, size) == 0;
}

static int on_key(void *context, const unsigned char *text, size_t size)
{
	struct parser *parser = context;

	if (parser->depth != 2)
		return 1;
	parser->key = is(text, size, "directory") ? KEY_DIRECTORY
		      : is(text, size, "file")	  ? KEY_FILE
		      : is(text, size, "output")  ? KEY_OUTPUT
						  : KEY_OTHER;
	return 1;
}

static int on_string(void *context, const unsigned char *text, size_t size)
{
	struct parser *parser = context;

	if (parser->depth == 2)
		parser->values[parser->key] = intern((const char *)text, size);
	return parser->depth >= 2;
}

static int on_scalar(const struct parser *parser)
{
	return parser->depth > 2 || (parser->depth == 2 && parser->key == KEY_OTHER);
}

static int on_null(void *context)
{
	return on_scalar(context);
}

static int on_boolean(void *context, int value)
{
	(void)value;
	return on_scalar(context);
}

static int on_number(void *context, const char *text, size_t size)
{
	(void)text;
	(void)size;
	return on_scalar(context);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end_map,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end_array,
};

bool compdb_read(struct compdb *compdb, const char *data, size_t size)
{
	struct parser parser = {.compdb = compdb, .data = data};
	bool good;

	parser.yajl = yajl_alloc(&callbacks, NULL, &parser);
	if (!parser.yajl)
		errc(STATUS_FAILED, ENOMEM, "cannot read a compilation database");
	good = yajl_parse(parser.yajl, (const unsigned char *)data, size) == yajl_status_ok &&
	       yajl_complete_parse(parser.yajl) == yajl_status_ok;
	yajl_free(parser.yajl);
	return good;
}
