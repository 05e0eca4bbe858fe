/* SPDX-License-Identifier: ISC */
#include "redaction.h"

#include <bsd/err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* A key that is random has as many bytes as the hash. */
#define KEY_SIZE 32

/* Fewer could be tried out one after the other. */
#define KEY_MIN 16

#define KEY_MAX 4096

struct key {
	char data[KEY_MAX];
	size_t size;
};

static bool read_key(struct key *key, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = 1;

	if (fd < 0) {
		warn("cannot open the key file %s", path);
		return false;
	}
	while (key->size < KEY_MAX && n > 0) {
		n = read(fd, key->data + key->size, KEY_MAX - key->size);
		if (n > 0)
			key->size += (size_t)n;
	}
	close(fd);
	if (n < 0)
		warn("cannot read the key file %s", path);
	else if (key->size < KEY_MIN)
		warnx("the key file %s has %zu bytes; at least %d are needed, such as from "
		      "'openssl rand 32'",
			path, key->size, KEY_MIN);
	return n >= 0 && key->size >= KEY_MIN;
}

static bool make_key(struct key *key, const char *path)
{
	if (path)
		return read_key(key, path);
	key->size = KEY_SIZE;
	if (getrandom(key->data, KEY_SIZE, 0) == KEY_SIZE)
		return true;
	warn("cannot make a key for --redact-hmac");
	return false;
}

bool redaction_open(struct procaudit_redactor **redactor, const struct options *options)
{
	struct procaudit_redact_options redact = {
		.globs = options->redact,
		.glob_count = options->redact_count,
	};
	struct key key = {.size = 0};
	int error;

	*redactor = NULL;
	if (!options->redact_count)
		return true;
	if (options->redact_hmac) {
		if (!make_key(&key, options->redact_key))
			return false;
		redact.key = key.data;
		redact.key_size = key.size;
	}
	error = procaudit_redactor_new(redactor, &redact);
	explicit_bzero(&key, sizeof(key));
	if (!error)
		error = procaudit_redactor_learn(*redactor, environ);
	if (error)
		warnc(-error, "cannot mask by --redact");
	return !error;
}

struct procaudit_string redaction_of(
	struct procaudit_redactor *redactor, const char *text, size_t size)
{
	struct procaudit_string string = {.data = text, .size = size};

	if (redactor && procaudit_redact_string(redactor, &string) != 0)
		return (struct procaudit_string){.data = "?", .size = 1};
	return string;
}

const char *redaction_name(struct procaudit_redactor *redactor, const char *text, char *name)
{
	struct procaudit_string string = redaction_of(redactor, text, strlen(text));

	if (string.data == text)
		return text;
	snprintf(name, PATH_MAX, "%.*s", (int)string.size, string.data);
	return name;
}
