/* SPDX-License-Identifier: ISC */
#include "normal.h"

#include <bsd/err.h>
#include <ctype.h>
#include <string.h>

/* Fewer letters and digits at random are none. */
#define RANDOM_LEAST 6

#define TEMPORARY_NAME "%temp%"

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool normal_is_name(unsigned char c)
{
	return is_alnum(c) || c >= 0x80 || (c && strchr("_.+-~%*?", c));
}

/* What stands before the beginning of a path, and never within one: not the end of a
 * variable, as in "$X/", ${X}/ and $(X)/. */
static bool is_border(unsigned char c)
{
	return !normal_is_name(c) && c != '/' && !strchr("]})$", c);
}

/* -I/usr/include: options whose argument is in the same word. */
static bool is_glued_option(const char *text, size_t size)
{
	static const char *const names[] = {"-isystem", "-isysroot", "-iquote", "-idirafter",
		"-include", "-imacros", "-iprefix", "-MF", "-MT", "-MQ"};
	size_t i;

	if (size == 2)
		return text[0] == '-' && is_alnum((unsigned char)text[1]);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (size == strlen(names[i]) && memcmp(text, names[i], size) == 0)
			return true;
	return false;
}

bool normal_is_start(const char *text, size_t at)
{
	size_t from = at;

	if (at == 0)
		return true;
	/* A quote that closes is no beginning: "$X"/ */
	if (text[at - 1] == '"' || text[at - 1] == '\'')
		return at == 1 || is_border((unsigned char)text[at - 2]);
	if (is_border((unsigned char)text[at - 1]))
		return true;
	while (from > 0 && at - from < 12 && normal_is_name((unsigned char)text[from - 1]))
		from--;
	return (from == 0 || is_border((unsigned char)text[from - 1])) &&
	       is_glued_option(text + from, at - from);
}

/* --- What is known ------------------------------------------------------------- */

void normal_begin(struct normal *normal, const char *root)
{
	bool temporary = root && (strcmp(root, "/tmp") == 0 || strcmp(root, "/var/tmp") == 0);

	*normal = (struct normal){0};
	normal_folder(normal, root, "%root%", temporary);
	normal_folder(normal, "/tmp", "%tmp%", true);
	normal_folder(normal, "/var/tmp", "%tmp%", true);
	normal_folder(normal, "/dev/shm", "%tmp%", true);
	/* CMake's trials, and the folders that they are made in since 3.25. */
	normal_template(normal, "cmTC_XXXXX");
	normal_template(normal, "TryCompile-XXXXXX");
}

static void add_known(struct normal *normal, struct folder folder)
{
	size_t i = normal->folder_count;

	folder.size = folder.path ? strlen(folder.path) : 0;
	while (folder.size > 0 && folder.path[folder.size - 1] == '/')
		folder.size--;
	if (folder.size < 2 || folder.path[0] != '/' || normal->folder_count == NORMAL_FOLDERS)
		return;
	for (; i > 0 && normal->folders[i - 1].size < folder.size + folder.mapped; i--)
		normal->folders[i] = normal->folders[i - 1];
	normal->folders[i] = folder;
	normal->folder_count++;
}

void normal_folder(struct normal *normal, const char *path, const char *name, bool temporary)
{
	add_known(normal, (struct folder){.path = path, .name = name, .temporary = temporary});
}

void normal_map(struct normal *normal, const char *path, const char *name)
{
	add_known(normal, (struct folder){.path = path, .name = name, .mapped = true});
}

bool normal_has_maps(const struct normal *normal)
{
	size_t i;

	for (i = 0; i < normal->folder_count; i++)
		if (normal->folders[i].mapped)
			return true;
	return false;
}

static bool is_known(const struct normal *normal, const struct template *template)
{
	size_t i;

	for (i = 0; i < normal->template_count; i++)
		if (normal->templates[i].random == template->random &&
			normal->templates[i].prefix_size == template->prefix_size &&
			memcmp(normal->templates[i].prefix, template->prefix,
				template->prefix_size) == 0)
			return true;
	return false;
}

void normal_template(struct normal *normal, const char *word)
{
	const char *slash = strrchr(word, '/'), *x;
	struct template template = {.prefix = slash ? slash + 1 : word};

	x = strstr(template.prefix, "XXX");
	if (!x || normal->template_count == NORMAL_TEMPLATES)
		return;
	template.prefix_size = (size_t)(x - template.prefix);
	template.random = strspn(x, "X");
	/* What has no name of its own would be found everywhere. */
	if (template.prefix_size < 2 || is_known(normal, &template))
		return;
	normal->templates[normal->template_count++] = template;
	normal->begins[(unsigned char)template.prefix[0]] = true;
}

