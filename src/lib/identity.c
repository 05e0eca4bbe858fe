/* SPDX-License-Identifier: ISC */
#include "identity.h"

#include "common.h"
#include "macro.h"

#include <stdlib.h>
#include <string.h>

/* Shorter names occur by chance: "pi", "al", "cc". */
#define NAME_MIN 3

/* Of a home that is looked for: PATH_MAX, and the bits of identity.depths. */
#define DIR_MAX	  4096
#define DEPTH_MAX 63

enum kind { NONE, HOME, HOST, USER };

static const struct variable {
	const char *name; /* with a '*' in front: the end of one */
	enum kind kind;
} variables[] = {
	{"HOME", HOME},
	{"SUDO_HOME", HOME},
	{"HOST", HOST},
	{"HOSTNAME", HOST},
	{"NODENAME", HOST},
	{"COMPUTERNAME", HOST},
	{"*_HOSTNAME", HOST},
	{"*_NODENAME", HOST},
	{"USER", USER},
	{"LOGNAME", USER},
	{"USERNAME", USER},
	{"SUDO_USER", USER},
	{"DOAS_USER", USER},
};

/* Letters of other scripts, too. */
static bool is_letter(char c)
{
	return (common_fold(c) >= 'a' && common_fold(c) <= 'z') || common_digit(c) ||
	       (unsigned char)c >= 0x80;
}

/* What a component of a path consists of, where a shell may have written it. */
static bool is_component(char c)
{
	return is_letter(c) || (c && strchr("_-.+~@%", c));
}

/* Of something else, by who has masked before. */
static bool has_mask(const char *data, size_t size)
{
	return memmem(data, size, "***", 3) != NULL;
}

static bool mask_stands_at(const char *data, size_t size, size_t at)
{
	return size - at >= MASK_KEYED && mask_is(data + at, MASK_KEYED);
}

/* --- Variables ----------------------------------------------------------- */

static bool is_named(const struct variable *variable, const char *name, size_t size)
{
	bool end = *variable->name == '*';
	size_t length = strlen(variable->name + end);

	if (length > size || (!end && length != size))
		return false;
	return memcmp(name + size - length, variable->name + end, length) == 0;
}

static bool is_wanted(const struct identity *identity, enum kind kind)
{
	return (kind == HOME && identity->homes) || (kind == HOST && identity->hosts) ||
	       (kind == USER && identity->users);
}

/* Of a variable of this name, if it is wanted. */
static enum kind kind_of(const struct identity *identity, const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(variables); i++)
		if (is_named(&variables[i], name, size))
			return is_wanted(identity, variables[i].kind) ? variables[i].kind : NONE;
	return NONE;
}

/* Whether the value of a variable is a name that is to be masked. */
static bool is_name(enum kind kind, const char *name, size_t name_size, const char *value)
{
	size_t size = strlen(value);

	if (!size || has_mask(value, size) || common_name(value, size))
		return false;
	if (kind == USER)
		return true;
	return kind == HOST && !common_address(value, size) &&
	       !(name_size == 4 && memcmp(name, "HOST", 4) == 0 && common_triple(value, size));
}

/* --- Learning ------------------------------------------------------------ */

static int learn_name(struct identity *identity, const char *data, size_t size)
{
	char folded[LEXICON_LONGEST];
	size_t i, digits = 0;
	int error;

	if (size < NAME_MIN || size > LEXICON_LONGEST || common_name(data, size))
		return 0;
	for (i = 0; i < size; i++) {
		folded[i] = common_fold(data[i]);
		digits += common_digit(data[i]);
	}
	if (digits == size)
		return 0;
	error = lexicon_add(&identity->names, folded, size, size);
	return error ? error : lexicon_add(&identity->exact, data, size, size);
}

/* A host's name without its domain, and a user's, are names, too. */
static int learn_names(struct identity *identity, enum kind kind, const char *value)
{
	size_t size = strlen(value), first = strcspn(value, kind == HOST ? "." : "@");
	int error = learn_name(identity, value, size);

	return error || first == size ? error : learn_name(identity, value, first);
}

/* The bytes of a path without slashes that say nothing. Returns how many. */
static size_t normalise(char *out, const char *data, size_t size)
{
	size_t i, n = 0;

	for (i = 0; i < size; i++)
		if (data[i] != '/' || !n || out[n - 1] != '/')
			out[n++] = data[i];
	return n;
}

