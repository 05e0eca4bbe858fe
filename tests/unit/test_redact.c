/* SPDX-License-Identifier: ISC */
/* No secret is left where it could be known, and nothing else is changed. */
#include "buf.h"
#include "hmac.h"
#include "macro.h"
#include "secrets.h"
#include "tap.h"

#include <procaudit/encode.h>

#include <stdio.h>
#include <stdlib.h>

#define SECRET "correct-horse-battery"

static struct procaudit_redactor *new_redactor(const char *glob, const char *key)
{
	struct procaudit_redact_options options = {
		.globs = &glob, .glob_count = 1, .key = key, .key_size = key ? strlen(key) : 0};
	struct procaudit_redactor *redactor;

	if (procaudit_redactor_new(&redactor, &options))
		abort();
	return redactor;
}

/* The words between bars, each ended by a NUL byte. */
static struct procaudit_strings strings_of(struct buf *block, const char *words)
{
	size_t i;

	buf_truncate(block, 0);
	buf_add(block, words, strlen(words) + 1);
	for (i = 0; i < block->size; i++)
		if (block->data[i] == '|')
			block->data[i] = '\0';
	return (struct procaudit_strings){.data = block->data, .size = block->size};
}

static char *words_of(const struct procaudit_strings *strings)
{
	char *words = malloc(strings->size + 1);
	size_t i;

	memcpy(words, strings->data, strings->size);
	for (i = 0; i + 1 < strings->size; i++)
		if (!words[i])
			words[i] = '|';
	words[strings->size] = '\0';
	return words;
}

/* What is left of a program's words, environment and path. */
struct shown {
	char *argv, *env, *path;
};

static struct shown show(
	struct procaudit_redactor *redactor, const char *argv, const char *env, const char *path)
{
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	const struct procaudit_event *redacted;
	struct buf blocks[2] = {0};
	struct shown shown;

	event.exec.argv = strings_of(&blocks[0], argv);
	event.exec.env = strings_of(&blocks[1], env);
	event.exec.path = (struct procaudit_string){.data = path, .size = strlen(path)};
	if (procaudit_redact(redactor, &event, &redacted))
		abort();
	shown.argv = words_of(&redacted->exec.argv);
	shown.env = words_of(&redacted->exec.env);
	shown.path = strndup(redacted->exec.path.data, redacted->exec.path.size);
	buf_free(&blocks[0]);
	buf_free(&blocks[1]);
	return shown;
}

static void free_shown(struct shown *shown)
{
	free(shown->argv);
	free(shown->env);
	free(shown->path);
}

/* --- By shape ------------------------------------------------------------ */

