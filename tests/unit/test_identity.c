/* SPDX-License-Identifier: ISC */
/* Names of homes, hosts and users are masked where they are such, and nothing else. */
#include "buf.h"
#include "macro.h"
#include "tap.h"

#include <procaudit/redact.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const glob = "default";

enum want { HOMES = 1, HOSTS = 2, USERS = 4, ALL = 7 };

/* Words between bars; masks have no digits here. */
static const struct row {
	enum want want;
	const char *env, *argv; /* as they are recorded */
	const char *shown;	/* of both */
} rows[] = {
	/* Homes: whole components of paths. */
	{HOMES, "HOME=/srv/alice", "/srv/alice|/srv/alicex|/srv/alice-x|/srv/alice.x|/srv/x/alice",
		"HOME=/srv/***|/srv/***|/srv/alicex|/srv/alice-x|/srv/alice.x|/srv/x/alice"},
	{HOMES, "HOME=/srv/alice/", "/srv/alice/b|/x/srv/alice|-I/srv/alice/c|a:/srv/alice:b",
		"HOME=/srv/***/|/srv/***/b|/x/srv/***|-I/srv/***/c|a:/srv/***:b"},
	{HOMES, "HOME=/srv//alice", "/srv//alice|/srv/alice|//srv/alice|'/srv/alice'|(/srv/alice)",
		"HOME=/srv//***|/srv//***|/srv/***|//srv/***|'/srv/***'|(/srv/***)"},
	{HOMES, "HOME=/srv/a b", "/srv/a b/c|/srv/a/b|cd '/srv/a b'",
		"HOME=/srv/***|/srv/***/c|/srv/a/b|cd '/srv/***'"},
	{HOMES, "HOME=/srv/alice|A=/srv/alice/x", "alice|srv/alice|x=/srv/alice|/srv/Alice",
		"HOME=/srv/***|A=/srv/***/x|alice|srv/alice|x=/srv/***|/srv/Alice"},
	{HOMES, "HOME=/a/b|SUDO_HOME=/a/b/c/d", "/a/b/c/d/e|/a/b/c/x|/a/c",
		"HOME=/a/***|SUDO_HOME=/a/***/c/***|/a/***/c/***/e|/a/***/c/x|/a/c"},
	{HOMES, "HOME=/app", "/app/x|/usr/app/x|-L/app|file:///app|/apps",
		"HOME=/***|/***/x|/usr/app/x|-L/***|file:///***|/apps"},
	{HOMES, "HOME=/root", "/root/x|/root", "HOME=/root|/root/x|/root"},
	{HOMES, "HOME=/", "/|//|/x", "HOME=/|/|//|/x"},
	{HOMES, "HOME=//tmp//", "/tmp/x", "HOME=//tmp//|/tmp/x"},
	{HOMES, "HOME=", "/x", "HOME=|/x"},
	{HOMES, "HOME=alice", "alice/x", "HOME=alice|alice/x"},
	{HOMES, "HOME=/srv/..", "/srv/../x", "HOME=/srv/..|/srv/../x"},
	{HOMES, "HOME=/srv/.", "/srv/./x", "HOME=/srv/.|/srv/./x"},
	{HOMES, "HOME=/srv/.x", "/srv/.x/y|/srv/.xy", "HOME=/srv/***|/srv/***/y|/srv/.xy"},
	{HOMES, "HOMER=/srv/alice|MY_HOME=/srv/b", "/srv/alice",
		"HOMER=/srv/alice|MY_HOME=/srv/b|/srv/alice"},
	/* Those that tell themselves. */
	{HOMES, "A=/home/bob/x", "-I/home/al|/usr/src/home/index|cat '/home/cy z'|/home",
		"A=/home/***/x|-I/home/***|/usr/src/home/index|cat '/home/*** z'|/home"},
	{HOMES, "A=x", "/home/../x|/home/*/x|/home/$USER|/home/|/stage/home/bob|//home//bob",
		"A=x|/home/../x|/home/*/x|/home/$USER|/home/|/stage/home/***|//home//***"},
	{HOMES, "HOME=/home/***|USER=alice", "/home/***/x|/home/***0123456789abcdef/x",
		"HOME=/home/***|USER=alice|/home/***/x|/home/***0123456789abcdef/x"},
	/* Hosts and users: whole words. */
	{USERS, "USER=alice", "alice|alicex|xalice|al-ice|/a/alice/b|alice.tar|alice_1|1alice",
		"USER=***|***|alicex|xalice|al-ice|/a/***/b|***.tar|***_1|1alice"},
	{USERS, "USER=alice", "Alice|ALICE@b|\xc3\xa9|alice\xc3\xa9",
		"USER=***|***|***@b|\xc3\xa9|alice\xc3\xa9"},
	{USERS, "LOGNAME=alice@corp", "alice|alice@corp|alice@c", "LOGNAME=***|***|***|***@c"},
	{USERS, "USER=user|A_user=1|UserB=2", "user|--user", "USER=***|A_***=1|UserB=2|***|--***"},
	{USERS, "USER=al|LOGNAME=1000|SUDO_USER=x", "al|1000|x|/home/al",
		"USER=***|LOGNAME=***|SUDO_USER=***|al|1000|x|/home/al"},
	{USERS, "USER=root|LOGNAME=Daemon|USERNAME=dev", "root|/dev/null",
		"USER=root|LOGNAME=Daemon|USERNAME=dev|root|/dev/null"},
	{USERS, "USER=_apt|LOGNAME=a.b", "_apt|x_apt|a_apt_|a.b.c|a.bc",
		"USER=***|LOGNAME=***|***|x***|a***_|***.c|a.bc"},
	{USERS, "USER=alice|HOSTNAME=build7|HOME=/srv/people", "build7|/srv/people",
		"USER=***|HOSTNAME=build7|HOME=/srv/people|build7|/srv/people"},
	{USERS, "USER=abc", "abc***0123456789abcdef|***abc3456789abcdef",
		"USER=***|abc***0123456789abcdef|***abc3456789abcdef"},
	{HOSTS, "HOSTNAME=web.corp.example", "web|web.corp.example|web.x|corp.example|x.web1",
		"HOSTNAME=***|***|***|***.x|corp.example|x.web1"},
	{HOSTS, "HOST=aarch64-linux-gnu|HOSTNAME=localhost|A_HOSTNAME=db1", "db1|localhost",
		"HOST=aarch64-linux-gnu|HOSTNAME=localhost|A_HOSTNAME=***|***|localhost"},
	{HOSTS, "HOST=0.0.0.0|HOSTNAME=a-linux-box", "0.0.0.0|a-linux-box|PG_HOST=a",
		"HOST=0.0.0.0|HOSTNAME=***|0.0.0.0|***|PG_HOST=a"},
	/* Together, and none. */
	{ALL, "HOME=/home/alice|USER=alice|HOST=box7", "alice@box7:/home/alice/x|/alice/home",
		"HOME=/home/***|USER=***|HOST=***|***@***:/home/***/x|/***/home"},
	{0, "HOME=/home/alice|USER=alice|HOST=box7", "alice@box7:/home/alice/x",
		"HOME=/home/alice|USER=alice|HOST=box7|alice@box7:/home/alice/x"},
};