/* --- Temporary names ----------------------------------------------------------- */

static size_t alnum_run(const char *text, size_t size)
{
	size_t n = 0;

	while (n < size && is_alnum((unsigned char)text[n]))
		n++;
	return n;
}

/* How much of a name is before the random part of one that is made by a template, and
 * how much is random; false if it is not. */
static bool fits_template(
	const struct template *template, const char *name, size_t size, size_t *before)
{
	size_t end = template->prefix_size + template->random;

	if (size < end || memcmp(name, template->prefix, template->prefix_size) != 0)
		return false;
	*before = template->prefix_size;
	return alnum_run(name + *before, size - *before) == template->random;
}

/* ccAbCdEf.s: as GCC makes them. */
static bool fits_known(const char *name, size_t size, size_t *before, size_t *random)
{
	if (size < 8 || memcmp(name, "cc", 2) != 0 || alnum_run(name, size) != 8)
		return false;
	*before = 2;
	*random = 6;
	return true;
}

/* tmpab1_x2yz: as Python makes them. */
static bool fits_python(const char *name, size_t size)
{
	size_t n = 3;

	while (n < size && (name[n] == '_' || islower((unsigned char)name[n]) ||
				   isdigit((unsigned char)name[n])))
		n++;
	return n == 11 && (n == size || !normal_is_name((unsigned char)name[n]));
}

/* Adds what is called so wherever it lies, and whatever is in front of it:
 * tmp.AbCdEfGhIj, output.tmp.AbCdEf.i; the bytes that were used, 0 if it is not. */
static size_t add_tmp(struct bytes *out, const char *text, size_t at, size_t size)
{
	bool begins = at == 0 || !normal_is_name((unsigned char)text[at - 1]);
	size_t run;

	text += at;
	size -= at;
	if (size < 10 || memcmp(text, "tmp", 3) != 0)
		return 0;
	if (text[3] == '.' && (begins || strchr("._-", text[-1]))) {
		run = alnum_run(text + 4, size - 4);
		if (run != 6 && run != 10)
			return 0;
		bytes_text(out, "tmp." TEMPORARY_NAME);
		return 4 + run;
	}
	if (!begins || !fits_python(text, size))
		return 0;
	bytes_text(out, "tmp" TEMPORARY_NAME);
	return 11;
}

static bool looks_random(const char *text, size_t size)
{
	bool lower = false, upper = false;
	size_t i;

	for (i = 0; i < size; i++) {
		if (isdigit((unsigned char)text[i]))
			return true;
		lower = lower || islower((unsigned char)text[i]);
		upper = upper || isupper((unsigned char)text[i]);
	}
	return lower && upper;
}

/* The last run that looks so, of a name that lies in a temporary folder. */
static bool fits_any(const char *name, size_t size, size_t *before, size_t *random)
{
	size_t at, run;
	bool found = false;

	for (at = 0; at < size; at += run ? run : 1) {
		run = alnum_run(name + at, size - at);
		if (run < RANDOM_LEAST || !looks_random(name + at, run))
			continue;
		*before = at;
		*random = run;
		found = true;
	}
	return found;
}

static size_t name_run(const char *text, size_t size)
{
	size_t n = 0;

	while (n < size && normal_is_name((unsigned char)text[n]))
		n++;
	return n;
}

/* Adds a name with what is random in it left out; the bytes that were used, 0 if there
 * is nothing random. */
static size_t add_temporary(const struct normal *normal, struct bytes *out, const char *name,
	size_t size, bool in_temporary)
{
	size_t before = 0, random = 0, i;
	bool fits = false;

	size = name_run(name, size);
	for (i = 0; i < normal->template_count && !fits; i++) {
		fits = fits_template(&normal->templates[i], name, size, &before);
		random = normal->templates[i].random;
	}
	if (!fits && in_temporary)
		fits = fits_known(name, size, &before, &random) ||
		       fits_any(name, size, &before, &random);
	if (!fits)
		return 0;
	bytes_add(out, name, before);
	bytes_text(out, TEMPORARY_NAME);
	return before + random;
}

/* --- Strings ------------------------------------------------------------------- */

