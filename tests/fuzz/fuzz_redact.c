/* SPDX-License-Identifier: ISC */
/*
 * Any arguments and environment, with any secret: the first line of the input
 * is the secret's value, the rest are strings, in two halves. Nothing of the
 * secret is left, and the strings are as many as before.
 */
#include "buf.h"
#include "fuzz.h"

#include <procaudit/redact.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MIN 6

static size_t count(const struct procaudit_strings *strings)
{
	size_t n = 0, i;

	for (i = 0; i < strings->size; i++)
		n += strings->data[i] == '\0';
	return n;
}

static bool holds(const struct procaudit_strings *strings, const char *secret)
{
	return strings->data &&
	       memmem(strings->data, strings->size, secret, strlen(secret)) != NULL;
}

/* A value that masks are not a part of, and that has no blanks at its ends. */
static bool is_plain(const char *secret)
{
	size_t size = strlen(secret);

	return size >= SECRET_MIN && !strchr(secret, '*') && (unsigned char)secret[0] > ' ' &&
	       (unsigned char)secret[size - 1] > ' ';
}

static void try_strings(const char *secret, const char *data, size_t half, size_t size)
{
	static const char *const globs[] = {"S", "*_x*"};
	struct procaudit_redact_options options = {.globs = globs, .glob_count = 2};
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	const struct procaudit_event *redacted;
	struct procaudit_redactor *redactor;
	struct buf variable = {0};
	char *env[2] = {NULL, NULL};
	int round;

	buf_str(&variable, "S=");
	buf_add(&variable, secret, strlen(secret) + 1);
	env[0] = variable.data;
	event.exec.argv = (struct procaudit_strings){.data = data, .size = half};
	event.exec.env = (struct procaudit_strings){.data = data + half, .size = size - half};
	require(procaudit_redactor_new(&redactor, &options) == 0);
	require(procaudit_redactor_learn(redactor, env) == 0);
	for (round = 0; round < 2; round++) {
		require(procaudit_redact(redactor, &event, &redacted) == 0);
		require(count(&redacted->exec.argv) == count(&event.exec.argv));
		require(count(&redacted->exec.env) == count(&event.exec.env));
		require(!is_plain(secret) || (!holds(&redacted->exec.argv, secret) &&
						     !holds(&redacted->exec.env, secret)));
	}
	procaudit_redactor_free(redactor);
	buf_free(&variable);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	char *copy = malloc(size + 2), *data, *middle;
	size_t half;

	memcpy(copy, input, size);
	copy[size] = copy[size + 1] = '\0';
	data = memchr(copy, '\n', size);
	if (data) {
		*data++ = '\0';
		size -= (size_t)(data - copy);
		middle = memchr(data + size / 2, '\0', size - size / 2 + 1);
		half = (size_t)(middle - data) + 1;
		/* Each half is whole strings. */
		try_strings(copy, data, half, size + 1 > half ? size + 1 : half);
	}
	free(copy);
	return 0;
}