static struct procaudit_strings strings_of(struct buf *block, const char *words)
{
	size_t i;

	buf_add(block, words, strlen(words) + 1);
	for (i = 0; i < block->size; i++)
		if (block->data[i] == '|')
			block->data[i] = '\0';
	return (struct procaudit_strings){.data = block->data, .size = block->size};
}

static void add_words(struct buf *out, const struct procaudit_strings *strings)
{
	size_t i;

	for (i = 0; i < strings->size; i++)
		buf_char(out, strings->data[i] ? strings->data[i] : '|');
}

/* Studies the row, and shows what is left of it, twice: what is masked already
 * stays as it is. */
static void try_row(const struct row *row)
{
	struct procaudit_redact_options options = {.globs = &glob,
		.glob_count = 1,
		.recorded = true,
		.homes = row->want & HOMES,
		.hosts = row->want & HOSTS,
		.users = row->want & USERS};
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	struct buf env = {0}, argv = {0}, shown = {0};
	const struct procaudit_event *redacted;
	struct procaudit_redactor *redactor;
	int round;

	event.exec.env = strings_of(&env, row->env);
	event.exec.argv = strings_of(&argv, row->argv);
	for (round = 0; round < 2; round++) {
		if (procaudit_redactor_new(&redactor, &options) ||
			procaudit_redactor_study(redactor, &event) ||
			procaudit_redact(redactor, &event, &redacted))
			abort();
		buf_truncate(&shown, 0);
		add_words(&shown, &redacted->exec.env);
		add_words(&shown, &redacted->exec.argv);
		shown.data[shown.size - 1] = '\0';
		ok_str(shown.data, row->shown, row->argv);
		buf_truncate(&env, 0);
		buf_truncate(&argv, 0);
		buf_add(&env, redacted->exec.env.data, redacted->exec.env.size);
		buf_add(&argv, redacted->exec.argv.data, redacted->exec.argv.size);
		event.exec.env = (struct procaudit_strings){.data = env.data, .size = env.size};
		event.exec.argv = (struct procaudit_strings){.data = argv.data, .size = argv.size};
		procaudit_redactor_free(redactor);
	}
	buf_free(&env);
	buf_free(&argv);
	buf_free(&shown);
}

