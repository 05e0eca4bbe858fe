/* SPDX-License-Identifier: ISC */
#include "names.h"

#include "macro.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Programs use a few hundred names; what is made up without end is forgotten. */
#define MAX_KNOWN 4096

/* Longer names are not remembered. */
#define MAX_NAME 128

struct names_entry {
	UT_hash_handle hh;
	bool matches;
	char name[]; /* key */
};

/* Documented in procaudit(1). */
static const char *const defaults[] = {
	"*PASSWORD*",
	"*PASSWD*",
	"*PASSPHRASE*",
	"PASS",
	"*_PASS",
	"SSHPASS",
	"*_PWD", /* OLDPWD */
	"*SECRET*",
	"*TOKEN*",
	"*CREDENTIAL*",
	"*APIKEY*",
	"*API_KEY*",
	"*ACCESS_KEY*",
	"*PRIVATE_KEY*",
	"*ENCRYPTION_KEY*",
	"*SIGNING_KEY*",
	"*AUTH_KEY*",
	"*DEPLOY_KEY*",
	"*_AUTH",
	"*_AUTHORIZATION",
	"*_PAT",
	"*_JWT",
	"*COOKIE*",
	"*_DSN",
	"*CONNECTION_STRING*",
	"*WEBHOOK_URL*",
};

/* Ends of names, with underscores for dashes and dots. A dash in front: the whole
 * name, or behind an underscore. */
static const char *const secrets[] = {
	"password",
	"passwd",
	"passphrase",
	"-pass",
	"-pwd",
	"storepass",
	"keypass",
	"passin",
	"passout",
	"token",
	"secret",
	"apikey",
	"api_key",
	"access_key",
	"secret_key",
	"private_key",
	"secretkey",
	"accesskey",
	"privatekey",
	"credentials",
};

static const char *const headers[] = {"authorization", "cookie"};

void names_add(struct names *names, const char *glob)
{
	size_t i;

	if (strcmp(glob, "default") != 0) {
		buf_add(&names->globs, glob, strlen(glob) + 1);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		buf_add(&names->globs, defaults[i], strlen(defaults[i]) + 1);
}

static void forget(struct names *names)
{
	struct names_entry *entry, *next;

	HASH_ITER (hh, names->known, entry, next) {
		HASH_DEL(names->known, entry);
		free(entry);
	}
	names->count = 0;
}

static bool match(struct names *names, const char *name, size_t size)
{
	const char *glob = names->globs.data, *end = glob + names->globs.size;

	buf_truncate(&names->scratch, 0);
	buf_add(&names->scratch, name, size);
	buf_char(&names->scratch, '\0');
	if (names->scratch.error) {
		names->scratch.error = 0;
		return true;
	}
	for (; glob < end; glob += strlen(glob) + 1)
		if (fnmatch(glob, names->scratch.data, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

static void remember(struct names *names, const char *name, size_t size, bool matches)
{
	struct names_entry *entry;

	if (names->count == MAX_KNOWN)
		forget(names);
	entry = malloc(sizeof(*entry) + size);
	if (!entry)
		return;
	entry->matches = matches;
	memcpy(entry->name, name, size);
	HASH_ADD(hh, names->known, name, size, entry);
	if (entry->hh.tbl)
		names->count++;
	else
		free(entry);
}

bool names_match(struct names *names, const char *name, size_t size)
{
	struct names_entry *entry = NULL;
	bool matches;

	if (size <= MAX_NAME)
		HASH_FIND(hh, names->known, name, size, entry);
	if (entry)
		return entry->matches;
	matches = match(names, name, size);
	if (size <= MAX_NAME)
		remember(names, name, size, matches);
	return matches;
}

/* The byte as it stands in the lists. */
static char normal(char c)
{
	return c == '-' || c == '.' ? '_' : (char)tolower((unsigned char)c);
}

static bool ends_with(const char *name, size_t size, const char *end)
{
	bool is_word = *end == '-';
	size_t length = strlen(end += is_word), i;

	if (length > size)
		return false;
	for (i = 0; i < length; i++)
		if (normal(name[size - length + i]) != end[i])
			return false;
	return !is_word || length == size || normal(name[size - length - 1]) == '_';
}

static bool ends_with_any(const char *name, size_t size, const char *const ends[], size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (ends_with(name, size, ends[i]))
			return true;
	return false;
}

bool names_are_secret(const char *name, size_t size)
{
	return ends_with_any(name, size, secrets, ARRAY_SIZE(secrets));
}

bool names_are_header(const char *name, size_t size)
{
	return ends_with_any(name, size, headers, ARRAY_SIZE(headers));
}

void names_free(struct names *names)
{
	forget(names);
	buf_free(&names->globs);
	buf_free(&names->scratch);
}