static const struct {
	const char *given, *shown;
} shapes[] = {
	{"mysql|--password=hunter2|db", "mysql|--password=***|db"},
	{"x|--password=two words|y", "x|--password=***|y"},
	{"x|--db-password=a|--password=", "x|--db-password=***|--password="},
	{"x|-password|a|b", "x|-password|***|b"},
	{"x|--token|abc|def", "x|--token|***|def"},
	{"x|--token|-v|def", "x|--token|-v|def"},
	{"x|--token|--verbose-output|def", "x|--token|--verbose-output|def"},
	{"x|--token|-abcdefghijklmnop|def", "x|--token|***|def"},
	{"x|--password-stdin|host", "x|--password-stdin|host"},
	{"x|--bypass|host", "x|--bypass|host"},
	{"openssl|-passin|pass:abc", "openssl|-passin|***"},
	{"x|-DAPI_KEY=a|-eTOKEN=b", "x|-DAPI_KEY=***|-eTOKEN=***"},
	{"env|PGPASSWORD=a b|psql", "env|PGPASSWORD=***|psql"},
	{"x|--set|auth.token=a|a=b", "x|--set|auth.token=***|a=b"},
	{"x|MINE=a|MINES=b|-DMINE=c|--mine=d", "x|MINE=***|MINES=b|-DMINE=***|--mine=***"},
	{"x|MINE|MINE=|=MINE", "x|MINE|MINE=|=MINE"},
	{"sh|-c|PGPASSWORD=a psql -h b", "sh|-c|PGPASSWORD=*** psql -h b"},
	{"sh|-c|x; PGPASSWORD='a b' psql", "sh|-c|x; PGPASSWORD='***' psql"},
	{"sh|-ec|A_TOKEN=\"a \\\" b\";x", "sh|-ec|A_TOKEN=\"***\";x"},
	{"sh|-c|A_TOKEN=a' b'c\\ d&&x", "sh|-c|A_TOKEN=***&&x"},
	{"sh|-c|A_TOKEN=$(cat file) x", "sh|-c|A_TOKEN=$(cat file) x"},
	{"sh|-c|x --token abc def", "sh|-c|x --token *** def"},
	{"sh|-c|x '--token abc' def", "sh|-c|x '--token ***' def"},
	{"sh|-c|x --password 'a b' def", "sh|-c|x --password '***' def"},
	{"sh|-c|x 'TOKEN=abc' def", "sh|-c|x 'TOKEN=***' def"},
	{"sh|-c|x 'TOKEN=abc", "sh|-c|x 'TOKEN=***"},
	{"sh|-c|TOKEN=\"abc", "sh|-c|TOKEN=***"},
	{"sh|-c|TOKEN=abc\\", "sh|-c|TOKEN=***"},
	{"curl|https://u:pw@host/p", "curl|https://u:***@host/p"},
	{"curl|https://u:p@w@host/p?a@b", "curl|https://u:***@host/p?a@b"},
	{"curl|https://u:p/w#d@host", "curl|https://u:***@host"},
	{"curl|https://:pw@host", "curl|https://:***@host"},
	{"curl|https://token@host/p", "curl|https://***@host/p"},
	{"git|ssh://git@host/p|git@host:a/b", "git|ssh://git@host/p|git@host:a/b"},
	{"x|http://host:80/a@b|http://h/u:p@x", "x|http://host:80/a@b|http://h/u:p@x"},
	{"x|postgresql+psycopg://u:pw@h", "x|postgresql+psycopg://u:***@h"},
	{"x|https://h/?a=1&access_token=abc&b=2", "x|https://h/?a=1&access_token=***&b=2"},
	{"curl|-H|Authorization: Bearer abc", "curl|-H|Authorization: Bearer ***"},
	{"curl|-H|authorization:abc def", "curl|-H|authorization:***"},
	{"curl|-HAuthorization: token abc", "curl|-HAuthorization: token ***"},
	{"curl|-H|X-Api-Key:abc|-H|Accept: b", "curl|-H|X-Api-Key:***|-H|Accept: b"},
	{"curl|--header|PRIVATE-TOKEN: abc", "curl|--header|PRIVATE-TOKEN: ***"},
	{"curl|--header=Cookie: a=b; c=d", "curl|--header=Cookie: ***"},
	{"sh|-c|curl -H 'Authorization: Basic abc' host",
		"sh|-c|curl -H 'Authorization: Basic ***' host"},
	{"sh|-c|sh -c \"curl -H \\\"Authorization: Basic abc\\\" host\"",
		"sh|-c|sh -c \"curl -H \\\"Authorization: Basic ***\\\" host\""},
	{"x|a::token::b|token:tag|my-token:80", "x|a::token::b|token:tag|my-token:80"},
	{"curl|-d|{\"user\":\"a\",\"password\":\"b\\\"c\",\"n\":1}",
		"curl|-d|{\"user\":\"a\",\"password\":\"***\",\"n\":1}"},
	{"curl|-d|{'api_key' : 12, 'n':1}", "curl|-d|{'api_key' : ***, 'n':1}"},
	{"sh|-c|curl -d \"{\\\"secret\\\":\\\"b\\\"}\" h",
		"sh|-c|curl -d \"{\\\"secret\\\":\\\"***\\\"}\" h"},
	{"x|\"password|\"password\":|\"password\": |\"password\":\"", NULL},
	{"-|--|---|=|:|://|://@|https://|https://@|\\|\"|'|--token", NULL},
	{"x|token=", NULL},
	{"sh|-c|A_TOKEN=a", "sh|-c|A_TOKEN=***"},
	{"sh|-c|A_TOKEN=`cat file` x", NULL},
	{"sh|-c|A_TOKEN=`", NULL},
	{"sh|-c|A_TOKEN=$", "sh|-c|A_TOKEN=***"},
	{"sh|-c|x 'A_TOKEN=' y", NULL},
	{"sh|-c|x 'A_TOKEN='", NULL},
	{"sh|-c|A_TOKEN='a'\"b\";x", "sh|-c|A_TOKEN=***;x"},
	{"sh|-c|x --token", NULL},
	{"sh|-c|x --token ;y", NULL},
	{"sh|-c|x --token\tabc>y", "sh|-c|x --token\t***>y"},
	{"x|--=abc|-=b|---=c", NULL},
	{"x|-P=abc|-PTOKEN=b", "x|-P=abc|-PTOKEN=***"},
	{"curl|-d|{\"password\":\"ab\\", "curl|-d|{\"password\":\"***"},
	{"curl|-d|{\"password\":\"ab", "curl|-d|{\"password\":\"***"},
	{"curl|-d|{\"password\": 12", "curl|-d|{\"password\": ***"},
	{"curl|-d|{\"password\": 12 }", "curl|-d|{\"password\": *** }"},
	{"curl|-d|[{\"password\":a]", "curl|-d|[{\"password\":***]"},
	{"curl|-d|{\"password\":", NULL},
	{"curl|-d|{\"password\"", NULL},
	{"curl|-d|{\"password\" 1", NULL},
	{"curl|-d|{\"password", NULL},
	{"curl|-d|{\"name\":\"ab\"}", NULL},
	{"sh|-c|x \"{\\\"secret\\\":\\\"b", "sh|-c|x \"{\\\"secret\\\":\\\"***"},
	{"sh|-c|x \"{\\\"secret\\\":\\\"\\\"}\"", NULL},
	{"sh|-c|x \"{\\\"secret\\\":\\\"b\"", "sh|-c|x \"{\\\"secret\\\":\\\"***\""},
	{"x|authorization:|cookie:|token:|a:token:b|a:token", NULL},
	{"curl|-H|Authorization: |-H|Cookie:\n", NULL},
	{"curl|-H|Authorization: Basic \nX: y", NULL},
	{"curl|-H|Authorization: Basicabc", "curl|-H|Authorization: ***"},
	{"curl|-H|Authorization: abc\nX: y", "curl|-H|Authorization: ***\nX: y"},
	{"curl|-H|X-Api-Key:\tabc|X-Api-Key:abc", "curl|-H|X-Api-Key:\t***|X-Api-Key:abc"},
	{"x|X-Api-Key: abc", "x|X-Api-Key: ***"},
	{"sh|-c|curl -H 'X-Token: a' h", "sh|-c|curl -H 'X-Token: ***' h"},
	{"sh|-c|curl -H \"Cookie: a\\\"", "sh|-c|curl -H \"Cookie: ***\\\""},
	{"curl|https://u:pw@h'x|<https://u:pw@h>", "curl|https://u:***@h'x|<https://u:***@h>"},
	{"x|1http://u:pw@h|+://u:pw@h|a b://u:pw@h", "x|1http://u:***@h|+://u:pw@h|a b://u:***@h"},
	{"||", NULL},
};

