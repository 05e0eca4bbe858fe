/* SPDX-License-Identifier: ISC */
#include "masking.h"

#include "options.h"

#include <procaudit/redact.h>

#include <bsd/err.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* A key that is random has as many bytes as the hash; fewer than KEY_MIN could be
 * tried out one after the other. */
#define KEY_SIZE 32
#define KEY_MIN	 16
#define KEY_MAX	 4096

/* An array of strings that came last, and what is shown of it. */
struct memory {
	char *data, *shown;
	size_t size, cap, shown_size, shown_cap;
	bool valid;
};

struct masking {
	struct procaudit_redactor *redactor;
	struct memory studied, masked; /* environments: most are what the last one was */
	const char **globs;
	size_t glob_count;
	char *all_globs; /* of the copy */
	size_t all_cap;
	char *host; /* a header's, as a variable */
	size_t host_cap;
	bool no_boot; /* boot_id tells which host it was */
};

/* In front of a header's host. */
#define HOSTNAME "HOSTNAME="

static _Noreturn void fail(int error)
{
	errc(STATUS_FAILED, -error, "cannot mask secrets");
}

/* --- The key ------------------------------------------------------------------- */

static size_t read_key(char key[KEY_MAX], const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t size = 0;
	ssize_t n = 1;

	if (fd < 0)
		err(STATUS_USAGE, "cannot open the key file %s", path);
	while (size < KEY_MAX && n > 0) {
		n = read(fd, key + size, KEY_MAX - size);
		if (n > 0)
			size += (size_t)n;
	}
	if (n < 0)
		err(STATUS_USAGE, "cannot read the key file %s", path);
	close(fd);
	if (size < KEY_MIN)
		errx(STATUS_USAGE,
			"the key file %s has %zu bytes; at least %d are needed, such as from "
			"'openssl rand 32'",
			path, size, KEY_MIN);
	return size;
}

struct masking *masking_new(const struct options *options)
{
	struct masking *m = calloc(1, sizeof(*m));
	struct procaudit_redact_options redact = {.recorded = true,
		.homes = options->home,
		.hosts = options->host,
		.users = options->user};
	char key[KEY_MAX];
	size_t i;
	int error;

	if (m)
		m->globs = calloc(options->redact.count + 1, sizeof(*m->globs));
	if (!m || !m->globs)
		fail(-ENOMEM);
	m->globs[m->glob_count++] = "default";
	for (i = 0; i < options->redact.count; i++) {
		if (!*options->redact.items[i])
			errx(STATUS_USAGE, "--redact: a pattern of names is expected");
		m->globs[m->glob_count++] = options->redact.items[i];
	}
	m->no_boot = options->host;
	redact.globs = m->globs;
	redact.glob_count = m->glob_count;
	redact.key = key;
	redact.key_size = KEY_SIZE;
	if (options->key)
		redact.key_size = read_key(key, options->key);
	else if (getrandom(key, KEY_SIZE, 0) != KEY_SIZE)
		err(STATUS_FAILED, "cannot make a key");
	error = procaudit_redactor_new(&m->redactor, &redact);
	explicit_bzero(key, sizeof(key));
	if (error)
		fail(error);
	return m;
}

static void forget(struct memory *memory)
{
	free(memory->data);
	free(memory->shown);
}

void masking_free(struct masking *m)
{
	procaudit_redactor_free(m->redactor);
	forget(&m->studied);
	forget(&m->masked);
	free(m->all_globs);
	free(m->host);
	free(m->globs);
	free(m);
}

/* --- Memory -------------------------------------------------------------------- */

static void copy(char **to, size_t *cap, const char *data, size_t size)
{
	if (size > *cap || !*to) {
		free(*to);
		*cap = size + size / 2 + 4096;
		*to = malloc(*cap);
		if (!*to)
			fail(-ENOMEM);
	}
	memcpy(*to, data, size);
}

static bool remembers(const struct memory *memory, const struct procaudit_strings *strings)
{
	return memory->valid && memory->size == strings->size &&
	       memcmp(memory->data, strings->data, strings->size) == 0;
}

static void remember(struct memory *memory, const struct procaudit_strings *strings,
	const struct procaudit_strings *shown)
{
	copy(&memory->data, &memory->cap, strings->data, strings->size);
	memory->size = strings->size;
	if (shown) {
		copy(&memory->shown, &memory->shown_cap, shown->data, shown->size);
		memory->shown_size = shown->size;
	}
	memory->valid = true;
}

/* --- Records ------------------------------------------------------------------- */

/* As an environment, where the redactor knows what it is. */
static struct procaudit_strings host_of(struct masking *m, const struct procaudit_string *host)
{
	size_t prefix = strlen(HOSTNAME), size = prefix + host->size + 1;

	if (!host->data)
		return (struct procaudit_strings){0};
	if (m->host_cap < size) {
		free(m->host);
		m->host = malloc(size);
		if (!m->host)
			fail(-ENOMEM);
		m->host_cap = size;
	}
	memcpy(m->host, HOSTNAME, prefix);
	memcpy(m->host + prefix, host->data, host->size);
	m->host[size - 1] = '\0';
	return (struct procaudit_strings){.data = m->host, .size = size};
}

/* What the redactor sees of a record: all that holds words of others. Nothing of a
 * header is an exec; its words lie where their like lies there. */
static struct procaudit_event event_of(struct masking *m, const struct procaudit_record *r)
{
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	struct procaudit_exec *exec = &event.exec;

