/* SPDX-License-Identifier: ISC */
#include "variable.h"

#include <string.h>

const char *variable_in(const struct procaudit_strings *env, const char *name)
{
	const char *s = env->data, *end = s ? s + env->size : NULL;
	size_t size = strlen(name);

	for (; s < end; s += strlen(s) + 1)
		if (strncmp(s, name, size) == 0 && s[size] == '=')
			return s + size + 1;
	return NULL;
}