static void test_shapes(void)
{
	struct procaudit_redactor *redactor = new_redactor("MINE", NULL);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct shown shown = show(redactor, shapes[i].given, "", "x");
		const char *expected = shapes[i].shown ? shapes[i].shown : shapes[i].given;

		ok_str(shown.argv, expected,
			strchr(shapes[i].given, '\n') ? "several lines" : shapes[i].given);
		free_shown(&shown);
	}
	procaudit_redactor_free(redactor);
}

/* --- By name and value --------------------------------------------------- */

static void test_env(void)
{
	struct procaudit_redactor *redactor = new_redactor("default", NULL);
	struct shown shown = show(redactor, "x|a" SECRET "b",
		"A=1|MY_TOKEN=" SECRET "|my_token=" SECRET "|B=x" SECRET "|TOKEN=|TOKEN|=TOKEN|"
		"URL=redis://:pw@h|OLDPWD=/somewhere|GIT_ASKPASS=/bin/x|DB_PASS=ab",
		"/bin/" SECRET);

	ok_str(shown.env,
		"A=1|MY_TOKEN=***|my_token=***|B=x***|TOKEN=|TOKEN|=TOKEN|"
		"URL=redis://:***@h|OLDPWD=/somewhere|GIT_ASKPASS=/bin/x|DB_PASS=***",
		"values of matching names are masked, and copies of them");
	ok_str(shown.argv, "x|a***b", "so they are in arguments");
	ok_str(shown.path, "/bin/***", "and in file names");
	free_shown(&shown);
	shown = show(redactor, "x|" SECRET "|ab|" SECRET SECRET "-" SECRET, "A=1", "x");
	ok_str(shown.argv, "x|***|ab|***-***", "of another process, too, but for short ones");
	free_shown(&shown);
	procaudit_redactor_free(redactor);
}

