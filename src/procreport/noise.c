/* SPDX-License-Identifier: ISC */
#include "noise.h"

#include <bsd/err.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Of the session, the terminal and the service that a build was started from, and of
 * shells: none of them says what a command is to do. The manual lists them. */
static const char *const noise[] = {
	"COLLECT_GCC_OPTIONS", /* gcc's own arguments, for what it runs */
	"COLUMNS",
	"DBUS_SESSION_BUS_ADDRESS",
	"GPG_AGENT_INFO",
	"GPG_TTY",
	"INVOCATION_ID",
	"JOURNAL_STREAM",
	"LINES",
	"LISTEN_PID",
	"MAKE_TERMERR",
	"MAKE_TERMOUT",
	"MANAGERPID",
	"NOTIFY_SOCKET",
	"OLDPWD",
	"PWD",
	"SHLVL",
	"SSH_AGENT_PID",
	"SSH_AUTH_SOCK",
	"SSH_CLIENT",
	"SSH_CONNECTION",
	"SSH_TTY",
	"STY",
	"SYSTEMD_EXEC_PID",
	"TERM_SESSION_ID",
	"TMUX",
	"TMUX_PANE",
	"WATCHDOG_PID",
	"WINDOW",
	"WINDOWID",
	"XDG_SESSION_ID",
	"_",
};
#define NOISE (sizeof(noise) / sizeof(noise[0]))

/* Distinct entries of one environment that are sorted. */
struct entries {
	const struct text **list;
	size_t count, cap;
};

static int compare_name(const void *key, const void *row)
{
	return strcmp(key, *(const char *const *)row);
}

static bool is_noise(const struct options *options, const char *entry)
{
	char name[256];
	size_t size = strcspn(entry, "="), i;

	if (size >= sizeof(name))
		return false;
	memcpy(name, entry, size);
	name[size] = '\0';
	for (i = 0; i < options->ignore_env.count; i++)
		if (fnmatch(options->ignore_env.items[i], name, 0) == 0)
			return true;
	return !options->all_env && bsearch(name, noise, NOISE, sizeof(noise[0]), compare_name);
}

static bool begins_with(const char *word, size_t size, const char *begin)
{
	return size >= strlen(begin) && memcmp(word, begin, strlen(begin)) == 0;
}

bool noise_is_jobs(const char *word, size_t size)
{
	size_t i;

	if (begins_with(word, size, "--jobserver-auth=") ||
		begins_with(word, size, "--jobserver-fds=") || begins_with(word, size, "--jobs="))
		return true;
	if (!begins_with(word, size, "-j"))
		return size == 6 && memcmp(word, "--jobs", 6) == 0;
	for (i = 2; i < size; i++)
		if (word[i] < '0' || word[i] > '9')
			return false;
	return true;
}

static bool is_makeflags(const char *entry)
{
	static const char *const names[] = {
		"MAKEFLAGS=", "MFLAGS=", "GNUMAKEFLAGS=", "CARGO_MAKEFLAGS="};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Its words but those about jobs; none: nothing. */
static void add_makeflags(const struct normal *normal, struct bytes *out, const char *entry)
{
	size_t begin = strcspn(entry, "=") + 1, at = begin, words = 0;

	bytes_add(out, entry, begin);
	while (entry[at]) {
		size_t size = strcspn(entry + at, " ");

		if (size && !noise_is_jobs(entry + at, size)) {
			if (words++)
				bytes_add(out, " ", 1);
			normal_add(normal, out, entry + at, size);
		}
		at += size + (entry[at + size] == ' ');
	}
	if (words == 0)
		out->size = 0;
}

/* TMPDIR: that it is one tells nothing. */
static bool is_temporary(const struct bytes *entry)
{
	static const char *const names[] = {
		"TMPDIR=%tmp%", "TMP=%tmp%", "TEMP=%tmp%", "TEMPDIR=%tmp%"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (entry->size == strlen(names[i]) &&
			memcmp(entry->data, names[i], entry->size) == 0)
			return true;
	return false;
}

static void add_entry(struct entries *entries, const struct text *entry)
{
	if (entries->count == entries->cap) {
		entries->cap = entries->cap ? 2 * entries->cap : 64;
		entries->list = reallocarray(entries->list, entries->cap, sizeof(void *));
		if (!entries->list)
			errc(STATUS_FAILED, ENOMEM, "cannot compare environments");
	}
	entries->list[entries->count++] = entry;
}

int noise_compare_names(const char *a, const char *b)
{
	size_t a_size = strcspn(a, "="), b_size = strcspn(b, "=");
	int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

	return order ? order : a_size < b_size ? -1 : a_size > b_size;
}

static int by_name(const void *left, const void *right)
{
	const struct text *a = *(const struct text *const *)left;
	const struct text *b = *(const struct text *const *)right;
	int order = noise_compare_names(a->data, b->data);

	return order ? order : strcmp(a->data, b->data);
}

static const struct text *text_of(const struct entries *entries)
{
	if (entries->count == 0)
		return intern("", 0);
	return intern((const char *)entries->list, entries->count * sizeof(void *));
}

const struct text *noise_keep(const struct options *options, const struct procaudit_strings *env)
{
	static struct entries entries;
	const char *s, *end = env->data + env->size;

	entries.count = 0;
	for (s = env->data; s < end; s += strlen(s) + 1)
		if (!is_noise(options, s))
			add_entry(&entries, intern(s, strlen(s)));
	return text_of(&entries);
}

const struct text *noise_filter(
	const struct options *options, const struct normal *normal, const struct text *kept)
{
	static struct entries entries;
	static struct bytes bytes;
	size_t i;

	entries.count = 0;
	for (i = 0; i < noise_count(kept); i++) {
		const struct text *entry = noise_entry(kept, i);

		bytes.size = 0;
		if (is_makeflags(entry->data) && !options->all_env)
			add_makeflags(normal, &bytes, entry->data);
		else
			normal_add(normal, &bytes, entry->data, entry->size);
		if (bytes.size && (options->all_env || !is_temporary(&bytes)))
			add_entry(&entries, intern(bytes.data, bytes.size));
	}
	if (entries.count)
		qsort(entries.list, entries.count, sizeof(void *), by_name);
	return text_of(&entries);
}

size_t noise_count(const struct text *env)
{
	return env->size / sizeof(void *);
}

const struct text *noise_entry(const struct text *env, size_t index)
{
	const struct text *entry;

	memcpy(&entry, env->data + index * sizeof(void *), sizeof(void *));
	return entry;
}
