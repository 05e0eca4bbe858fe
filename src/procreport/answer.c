/* SPDX-License-Identifier: ISC */
#include "answer.h"

#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

/* How many: 64-bit integers are strings, and numbers are taken as well. */
static int64_t count_in(yajl_val tree, const char **path)
{
	yajl_val value = yajl_tree_get(tree, path, yajl_t_any);
	const char *error;

	if (YAJL_IS_INTEGER(value))
		return YAJL_GET_INTEGER(value) > 0 ? YAJL_GET_INTEGER(value) : 0;
	return YAJL_IS_STRING(value) ? strtonum(YAJL_GET_STRING(value), 0, INT64_MAX, &error) : 0;
}

static char *string_in(yajl_val tree, const char **path)
{
	yajl_val value = yajl_tree_get(tree, path, yajl_t_string);
	const char *text = value ? YAJL_GET_STRING(value) : NULL;

	return text && *text ? strdup(text) : NULL;
}

void answer_read(struct answer *answer, const char *text)
{
	static const char *rejected[] = {"partialSuccess", "rejectedSpans", NULL};
	static const char *warning[] = {"partialSuccess", "errorMessage", NULL};
	static const char *error[] = {"message", NULL};
	yajl_val tree = yajl_tree_parse(text, NULL, 0);

	*answer = (struct answer){0};
	if (!tree)
		return;
	answer->rejected = count_in(tree, rejected);
	answer->message = string_in(tree, warning);
	if (!answer->message)
		answer->message = string_in(tree, error);
	yajl_tree_free(tree);
}

void answer_free(struct answer *answer)
{
	free(answer->message);
	answer->message = NULL;
}