static int add_dir(struct identity *identity, const char *data, size_t size, size_t word)
{
	size_t i, depth = 0;

	for (i = 0; i < size; i++)
		depth += data[i] == '/';
	if (depth > DEPTH_MAX)
		return 0;
	identity->depths |= UINT64_C(1) << depth;
	return lexicon_add(&identity->dirs, data, size, word);
}

/* As it is written, and as others will write it. */
static int learn_dir(struct identity *identity, const char *data, size_t size)
{
	char normal[DIR_MAX];
	const char *word;
	size_t length;
	int error;

	while (size && data[size - 1] == '/')
		size--;
	if (!size || size > DIR_MAX || *data != '/')
		return 0;
	word = (const char *)memrchr(data, '/', size) + 1;
	length = (size_t)(data + size - word);
	if (length > LEXICON_LONGEST || has_mask(word, length) ||
		(*word == '.' && (length == 1 || (length == 2 && word[1] == '.'))))
		return 0;
	error = add_dir(identity, data, size, length);
	if (error)
		return error;
	return add_dir(identity, normal, normalise(normal, data, size), length);
}

static bool is_common(const char *value)
{
	char normal[DIR_MAX];
	size_t size = strlen(value);

	if (size > DIR_MAX)
		return true;
	size = normalise(normal, value, size);
	while (size && normal[size - 1] == '/')
		size--;
	return !size || common_dir(normal, size);
}

int identity_learn(struct identity *identity, const char *entry)
{
	const char *value = strchr(entry, '=');
	enum kind kind;

	if (!value)
		return 0;
	kind = kind_of(identity, entry, (size_t)(value - entry));
	if (kind == HOME)
		return is_common(value + 1) ? 0 : learn_dir(identity, value + 1, strlen(value + 1));
	if (!is_name(kind, entry, (size_t)(value - entry), value + 1))
		return 0;
	return learn_names(identity, kind, value + 1);
}

/* Whether the slash at this place, or those of which it is the last, begin a path:
 * nothing of one stands in front, only the letter of an option, as in -I/usr. */
static bool begins_path(const char *data, size_t slash)
{
	size_t start;

	while (slash && data[slash - 1] == '/')
		slash--;
	if (!slash || !data[slash - 1] || strchr(" \t\r\n=:,;@'\"`<>(|&![", data[slash - 1]))
		return true;
	for (start = slash; start && is_component(data[start - 1]); start--)
		;
	return data[start] == '-' && start < slash &&
	       (!start || !data[start - 1] || strchr(" \t\r\n,:'\"`", data[start - 1]));
}

/* Behind "/home/" at this slash, and behind further slashes; 0: it is not there. */
static size_t behind_home(const char *data, size_t size, size_t slash)
{
	size_t i = slash + 6;

	if (size - slash < 6 || memcmp(data + slash, "/home/", 6) != 0)
		return 0;
	while (i < size && data[i] == '/')
		i++;
	return i;
}

int identity_learn_text(struct identity *identity, const char *data, size_t size)
{
	const char *slash = data;
	size_t at, end;
	int error = 0;

	if (!identity->homes)
		return 0;
	while (!error && (slash = memmem(slash, (size_t)(data + size - slash), "/home/", 6))) {
		at = (size_t)(slash - data);
		slash++;
		end = behind_home(data, size, at);
		if (!begins_path(data, at))
			continue;
		while (end < size && is_component(data[end]))
			end++;
		if (!mask_stands_at(data, size, end) && data[end - 1] != '/')
			error = learn_dir(identity, data + at, end - at);
	}
	return error;
}

int identity_learn_path(struct identity *identity, const char *data, size_t size)
{
	size_t start, end;

	if (!identity->homes || !size)
		return 0;
	start = end = behind_home(data, size, 0);
	while (start && end < size && data[end] != '/')
		end++;
	return end > start ? learn_dir(identity, data, end) : 0;
}

/* --- Finding ------------------------------------------------------------- */

/* What is looked at, and where it begins in what the spans are of. */
struct scan {
	const struct identity *identity;
	const char *data;
	size_t size, base;
	struct spans *spans;
};

static void add(const struct scan *scan, size_t start, size_t end)
{
	spans_add(
		scan->spans, &(struct span){.start = scan->base + start, .end = scan->base + end});
}

/* Whether a word may begin, or end, at this place. */
static bool is_start(const struct scan *scan, size_t at)
{
	return !at || !is_letter(scan->data[at - 1]) || !is_letter(scan->data[at]);
}

static bool is_end(const struct scan *scan, size_t at)
{
	return at == scan->size || (!(is_letter(scan->data[at - 1]) && is_letter(scan->data[at])) &&
					   !mask_stands_at(scan->data, scan->size, at));
}