/* The folder that a path is in, or is. */
static const struct folder *folder_of(const struct normal *normal, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < normal->folder_count; i++) {
		const struct folder *folder = &normal->folders[i];

		if (size < folder->size || memcmp(text, folder->path, folder->size) != 0)
			continue;
		if (size == folder->size || !normal_is_name((unsigned char)text[folder->size]))
			return folder;
	}
	return NULL;
}

/* Adds the folder that a path begins with; the bytes that were used, 0 if it is in none.
 * *temporary: what follows is the name of something in a temporary folder. */
static size_t add_folder(const struct normal *normal, struct bytes *out, const char *text,
	size_t size, bool *temporary)
{
	const struct folder *folder;
	size_t slashes = 1, used;

	/* file:///home */
	while (slashes < size && text[slashes] == '/')
		slashes++;
	folder = folder_of(normal, text + slashes - 1, size - slashes + 1);
	if (!folder)
		return 0;
	bytes_add(out, text, slashes - 1);
	bytes_text(out, folder->name);
	used = slashes - 1 + folder->size;
	*temporary = folder->temporary && used < size && text[used] == '/';
	if (*temporary)
		bytes_add(out, "/", 1);
	return used + *temporary;
}

static void add_normal(
	const struct normal *normal, struct bytes *out, const char *text, size_t size)
{
	size_t at = 0, used;
	bool temporary = false; /* a name in a temporary folder begins here */

	while (at < size) {
		used = 0;
		if (text[at] == '/' && normal_is_start(text, at)) {
			used = add_folder(normal, out, text + at, size - at, &temporary);
		} else if (temporary ||
			   (normal->begins[(unsigned char)text[at]] &&
				   (at == 0 || !normal_is_name((unsigned char)text[at - 1])))) {
			used = add_temporary(normal, out, text + at, size - at, temporary);
			temporary = false;
		}
		if (!used && text[at] == 't')
			used = add_tmp(out, text, at, size);
		if (!used)
			bytes_add(out, text + at, used = 1);
		at += used;
	}
}

/* The text with what is to be ignored left out; borrowed until the next call. */
static const struct bytes *without_ignored(
	const struct normal *normal, const char *text, size_t size)
{
	static struct bytes from, to;
	regmatch_t match;
	size_t i, at, used;

	to.size = 0;
	bytes_add(&to, text, size);
	bytes_string(&to, "");
	for (i = 0; i < normal->ignore_count; i++) {
		struct bytes swap = from;

		from = to;
		to = swap;
		to.size = 0;
		for (at = 0; at < from.size - 1; at += used) {
			if (regexec(&normal->ignore[i], from.data + at, 1, &match,
				    at ? REG_NOTBOL : 0) != 0)
				break;
			/* Nothing matches where [0-9]* finds no digit: it may further on. */
			used = match.rm_eo > 0 ? (size_t)match.rm_eo : 1;
			bytes_add(
				&to, from.data + at, match.rm_eo > 0 ? (size_t)match.rm_so : used);
			if (match.rm_eo > match.rm_so)
				bytes_text(&to, "%ignored%");
		}
		bytes_string(&to, from.data + at);
	}
	to.size--;
	return &to;
}

void normal_add(const struct normal *normal, struct bytes *out, const char *text, size_t size)
{
	const struct bytes *rest;

	if (normal->ignore_count == 0) {
		add_normal(normal, out, text, size);
		return;
	}
	rest = without_ignored(normal, text, size);
	add_normal(normal, out, rest->data, rest->size);
}

void normal_restore_home(
	const struct normal *normal, struct bytes *out, const char *text, size_t size)
{
	const char *at = text, *end = text + size, *found;

	while (normal->home &&
		(found = memmem(at, (size_t)(end - at), NORMAL_HOME, strlen(NORMAL_HOME)))) {
		bytes_add(out, at, (size_t)(found - at));
		bytes_text(out, normal->home);
		at = found + strlen(NORMAL_HOME);
	}
	bytes_add(out, at, (size_t)(end - at));
}

void normal_compile(const struct list *ignore, regex_t *regexes)
{
	char text[256];
	size_t i;
	int error;

	for (i = 0; i < ignore->count; i++) {
		error = regcomp(&regexes[i], ignore->items[i], REG_EXTENDED);
		if (!error)
			continue;
		regerror(error, &regexes[i], text, sizeof(text));
		errx(STATUS_USAGE, "--ignore: '%s': %s", ignore->items[i], text);
	}
}