/* Names that are too long, or too many, to be remembered. */
static void test_names(void)
{
	struct procaudit_redactor *redactor = new_redactor("*TOKEN*", NULL);
	char env[512], expected[512], name[200];
	struct shown shown;
	int i, wrong = 0;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(env, sizeof(env), "%sTOKEN=abc|%s=abc", name, name);
	snprintf(expected, sizeof(expected), "%sTOKEN=***|%s=abc", name, name);
	for (i = 0; i < 2; i++) {
		shown = show(redactor, "x", env, "x");
		ok_str(shown.env, expected, "a long name is looked at each time");
		free_shown(&shown);
	}
	for (i = 0; i < 10000; i++) {
		snprintf(env, sizeof(env), "TOKEN%d=a|OTHER%d=b", i % 6000, i % 6000);
		snprintf(expected, sizeof(expected), "TOKEN%d=***|OTHER%d=b", i % 6000, i % 6000);
		shown = show(redactor, "x", env, "x");
		wrong += strcmp(shown.env, expected) != 0;
		free_shown(&shown);
	}
	ok_int(wrong, 0, "names that are made up without end are told apart all the same");
	procaudit_redactor_free(redactor);
}

/* All that an event holds, of a program that runs already as well. */
static void test_fields(enum procaudit_event_kind kind)
{
	struct procaudit_redactor *redactor = new_redactor("T", NULL);
	struct procaudit_event event = {.kind = kind};
	struct procaudit_exec *exec = kind == PROCAUDIT_EXEC ? &event.exec : &event.attach.program;
	const struct procaudit_string secret = {.data = "/" SECRET, .size = sizeof(SECRET)};
	const struct procaudit_strings words = {
		.data = "x\0" SECRET, .size = sizeof(SECRET) + 2, .count = 2};
	const struct procaudit_event *redacted;
	const struct procaudit_exec *after;

	*exec = (struct procaudit_exec){.argv = words,
		.argv_asked = words,
		.response_files = words,
		.response_contents = words,
		.env = {.data = "T=" SECRET, .size = sizeof(SECRET) + 2, .count = 1},
		.path = secret,
		.dirfd_path = secret,
		.exe = secret,
		.cwd = secret};
	ok_int(procaudit_redact(redactor, &event, &redacted), 0, "an event full of secrets");
	after = kind == PROCAUDIT_EXEC ? &redacted->exec : &redacted->attach.program;
	ok_bytes(after->argv.data, after->argv.size, "x\0***", 6, "argv has none");
	ok_bytes(after->argv_asked.data, after->argv_asked.size, "x\0***", 6, "nor argv_asked");
	ok_bytes(after->response_files.data, after->response_files.size, "x\0***", 6,
		"nor names of response files");
	ok_bytes(after->response_contents.data, after->response_contents.size, "x\0***", 6,
		"nor what they hold");
	ok_bytes(after->env.data, after->env.size, "T=***", 6, "nor env");
	ok_bytes(after->path.data, after->path.size, "/***", 4, "nor path");
	ok_bytes(after->dirfd_path.data, after->dirfd_path.size, "/***", 4, "nor dirfd_path");
	ok_bytes(after->exe.data, after->exe.size, "/***", 4, "nor exe");
	ok_bytes(after->cwd.data, after->cwd.size, "/***", 4, "nor cwd");
	procaudit_redactor_free(redactor);
}