/* A path of its own may hold what a shell would have to quote. */
static void test_paths(void)
{
	struct procaudit_redact_options options = {
		.globs = &glob, .glob_count = 1, .recorded = true, .homes = true};
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	const struct procaudit_event *redacted;
	struct procaudit_redactor *redactor;

	event.exec.cwd = (struct procaudit_string){.data = "/home/a b/c", .size = 11};
	event.exec.exe = (struct procaudit_string){.data = "/stage/home/a b", .size = 15};
	if (procaudit_redactor_new(&redactor, &options) ||
		procaudit_redactor_study(redactor, &event) ||
		procaudit_redact(redactor, &event, &redacted))
		abort();
	ok(redacted->exec.cwd.size == 11 && memcmp(redacted->exec.cwd.data, "/home/***/c", 11) == 0,
		"a home in the working directory");
	ok(redacted->exec.exe.size == 15 &&
			memcmp(redacted->exec.exe.data, "/stage/home/***", 15) == 0,
		"is known elsewhere");
	procaudit_redactor_free(redactor);
}

/* A home of this name is no home that anybody looks for, and harms nobody else's. */
static void try_size(size_t components, size_t size, const char *name)
{
	struct procaudit_redact_options options = {
		.globs = &glob, .glob_count = 1, .recorded = true, .homes = true};
	static const char other[] = "HOME=/srv/alice";
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	const struct procaudit_event *redacted;
	struct procaudit_redactor *redactor;
	struct buf env = {0};
	size_t i, n;

	buf_str(&env, "HOME=");
	for (i = 0; i < components; i++) {
		buf_char(&env, '/');
		for (n = 0; n < size; n++)
			buf_char(&env, 'x');
	}
	buf_char(&env, '\0');
	n = env.size;
	buf_add(&env, other, sizeof(other));
	event.exec.env = (struct procaudit_strings){.data = env.data, .size = env.size};
	if (procaudit_redactor_new(&redactor, &options) ||
		procaudit_redactor_study(redactor, &event) ||
		procaudit_redact(redactor, &event, &redacted))
		abort();
	ok(redacted->exec.env.size == n + 14 && memcmp(redacted->exec.env.data, env.data, n) == 0 &&
			memcmp(redacted->exec.env.data + n, "HOME=/srv/***", 14) == 0,
		"%s", name);
	procaudit_redactor_free(redactor);
	buf_free(&env);
}

/* However many there are, and of whatever size. */
static void test_many(void)
{
	struct procaudit_redact_options options = {
		.globs = &glob, .glob_count = 1, .recorded = true, .homes = true, .users = true};
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	const struct procaudit_event *redacted;
	struct procaudit_redactor *redactor;
	struct buf env = {0};
	int i;

	for (i = 0; i < 20000; i++) {
		char entry[64];

		snprintf(entry, sizeof(entry), "%s=/tmp/t%d/me", "HOME", i);
		buf_add(&env, entry, strlen(entry) + 1);
		snprintf(entry, sizeof(entry), "USER=me-%d", i);
		buf_add(&env, entry, strlen(entry) + 1);
	}
	buf_str(&env, "USER=");
	for (i = 0; i < 5000; i++)
		buf_char(&env, 'x');
	buf_char(&env, '\0');
	event.exec.env = (struct procaudit_strings){.data = env.data, .size = env.size};
	event.exec.cwd = (struct procaudit_string){.data = "/tmp/t19999/me/me-777", .size = 21};
	if (procaudit_redactor_new(&redactor, &options) ||
		procaudit_redactor_study(redactor, &event) ||
		procaudit_redact(redactor, &event, &redacted))
		abort();
	ok(redacted->exec.cwd.size == 19 &&
			memcmp(redacted->exec.cwd.data, "/tmp/t19999/***/***", 19) == 0,
		"one of many is found");
	ok(!memmem(redacted->exec.env.data, redacted->exec.env.size, "me", 2) &&
			!memmem(redacted->exec.env.data, redacted->exec.env.size, "xx", 2),
		"and all of them in an environment");
	procaudit_redactor_free(redactor);
	buf_free(&env);
}

int main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		try_row(&rows[i]);
	test_paths();
	try_size(70, 3, "a home that is too deep");
	try_size(2, 256, "one with too long a name");
	try_size(100, 50, "one that is too long");
	test_many();
	return tap_end();
}