/* The size of the longest name that stands here as a whole word; 0: none. */
static size_t name_at(const struct scan *scan, const struct lexicon *names, bool folds, size_t at)
{
	char folded[LEXICON_LONGEST];
	const char *word = folds ? folded : scan->data + at;
	size_t most = scan->size - at, size, longest = 0;

	if (most > names->longest)
		most = names->longest;
	for (size = 0; folds && size < most; size++)
		folded[size] = common_fold(scan->data[at + size]);
	for (size = names->shortest; size <= most; size++)
		if (lexicon_size(names, size) && is_end(scan, at + size) &&
			lexicon_has(names, word, size))
			longest = size;
	return longest;
}

static void find_names(const struct scan *scan, const struct lexicon *names, bool folds)
{
	size_t i, size;

	if (!names->all)
		return;
	for (i = 0; i < scan->size; i += size ? size : 1) {
		size = 0;
		if (!lexicon_first(names, folds ? common_fold(scan->data[i]) : scan->data[i]) ||
			!is_start(scan, i))
			continue;
		size = name_at(scan, names, folds, i);
		if (size)
			add(scan, i, i + size);
	}
}

/* Whether what ends here is a home; its last slash is at this place. */
static bool is_dir(const struct scan *scan, size_t slash, size_t end)
{
	const struct identity *identity = scan->identity;
	size_t start = slash, depth;

	for (depth = 1; depth <= DEPTH_MAX && identity->depths >> depth; depth++) {
		if (identity->depths >> depth & 1 &&
			(depth > 1 || begins_path(scan->data, slash)) &&
			lexicon_has(&identity->dirs, scan->data + start, end - start))
			return true;
		while (start && scan->data[start - 1] != '/' && scan->data[start - 1])
			start--;
		if (!start || !scan->data[start - 1])
			return false;
		start--;
	}
	return false;
}

/* The size of the component behind the slash that makes it a home; 0: it is none. */
static size_t home_at(const struct scan *scan, size_t slash)
{
	const struct lexicon *dirs = &scan->identity->dirs;
	size_t start = slash + 1, end, longest = 0;

	for (end = start; end <= scan->size && end - start <= dirs->longest; end++) {
		if (end > start && lexicon_size(dirs, end - start) &&
			(end == scan->size ||
				(!is_component(scan->data[end]) &&
					!mask_stands_at(scan->data, scan->size, end))) &&
			is_dir(scan, slash, end))
			longest = end - start;
		if (end < scan->size && (scan->data[end] == '/' || !scan->data[end]))
			break;
	}
	return longest;
}

static void find_homes(const struct scan *scan)
{
	const struct lexicon *dirs = &scan->identity->dirs;
	const char *slash = scan->data, *end = slash + scan->size;
	size_t at, size;

	if (!dirs->all)
		return;
	while ((slash = memchr(slash, '/', (size_t)(end - slash)))) {
		at = (size_t)(slash++ - scan->data);
		if (slash == end)
			return;
		size = lexicon_first(dirs, *slash) ? home_at(scan, at) : 0;
		if (size)
			add(scan, at + 1, at + 1 + size);
	}
}

void identity_find(
	const struct identity *identity, const char *data, size_t size, struct spans *spans)
{
	const struct scan scan = {identity, data, size, 0, spans};

	find_names(&scan, &identity->names, true);
	find_homes(&scan);
}

/* Names of variables are in capital letters, as no user's is: USER=user. */
void identity_find_in_env(
	const struct identity *identity, const struct procaudit_strings *env, struct spans *spans)
{
	const char *entry = env->data, *end = entry + env->size, *value;
	size_t size, name;

	for (; entry < end; entry += size + 1) {
		struct scan scan = {identity, entry, 0, (size_t)(entry - env->data), spans};

		size = strlen(entry);
		value = strchr(entry, '=');
		name = value ? (size_t)(value - entry) : 0;
		scan.size = name;
		find_names(&scan, &identity->exact, false);
		value = value ? value + 1 : entry;
		scan.data = value;
		scan.base = (size_t)(value - env->data);
		scan.size = (size_t)(entry + size - value);
		if (is_name(kind_of(identity, entry, name), entry, name, value))
			add(&scan, 0, scan.size);
		find_names(&scan, &identity->names, true);
		find_homes(&scan);
	}
}

void identity_free(struct identity *identity)
{
	lexicon_free(&identity->names);
	lexicon_free(&identity->exact);
	lexicon_free(&identity->dirs);
}