static void test_overlaps(void)
{
	struct procaudit_redactor *redactor = new_redactor("T*", NULL);
	struct shown shown = show(redactor, "x|abcdefghijklmnop|abcdefgh|--token=abcdefgh",
		"T1=abcdefghij|T2=ghijklmn|T3=cdefgh|T4=  padded-one\n", "padded-one");

	ok_str(shown.argv, "x|***op|ab***|--token=***", "secrets that overlap are masked as one");
	ok_str(shown.path, "***", "blanks around one do not count");
	free_shown(&shown);
	procaudit_redactor_free(redactor);
}

/* Base64 of `lead` bytes, the value, and `tail` bytes. */
static void put_base64(
	char *out, const char *value, unsigned lead, unsigned tail, bool urlsafe, bool padding)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char data[128];
	size_t size = (size_t)snprintf(data, sizeof(data), "%.*s%s%.*s", (int)lead, "\xfb\xff\xbe",
		value, (int)tail, "?>~");
	size_t i, digits = (size * 8 + 5) / 6;

	for (i = 0; i < digits; i++) {
		size_t bit = i * 6;
		unsigned two = (unsigned)(unsigned char)data[bit / 8] << 8 |
			       (bit / 8 + 1 < size ? (unsigned char)data[bit / 8 + 1] : 0);
		char digit = plain[two >> (10 - bit % 8) & 63];

		out[i] = !urlsafe ? digit : digit == '+' ? '-' : digit == '/' ? '_' : digit;
	}
	while (padding && i % 4)
		out[i++] = '=';
	out[i] = '\0';
}

/* Whether no digit that holds a bit of the value is left: at most those of the
 * other bytes are. */
static bool is_hidden(const char *shown, unsigned lead, unsigned tail)
{
	const char *stars = strstr(shown, "***");
	size_t before = stars ? (size_t)(stars - shown) : 99;

	return stars && before <= lead * 8 / 6 && strlen(stars + 3) <= (tail * 8 / 6 + 3U);
}

static void test_base64(void)
{
	static const char *const values[] = {
		"hunter", "hunter2", "\xff\xfe~?>\xfb\xef\xbe", SECRET};
	struct procaudit_redactor *redactor = new_redactor("T", NULL);
	unsigned n, wrong = 0, i;
	char env[64], encoded[256];
	struct shown shown;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		snprintf(env, sizeof(env), "T=%s", values[i]);
		for (n = 0; n < 64; n++) {
			unsigned lead = n % 4, tail = n / 4 % 4;

			put_base64(encoded, values[i], lead, tail, n & 16, n & 32);
			shown = show(redactor, encoded, env, "x");
			if (!is_hidden(shown.argv, lead, tail)) {
				note("%s: %s", encoded, shown.argv);
				wrong++;
			}
			free_shown(&shown);
		}
	}
	ok_int(wrong, 0, "base64 of three alignments, two alphabets, with and without padding");
	procaudit_redactor_free(redactor);
}

static void test_many(void)
{
	struct secrets *secrets = calloc(1, sizeof(*secrets));
	struct spans spans = {0};
	char value[256], last[256];
	int i, error = 0;

	for (i = 0; i < 20000; i++) {
		secrets_bound(secrets);
		snprintf(value, sizeof(value), "%0200d", i);
		error |= secrets_learn(secrets, value, strlen(value));
	}
	ok(!error && secrets->bytes < (size_t)9 << 20, "values that never end are forgotten");
	snprintf(last, sizeof(last), "%0200d", 0);
	secrets_find(secrets, last, strlen(last), &spans);
	ok_int((long long)spans_count(&spans), 0, "the oldest first");
	secrets_find(secrets, value, strlen(value), &spans);
	ok_int((long long)spans_count(&spans), 1, "not the latest");
	spans_free(&spans);
	secrets_free(secrets);
	free(secrets);
}

/* --- By hash ------------------------------------------------------------- */

