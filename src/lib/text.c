/* SPDX-License-Identifier: ISC */
#include <procaudit/text.h>

#include "json.h"
#include "macro.h"
#include "shell.h"

/* A buffer that is never to grow: out has room for everything. */
static struct buf fixed(char *out, size_t room)
{
	return (struct buf){.data = out, .cap = room};
}

PUBLIC size_t procaudit_quote(char *out, const char *data, size_t size)
{
	struct buf buf = fixed(out, PROCAUDIT_QUOTE_ROOM(size));

	shell_quote(&buf, data, size);
	return buf.size;
}

PUBLIC size_t procaudit_json(char *out, const char *data, size_t size, bool *exact)
{
	struct buf buf = fixed(out, PROCAUDIT_JSON_ROOM(size));

	*exact = json_string(&buf, data, size);
	return buf.size;
}

PUBLIC size_t procaudit_base64(char *out, const char *data, size_t size)
{
	struct buf buf = fixed(out, PROCAUDIT_BASE64_ROOM(size));

	json_base64(&buf, data, size);
	return buf.size;
}