	exec->cwd = r->cwd;
	if (r->kind == PROCAUDIT_RECORD_HEADER) {
		exec->argv = r->command;
		exec->argv_asked = r->redact_globs;
		exec->env = host_of(m, &r->host);
		exec->exe = r->kernel;
		exec->dirfd_path = r->version;
		return event;
	}
	exec->argv = r->argv;
	exec->argv_asked = r->argv_asked;
	exec->response_files = r->response_files;
	exec->response_contents = r->response_contents;
	exec->env = r->env;
	exec->path = r->path;
	exec->exe = r->exe;
	exec->dirfd_path = r->dirfd_path;
	return event;
}

static void take(struct procaudit_record *r, const struct procaudit_exec *exec)
{
	r->cwd = exec->cwd;
	if (r->kind == PROCAUDIT_RECORD_HEADER) {
		r->command = exec->argv;
		r->redact_globs = exec->argv_asked;
		if (exec->env.data) {
			const char *equals = strchr(exec->env.data, '=');

			r->host.data = equals ? equals + 1 : exec->env.data;
			r->host.size = strlen(r->host.data);
		}
		r->kernel = exec->exe;
		r->version = exec->dirfd_path;
		return;
	}
	r->argv = exec->argv;
	r->argv_asked = exec->argv_asked;
	r->response_files = exec->response_files;
	r->response_contents = exec->response_contents;
	r->env = exec->env;
	r->path = exec->path;
	r->exe = exec->exe;
	r->dirfd_path = exec->dirfd_path;
}

static bool has_words(const struct procaudit_record *r)
{
	return r->kind == PROCAUDIT_RECORD_HEADER || r->kind == PROCAUDIT_RECORD_EXEC ||
	       r->kind == PROCAUDIT_RECORD_ENV || r->kind == PROCAUDIT_RECORD_ATTACH;
}

void masking_study(struct masking *m, const struct procaudit_record *r)
{
	struct procaudit_event event;
	struct procaudit_strings *env = &event.exec.env;
	int error;

	if (!has_words(r))
		return;
	event = event_of(m, r);
	if (r->env.data && remembers(&m->studied, &r->env))
		*env = (struct procaudit_strings){0};
	error = procaudit_redactor_study(m->redactor, &event);
	if (error)
		fail(error);
	if (r->env.data)
		remember(&m->studied, &r->env, NULL);
}

/* Strings that have a form of their own are left out where they do not have it. */
static void require(struct procaudit_string *string, const char *others, size_t most)
{
	size_t i;

	for (i = 0; i < string->size; i++)
		if (!isalnum((unsigned char)string->data[i]) && !strchr(others, string->data[i]))
			break;
	if (i < string->size || i > most)
		*string = (struct procaudit_string){0};
}

static void require_pids(struct procaudit_strings *pids)
{
	size_t i;

	for (i = 0; i < pids->size; i++)
		if (pids->data[i] && !isdigit((unsigned char)pids->data[i]))
			break;
	if (i < pids->size)
		*pids = (struct procaudit_strings){0};
}

/* Those of the copy, behind those of the log that are others. */
static void add_globs(struct masking *m, struct procaudit_record *r)
{
	struct procaudit_strings mine = procaudit_redactor_globs(m->redactor);
	const char *s, *end, *at;
	size_t size = r->redact_globs.size;

	if (m->all_cap < size + mine.size) {
		m->all_cap = size + mine.size;
		free(m->all_globs);
		m->all_globs = malloc(m->all_cap);
		if (!m->all_globs)
			fail(-ENOMEM);
	}
	if (size)
		memcpy(m->all_globs, r->redact_globs.data, size);
	end = mine.data + mine.size;
	for (s = mine.data; s < end; s += strlen(s) + 1) {
		for (at = m->all_globs; at < m->all_globs + size; at += strlen(at) + 1)
			if (strcmp(at, s) == 0)
				break;
		if (at < m->all_globs + size)
			continue;
		memcpy(m->all_globs + size, s, strlen(s) + 1);
		size += strlen(s) + 1;
	}
	r->redact_globs = (struct procaudit_strings){.data = m->all_globs, .size = size};
}

static void mask_header(struct masking *m, struct procaudit_record *r)
{
	static const char hmac[] = "hmac";

	require(&r->boot_id, "-", 36);
	if (r->boot_id.size != 36 || m->no_boot)
		r->boot_id = (struct procaudit_string){0};
	require_pids(&r->pids);
	r->capture_redact = (struct procaudit_string){.data = hmac, .size = sizeof(hmac) - 1};
	r->scrubbed = 1;
}

void masking_apply(struct masking *m, struct procaudit_record *r)
{
	struct procaudit_strings env = r->env;
	const struct procaudit_event *redacted;
	struct procaudit_event event;
	bool known = env.data && remembers(&m->masked, &env);
	int error;

	if (!has_words(r))
		return;
	if (r->kind == PROCAUDIT_RECORD_HEADER)
		add_globs(m, r);
	event = event_of(m, r);
	if (known)
		event.exec.env = (struct procaudit_strings){0};
	error = procaudit_redact(m->redactor, &event, &redacted);
	if (error)
		fail(error);
	take(r, &redacted->exec);
	if (known)
		r->env = (struct procaudit_strings){
			.data = m->masked.shown, .size = m->masked.shown_size, .error = env.error};
	else if (env.data)
		remember(&m->masked, &env, &r->env);
	require(&r->arch, "_-", 32);
	if (r->kind == PROCAUDIT_RECORD_HEADER)
		mask_header(m, r);
}