static void test_hmac(void)
{
	/* RFC 4231, 4.3 and 4.7. */
	static const uint8_t jefe[] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04,
		0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
		0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
	static const uint8_t large[] = {0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f, 0x0d, 0x8a,
		0x26, 0xaa, 0xcb, 0xf5, 0xb7, 0x7f, 0x8e, 0x0b, 0xc6, 0x21, 0x37, 0x28, 0xc5, 0x14,
		0x05, 0x46, 0x04, 0x0f, 0x0e, 0xe3, 0x7f, 0x54};
	static const char text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t digest[HMAC_SIZE], key[131];
	struct hmac hmac;

	hmac_init(&hmac, "Jefe", 4);
	hmac_digest(&hmac, "what do ya want for nothing?", 28, digest);
	ok(memcmp(digest, jefe, sizeof(jefe)) == 0, "HMAC-SHA256 as in RFC 4231, case 2");
	memset(key, 0xaa, sizeof(key));
	hmac_init(&hmac, key, sizeof(key));
	hmac_digest(&hmac, text, strlen(text), digest);
	ok(memcmp(digest, large, sizeof(large)) == 0, "case 6, a long key");
}

static void test_keyed(void)
{
	struct procaudit_redactor *redactor = new_redactor("T", "0123456789abcdef");
	struct procaudit_redactor *other = new_redactor("T", "0123456789abcdeg");
	char base64[256], argv[512], mask[20] = "";
	struct shown shown, again;

	put_base64(base64, SECRET, 1, 1, false, true);
	snprintf(argv, sizeof(argv), "%s|x%s|--token=%s|%s", SECRET, SECRET, SECRET, base64);
	shown = show(redactor, argv, "T=" SECRET, "/a/" SECRET);
	memcpy(mask, shown.env + 2, sizeof(mask) - 1);
	ok(strlen(shown.env) == 2 + 19 && strspn(mask + 3, "0123456789abcdef") == 16,
		"a mask has 16 hexadecimal digits");
	snprintf(argv, sizeof(argv), "%s|x%s|--token=%s|", mask, mask, mask);
	ok(strncmp(shown.argv, argv, strlen(argv)) == 0 &&
			strstr(shown.argv + strlen(argv), mask) && strstr(shown.path, mask),
		"the same ones for the same value, wherever it is");
	again = show(other, "x", "T=" SECRET, "x");
	ok(strcmp(again.env, shown.env) != 0, "others with another key");
	free_shown(&again);
	again = show(redactor, "x", "T=" SECRET "!", "x");
	ok(strcmp(again.env, shown.env) != 0 && strlen(again.env) == strlen(shown.env),
		"or of another value, and no more of them");
	free_shown(&again);
	free_shown(&shown);
	procaudit_redactor_free(redactor);
	procaudit_redactor_free(other);
}

static void test_identity(void)
{
	struct procaudit_redactor *redactor = new_redactor("default", NULL);
	struct procaudit_event event = {.kind = PROCAUDIT_EXEC};
	const struct procaudit_event *redacted;

	event.exec.argv = (struct procaudit_strings){"cc\0-c\0a.c", 10, 3, 14};
	event.exec.cwd = (struct procaudit_string){"/src", 4, 0};
	ok_int(procaudit_redact(redactor, &event, &redacted), 0, "an event without secrets");
	ok(redacted->exec.argv.data == event.exec.argv.data &&
			redacted->exec.argv.size == event.exec.argv.size &&
			redacted->exec.argv.error == event.exec.argv.error &&
			redacted->exec.cwd.data == event.exec.cwd.data,
		"is as it was");
	event.kind = PROCAUDIT_EXIT;
	procaudit_redact(redactor, &event, &redacted);
	ok(redacted == &event, "other events are handed through");
	procaudit_redactor_free(redactor);
	procaudit_redactor_free(NULL);
}

int main(void)
{
	test_shapes();
	test_env();
	test_names();
	test_fields(PROCAUDIT_EXEC);
	test_fields(PROCAUDIT_ATTACH);
	test_overlaps();
	test_base64();
	test_many();
	test_hmac();
	test_keyed();
	test_identity();
	return tap_end();
}
